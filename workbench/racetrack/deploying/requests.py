"""What `racetrack deploy` asks for, read strictly; and its manifest, held against all rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from workbench.errors import ManifestError
from workbench.manifest import JOB_MANIFEST_FILENAME, JobManifest, load_job_manifest
from workbench.racetrack.hiding import hide
from workbench.racetrack.problems import Invalid

_SECRET_FILES = {
    "secret_build_env_file": "build_env",
    "secret_runtime_env_file": "runtime_env",
}


@dataclass(frozen=True)
class DeployRequest:
    """The body of `POST /deploy`.

    Attributes:
        manifest: The manifest as it was written, merged.
        context: The build context in base64; None means git.
        force: Whether a version that is there is replaced.
        secrets: The secret variables, for the build and for the running job.
        no_cache: Whether nothing that was built before is used.
        credentials: `username` and `password` for the git repository; empty where none are needed.
    """

    manifest: Mapping[str, Any]
    context: str | None = field(repr=False)
    force: bool
    secrets: Mapping[str, Mapping[str, str]] = field(repr=False)
    no_cache: bool
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> DeployRequest:
        """Read a body.

        Raises:
            Invalid: A field is of another kind than it has to be.
        """
        manifest = payload.get("manifest")
        if not isinstance(manifest, dict) or not all(isinstance(key, str) for key in manifest):
            raise Invalid("The manifest has to be a mapping of keys to values.")
        context = payload.get("build_context")
        if context is not None and not isinstance(context, str):
            raise Invalid("The build_context has to be text in base64, or null.")
        secrets, flags = payload.get("secret_vars"), payload.get("build_flags")
        secrets = {} if secrets is None else secrets
        flags = [] if flags is None else flags
        if not isinstance(secrets, dict) or not isinstance(flags, list):
            raise Invalid("secret_vars has to be a mapping, and build_flags a list.")
        read = {name: _texts(secrets.get(name), name) for name in _SECRET_FILES.values()}
        unknown = [flag for flag in flags if flag != "--no-cache"]
        if unknown:
            raise Invalid(f"build_flags: {unknown[0]!r} is not one that is offered: --no-cache.")
        credentials = _texts(payload.get("git_credentials"), "git_credentials")
        force = payload.get("force") is True
        return cls(manifest, context, force, read, bool(flags), credentials)

    @property
    def manifest_yaml(self) -> str:
        """The manifest as text."""
        return _as_yaml(self.manifest)

    def hide(self, text: str) -> str:
        """A text without the values of secrets."""
        return hide(text, self.secret_values)

    @property
    def secret_values(self) -> set[str]:
        """The values of all secret variables."""
        password = self.credentials.get("password")
        values = {value for group in self.secrets.values() for value in group.values()}
        return values | {password} if password else values

    def place_manifest(self, workspace: Path) -> JobManifest:
        """Write the manifest beside the sources, and hold it against all rules.

        The files with secrets need not be sent: what was read from them comes by itself, and is
        put where the manifest says.

        Raises:
            Invalid: It breaks a rule; all that is wrong is told at once.
        """
        manifest = dict(self.manifest)
        for key, group in _SECRET_FILES.items():
            name = manifest.get(key)
            if not isinstance(name, str):
                continue
            if ".." in Path(name).parts or Path(name).is_absolute():
                name = manifest[key] = f".{key}"  # a file of the person's, not of this machine
            path = workspace / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                lines = (f"{one}={value}\n" for one, value in self.secrets[group].items())
                path.touch(mode=0o600)
                path.write_text("".join(lines))
        path = workspace / JOB_MANIFEST_FILENAME
        path.unlink(missing_ok=True)
        path.write_text(_as_yaml(manifest))
        try:
            return load_job_manifest(path)
        except ManifestError as error:
            text = str(error).replace(f"{workspace}/", "").replace(str(workspace), "the job")
            raise Invalid(f"The manifest is not accepted. {text}") from None


def _as_yaml(manifest: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(manifest), sort_keys=False, allow_unicode=True)


def _texts(value: object, name: str) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(
        isinstance(one, str) for pair in value.items() for one in pair
    ):
        raise Invalid(f"{name} has to be a mapping of texts.")
    return dict(value)
