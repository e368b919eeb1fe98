"""All plugins of a server at one moment, in the order in which they count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from racetrack_client.utils.semver import SemanticVersion

from workbench.job_type import JobType
from workbench.racetrack.model import InstalledPlugin
from workbench.racetrack.plugins.loading import Loaded


@dataclass(frozen=True)
class Installed:
    """All plugins at one moment; replaced as a whole.

    Attributes:
        loaded: By priority, then by version, as a real server loads them.
    """

    loaded: tuple[Loaded, ...]

    @classmethod
    def of(cls, loaded: Iterable[Loaded]) -> Installed:
        """Bring them into order, and tell of each job type that two of them bring."""
        ordered = sorted(loaded, key=lambda each: _order(each.plugin))
        bringing: dict[str, list[InstalledPlugin]] = {}
        for each in ordered:
            for name in each.job_types:
                bringing.setdefault(name, []).append(each.plugin)
        return cls(tuple(_with_rivals(each, bringing) for each in ordered))

    @property
    def digests(self) -> set[str]:
        """Of their ZIPs."""
        return {each.plugin.digest for each in self.loaded}

    @property
    def environments(self) -> set[str]:
        """The names of those that they need."""
        return {each.environment for each in self.loaded if each.environment}

    def find(self, name: str, version: str) -> Loaded | None:
        """The plugin of exactly this version."""
        for each in self.loaded:
            if (each.plugin.name, each.plugin.version) == (name, version):
                return each
        return None

    def job_types(self, component: str) -> dict[str, tuple[JobType, Loaded]]:
        """What a part of a server knows of job types; of two of one name, the later loaded."""
        return {
            name: (job_type, each)
            for each in self.loaded
            if each.has("job_types", component)
            for name, job_type in each.job_types.items()
        }


_RIVAL = "is brought by"


def _with_rivals(loaded: Loaded, bringing: dict[str, list[InstalledPlugin]]) -> Loaded:
    plugin = loaded.plugin
    texts = [text for text in plugin.warnings if f" {_RIVAL} " not in text]
    for name in loaded.job_types:
        *others, last = bringing[name]
        if last is not plugin:
            whose = f"{last.name} {last.version}, which is loaded later"
            texts.append(f"{name} {_RIVAL} {whose}: that one is taken")
        elif others:
            whose = ", ".join(f"{each.name} {each.version}" for each in others)
            texts.append(f"{name} {_RIVAL} {whose} as well: this one is loaded later, and is taken")
    return replace(loaded, plugin=replace(plugin, warnings=tuple(texts)))


def _order(plugin: InstalledPlugin) -> tuple[int, SemanticVersion, str]:
    version = SemanticVersion(plugin.version)  # type: ignore[no-untyped-call]
    return plugin.priority, version, f"{plugin.name}-{plugin.version}.zip"
