"""Plugins made for a test, and the registry of a server without a server."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import ROOT
from workbench.racetrack.config import Config, Limits
from workbench.racetrack.model import InstalledPlugin, JobRecord, JobStatus
from workbench.racetrack.plugins import PluginRegistry
from workbench.racetrack.store import Store

CASES = ROOT / "tests" / "cases" / "plugins"
TEMPLATE = "FROM scratch\n"
IMAGES = '{"images": [{"dockerfile_path": "job-template.Dockerfile"}]}'


def zipped(code: str, name: str = "case", version: str = "1.2.3", **files: str) -> bytes:
    """A plugin's ZIP.

    Args:
        code: Its plugin.py.
        name: Its name.
        version: Its version.
        files: More files, and more lines of the manifest as `manifest`.
    """
    manifest = f"name: {name}\nversion: {version}\n{files.pop('manifest', '')}"
    members = {"plugin-manifest.yaml": manifest, "plugin.py": code}
    members |= {"base.Dockerfile": TEMPLATE, "job-template.Dockerfile": TEMPLATE, **files}
    return packed(members)


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in members.items():
            archive.writestr(zipfile.ZipInfo(each), content)
    return buffer.getvalue()


def bringing(*job_types: str, value: str = IMAGES) -> str:
    """The code of a plugin with these job types."""
    pairs = ", ".join(f"{name!r}: {value}" for name in job_types)
    return f"class Plugin:\n    def job_types(self):\n        return {{{pairs}}}\n"


def hooking(hook: str, body: str) -> str:
    """The code of a plugin with one hook that takes anything."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    return f"class Plugin:\n    def {hook}(self, *args, **named):\n{lines}\n"


def cases(kind: str) -> list[Path]:
    """The plugins of `tests/cases/plugins` of one kind: `good` or `broken`."""
    found = [*(CASES / kind).glob("*.py"), *(CASES / kind).glob("*/")]
    return sorted(found, key=lambda path: path.name)


def zip_of(case: Path) -> bytes:
    """The ZIP of one of them."""
    members: dict[str, str | bytes] = {
        "plugin-manifest.yaml": "name: case\nversion: 1.2.3\n",
        "base.Dockerfile": TEMPLATE,
        "job-template.Dockerfile": TEMPLATE,
    }
    if case.is_dir():
        files = [path for path in case.rglob("*") if path.is_file()]
        members |= {str(path.relative_to(case)): path.read_bytes() for path in files}
    else:
        members["plugin.py"] = case.read_bytes()
    return packed(members)


@dataclass
class Server:
    """The part of a server that knows plugins; it can be stopped and started.

    Attributes:
        folder: Its state.
        settings: Of its configuration.
        limits: Of its limits.
    """

    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        limits = Limits(**{"plugin": 5.0, **self.limits})
        self.config = Config(self.folder, limits=limits, **self.settings)
        self.start()

    def start(self) -> None:
        """Begin, with what the folder holds."""
        self.store = Store(self.config.database)
        self.registry = PluginRegistry(self.config, self.store)
        self.registry.load_all()

    def again(self, **settings: Any) -> PluginRegistry:
        """Stop and start, with other settings where any are given."""
        self.store.close()
        self.config = Config(**{**self.config.__dict__, **settings})
        self.start()
        return self.registry

    def install(
        self, data: bytes | str, filename: str = "case-1.2.3.zip", *, replace: bool = False
    ) -> InstalledPlugin:
        """Install a plugin from its ZIP, or from its code."""
        upload = self.folder / "upload"
        upload.write_bytes(zipped(data) if isinstance(data, str) else data)
        try:
            return self.registry.install(upload, filename, replace=replace)
        finally:
            upload.unlink()

    def installed(self) -> list[str]:
        """Names and versions, in order."""
        return [f"{each.name}=={each.version}" for each in self.registry.plugins()]

    def files(self) -> list[str]:
        """What lies in the plugins' folder, two levels deep."""
        root = self.config.plugins_dir
        return sorted(str(path.relative_to(root)) for path in root.glob("*/*"))


def a_job() -> JobRecord:
    """A job as a server knows it."""
    return JobRecord(
        id="7f0f",
        name="golang-function",
        version="0.0.1",
        status=JobStatus.RUNNING,
        create_time=1,
        update_time=2,
        manifest={
            "name": "golang-function",
            "owner_email": "sample@example.com",
            "git": {"remote": "https://github.com/example/job"},
            "jobtype": "golang:latest",
        },
        manifest_yaml="name: golang-function\n",
        internal_name="127.0.0.1:41873",
        pub_url="http://127.0.0.1:7002/pub/job/golang-function/0.0.1",
        job_type_version="golang:0.0.0",
    )
