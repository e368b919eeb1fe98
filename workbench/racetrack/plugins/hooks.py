"""Calling a plugin's hooks, each in a child process with a deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import PluginError
from workbench.manifest import JobManifest
from workbench.plugin.execute import execute_plugin
from workbench.racetrack.model import JobRecord
from workbench.racetrack.plugins.loading import Loaded, text_of
from workbench.racetrack.problems import Invalid

Argument = Mapping[str, Any]


@dataclass(frozen=True)
class Hooks:
    """Calls hooks.

    Attributes:
        timeout: Seconds that a call may take, loading included.
    """

    timeout: float

    def docs(self, loaded: Loaded) -> str | None:
        """What `markdown_docs` returns.

        Raises:
            Invalid: It failed, or that is no text.
        """
        returned = self._told(loaded, "markdown_docs")
        if returned is None or isinstance(returned, str):
            return returned
        raise _nonsense(loaded, "markdown_docs", "neither text nor None")

    def runtime_env(self, loaded: Loaded) -> dict[str, str]:
        """What `job_runtime_env_vars` returns; numbers become text, as on a real server.

        Raises:
            Invalid: It failed, or these are no variables.
        """
        name = "job_runtime_env_vars"
        returned = self._told(loaded, name)
        if returned is None:
            return {}
        if not isinstance(returned, dict):
            raise _nonsense(loaded, name, "neither a dict nor None")
        for key, value in returned.items():
            if not isinstance(key, str) or not key or "=" in key or "\0" in key:
                raise _nonsense(loaded, name, f"the name {key!r}, which no variable can have")
            if not isinstance(value, str | int | float) or "\0" in str(value):
                raise _nonsense(loaded, name, f"a value of {key} that is no text")
        return {key: str(value) for key, value in returned.items()}

    def validate(self, loaded: Loaded, manifest: JobManifest, job_type: str) -> None:
        """Let `validate_job_manifest` object to a manifest.

        Raises:
            Invalid: It does, in the plugin's own words; or it failed.
        """
        arguments = (_manifest(manifest), {"plain": job_type})
        frame = "invalid manifest according to job type rules"
        try:
            self._call(loaded, "validate_job_manifest", arguments)
        except PluginError as error:
            if not error.said:
                text = text_of(error, remedy=False)
                raise Invalid(f"{frame}: {text}", remedy=error.remedy) from None
            line = f":{error.line}" if error.line else ""
            who = f"{loaded.plugin.name} {loaded.plugin.version}, plugin.py{line}"
            raise Invalid(f"{frame}: {error.said} ({who})") from None

    def after_deploy(
        self, loaded: Loaded, job: JobRecord, manifest: JobManifest, image: str, deployer: str
    ) -> str:
        """Call `post_job_deploy`; why it failed, else empty."""
        arguments = (_manifest(manifest), _job(job), {"plain": image})
        return self._failure(loaded, "post_job_deploy", arguments, {"deployer_username": deployer})

    def after_delete(self, loaded: Loaded, job: JobRecord, caller: str) -> str:
        """Call `post_job_delete`; why it failed, else empty."""
        keywords = {"username_executor": caller}
        return self._failure(loaded, "post_job_delete", (_job(job),), keywords)

    def _failure(
        self, loaded: Loaded, hook: str, arguments: Sequence[Argument], keywords: Mapping[str, Any]
    ) -> str:
        try:
            self._call(loaded, hook, arguments, keywords)
        except PluginError as error:
            return text_of(error)
        return ""

    def _told(self, loaded: Loaded, hook: str) -> object:
        try:
            return self._call(loaded, hook, ())
        except PluginError as error:
            raise Invalid(text_of(error, remedy=False), remedy=error.remedy) from None

    def _call(
        self,
        loaded: Loaded,
        hook: str,
        arguments: Sequence[Argument],
        keywords: Mapping[str, Any] | None = None,
    ) -> object:
        assert loaded.manifest is not None  # noqa: S101 - only plugins that load have hooks
        return execute_plugin(
            loaded.plugin_dir,
            loaded.manifest,
            shown=loaded.shown,
            timeout=self.timeout,
            python=loaded.python,
            hook=hook,
            arguments=arguments,
            keywords=keywords,
        ).returned


def _manifest(manifest: JobManifest) -> Argument:
    fields = manifest.model_dump(mode="json")
    return {"manifest": {**fields, "origin_yaml_": manifest.origin_yaml_}}


def _job(job: JobRecord) -> Argument:
    return {"job": job.to_wire()}


def _nonsense(loaded: Loaded, hook: str, what: str) -> Invalid:
    return Invalid(f"{loaded.shown}/plugin.py: {hook}() returned {what}.")
