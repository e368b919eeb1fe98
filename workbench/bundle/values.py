"""A bundle as a value: its files, what was left out, and how two of them differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from workbench import _html
from workbench.bundle.ignore import LeftOut
from workbench.manifest import PluginManifest


@dataclass(frozen=True)
class BundledFile:
    """A file in a bundle.

    Attributes:
        path: Relative to the archive's root, with slashes.
        size: In bytes, uncompressed.
        sha256: Of its content, in hexadecimal.
    """

    path: str
    size: int
    sha256: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class Bundle:
    """A plugin as one ZIP, ready to be installed.

    Attributes:
        path: The ZIP.
        plugin_manifest: As it stands in the ZIP.
        files: What is in it, sorted by path; the manifest is one of them.
        left_out: What of the plugin's folder is not; empty for a ZIP that was only looked at.
        size: Of the ZIP, in bytes.
    """

    path: Path
    plugin_manifest: PluginManifest
    files: tuple[BundledFile, ...]
    left_out: tuple[LeftOut, ...] = ()
    size: int = 0

    def __repr__(self) -> str:
        out = f", {len(self.left_out)} left out" if self.left_out else ""
        return f"<Bundle {self.path.name}: {len(self.files)} files, {_amount(self.size)}{out}>"

    def _repr_html_(self) -> Markup:
        title = f"{self.path.name}: {len(self.files)} files, {_amount(self.size)}"
        rows = [(_html.code(file.path), _amount(file.size)) for file in self.files]
        page = Markup("<div><b>{}</b></div>").format(title)
        page += _html.details("in the bundle", _html.table(("file", "size"), rows))
        if self.left_out:
            out = [
                (_html.code(one.path), _html.code(one.pattern), one.where) for one in self.left_out
            ]
            page += Markup("<div>left out</div>")
            page += _html.table(("file", "pattern", "where"), out)
        return page


@dataclass(frozen=True)
class BundleDiff:
    """How two bundles differ; false where they hold the same.

    Attributes:
        added: Paths that only the second holds.
        removed: Paths that only the first holds.
        changed: Paths whose contents differ, the manifest aside.
        manifest: Key, first value and second value of what differs in the manifests; None where a
            key is absent.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    manifest: tuple[tuple[str, object, object], ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.manifest)

    def rows(self) -> list[tuple[str, str, str]]:
        """One row for each difference: a sign, what it is about, and how it changed."""
        return [
            *(("+", path, "") for path in self.added),
            *(("-", path, "") for path in self.removed),
            *(("~", path, "") for path in self.changed),
            *(("~", f"manifest: {key}", f"{a} -> {b}") for key, a, b in self.manifest),
        ]

    def __repr__(self) -> str:
        if not self:
            return "<BundleDiff: nothing differs>"
        return (
            f"<BundleDiff: {len(self.added)} added, {len(self.removed)} removed, "
            f"{len(self.changed)} changed, {len(self.manifest)} manifest keys>"
        )

    def _repr_html_(self) -> Markup:
        if not self:
            return Markup("<div>nothing differs</div>")
        return _html.table(("", "what", ""), self.rows())


def _amount(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    return f"{size / 1e3:.1f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"
