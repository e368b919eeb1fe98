"""A Racetrack, local or real, from a notebook: install, deploy, and the jobs that run there.

What the `racetrack` command can do, it does; only what it prints for people to read is asked of
Lifecycle's own routes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from workbench import _html, calls
from workbench._sessions import new_session
from workbench.bundle import RacetrackRun
from workbench.errors import DeployError, PerformError, WorkbenchError
from workbench.events import Event, Phase, Sink, default_sink, step
from workbench.manifest import load_job_manifest
from workbench.racetrack.client.address import lifecycle_url
from workbench.racetrack.client.deploy_output import DeployOutput, error_in, why_refused
from workbench.racetrack.client.job import RemoteJob
from workbench.racetrack.client.session import CliSession
from workbench.settings import LOOPBACK_NAMES

_NO_JSON: Any = object()
_NO_RACETRACK = "is that a Racetrack? Perhaps a page to log in stands before it."

_LAST_BREATH = 0.5
"""Seconds in which a server's process ends whose connections have ended."""


class Racetrack:
    """A Racetrack that runs somewhere.

    Args:
        url: Its address, as `racetrack set remote` takes it; `/lifecycle` is added where there is
            no path.
        token: What the caller is known by; None where none is asked for.

    Raises:
        UsageError: The address has neither `http://` nor `https://`.
    """

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self.url = lifecycle_url(url)
        self._headers = {"X-Racetrack-Auth": token} if token else {}
        self._requests = new_session(proxies=urlsplit(self.url).hostname not in LOOPBACK_NAMES)
        self._session = CliSession(self.url, token)

    @property
    def pub_url(self) -> str:
        """Where jobs are called."""
        return str(self.ask("/info")["external_pub_url"])

    def cli(
        self,
        *words: str | Path,
        cwd: str | Path | None = None,
        terminal: bool = False,
        on_line: Callable[[str], None] | None = None,
    ) -> RacetrackRun:
        """Run the unmodified `racetrack` command against this server.

        Args:
            words: What follows `racetrack`.
            cwd: The folder to run it in; None for the current one.
            terminal: Whether it writes to a terminal, as it sees it: only then does it say what it
                does on the way.
            on_line: Called with each line as it comes; needs `terminal`.

        Returns:
            What it said and its exit code.
        """
        return self._session.run(*words, cwd=cwd, terminal=terminal, on_line=on_line)

    def install(self, bundle: str | Path, *, replace: bool = False) -> dict[str, Any]:
        """Install a plugin's ZIP, by `racetrack plugin install`.

        Args:
            bundle: The ZIP.
            replace: Whether all other versions of this plugin are removed.

        Returns:
            Its manifest, as the server gives it.

        Raises:
            WorkbenchError: The server refused it; its own words are in the message.
        """
        path = Path(bundle).expanduser().resolve()
        known = {(one["name"], one["version"]): one for one in self.plugins()}
        self._done("plugin", "install", path, *(["--replace"] if replace else []))
        after = {(one["name"], one["version"]): one for one in self.plugins()}
        changed = [one for key, one in after.items() if known.get(key) != one]
        named = [
            one for one in after.values() if path.name == f"{one['name']}-{one['version']}.zip"
        ]
        return (changed or named or list(after.values()))[-1]

    def uninstall(self, name: str, version: str) -> None:
        """Remove a plugin, by `racetrack plugin uninstall`.

        Raises:
            WorkbenchError: There is none, or it may not be removed.
        """
        self._done("plugin", "uninstall", name, "--version", version)

    def plugins(self) -> list[dict[str, Any]]:
        """The manifests of the installed plugins."""
        return list(self.ask("/plugin"))

    def job_types(self) -> list[str]:
        """The job types that jobs may ask for, such as `golang:0.0.0`."""
        return list(self.ask("/plugin/job_type/versions"))

    def deploy(
        self,
        job_dir: str | Path,
        *,
        force: bool = False,
        arguments: tuple[str, ...] = (),
        on_event: Sink | None = None,
    ) -> RemoteJob:
        """Deploy a job from its folder, by `racetrack deploy --build-context local`.

        Args:
            job_dir: The folder with `job.yaml`.
            force: Whether a version that runs is replaced.
            arguments: Further arguments for the command.
            on_event: Where progress is reported; None for a table in a notebook, else nothing.

        Returns:
            The running job.

        Raises:
            ManifestError: job.yaml is wrong.
            DeployError: The server refused it, it does not build, or it did not get ready.
        """
        sink = on_event or default_sink()
        manifest = load_job_manifest(job_dir)
        words = ["deploy", "--build-context", "local", *(["--force"] if force else []), *arguments]
        seen = DeployOutput(sink)
        told = f"{manifest.name} {manifest.version}"
        with step(sink, Phase.DEPLOYING, told) as outcome:
            try:
                run = self.cli(*words, cwd=Path(job_dir), terminal=True, on_line=seen)
            except KeyboardInterrupt:
                sink(Event(Phase.DEPLOYING, f"the server goes on with {told}: see `jobs()`"))
                raise
            if not run.ok:
                raise self._deploy_error(told, seen, run)
            job = self.job(manifest.name, manifest.version)
            outcome.message = job.pub_url
        return job

    def jobs(self) -> list[RemoteJob]:
        """The jobs there, the one that was deployed last first."""
        return [self._job(one) for one in self.ask("/job")]

    def job(self, name: str, version: str = "latest") -> RemoteJob:
        """A job by its name, and its version or an alias.

        Raises:
            WorkbenchError: There is none.
        """
        return self._job(self.ask(f"/job/{quote(name, safe='')}/{quote(version, safe='')}"))

    def delete(self, name: str, version: str) -> None:
        """End a job, by `racetrack delete`.

        Raises:
            WorkbenchError: There is none, or it may not be deleted.
        """
        self._done("delete", name, "--version", version)

    def close(self) -> None:
        """Let go of connections and the command's home folder; jobs run on."""
        self._requests.close()
        self._session.close()

    def __enter__(self) -> Racetrack:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.url}>"

    def _repr_html_(self) -> str:
        return str(_html.table(("", ""), [("Racetrack", _html.code(self.url))]))

    def _job(self, wire: Mapping[str, Any]) -> RemoteJob:
        return RemoteJob(self, wire)

    def _done(self, *words: str | Path) -> None:
        run = self.cli(*words, terminal=True)
        if not run.ok:
            why, more = self._why(error_in(run.output))
            raise WorkbenchError(f"`racetrack {words[0]}` did not hold: {why}", **more)

    def _deploy_error(self, told: str, seen: DeployOutput, run: RacetrackRun) -> DeployError:
        phase = self._last_phase(seen)
        reason, log = why_refused(run.output, phase)
        where = f", while {phase}" if phase else ""
        why, more = self._why(reason, log=log)
        return DeployError(
            f"{told} was not deployed, after {run.seconds:.1f} s{where}: {why}",
            phase=phase or None,
            **more,
        )

    def _last_phase(self, seen: DeployOutput) -> str:
        """The phase in which a deployment failed: the server's word, else what the command saw."""
        if seen.id:
            with suppress(WorkbenchError):
                wire = self.ask(f"/deploy/{quote(seen.id, safe='')}", timeout=5.0)
                if isinstance(wire, dict) and wire.get("phase"):
                    return str(wire["phase"])
        return seen.phase

    def _why(self, text: str, patience: float = 0.0, **more: Any) -> tuple[str, dict[str, Any]]:
        """Why something did not hold, and what the error says besides: first, that nobody is there.

        Args:
            text: Why, as far as was seen of the server.
            patience: Seconds in which its process may end whose connections have.
            more: What the error says besides, as far as was seen.
        """
        if (gone := self._gone(patience)) is None:
            return text, more
        return gone.message, {"remedy": gone.remedy, "log": gone.log}

    def _gone(self, patience: float) -> WorkbenchError | None:  # noqa: ARG002 - for those below
        """Why the server will answer nobody any more, where that is known here."""
        return None

    def ask(self, path: str, timeout: float = 30.0) -> Any:
        """What one of Lifecycle's routes answers.

        Raises:
            WorkbenchError: It answers with an error, or not at all.
        """
        try:
            answer = self._requests.get(
                f"{self.url}/api/v1{path}", headers=self._headers, timeout=timeout
            )
        except requests.RequestException as error:
            seen = f"{calls.why_no_answer(error, timeout)}."
            why, more = self._why(seen, _LAST_BREATH, remedy="look whether the server runs.")
            raise WorkbenchError(f"GET {path} of {self.url}: {why}", **more) from None
        try:
            body = answer.json()
        except ValueError:
            body = _NO_JSON
        if answer.status_code != HTTPStatus.OK:
            told = body.get("error") or body.get("detail") if isinstance(body, dict) else None
            raise WorkbenchError(f"GET {path} answered {answer.status_code}: {told or answer.text}")
        if body is _NO_JSON:
            what = f"GET {path} of {self.url} answered 200 with something that is not JSON."
            raise WorkbenchError(what, remedy=_NO_RACETRACK)
        return body

    def call_pub(
        self, method: str, url: str, data: object, headers: Mapping[str, str], timeout: float
    ) -> requests.Response:
        """A request to a job through PUB; redirects are not followed.

        Raises:
            PerformError: There was no answer.
        """
        body = data if data is None or isinstance(data, bytes) else calls.to_json(data).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        try:
            return self._requests.request(
                method,
                url,
                data=body,
                headers={**self._headers, **kind, **headers},
                timeout=timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            why, more = self._why(f"{calls.why_no_answer(error, timeout)}.", _LAST_BREATH)
            raise PerformError(f"{method} {url}: {why}", **more) from error
