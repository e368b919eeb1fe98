"""The work of one deployment, from the sources to the running job, phase by phase."""

from __future__ import annotations

import logging
import shutil
import threading
import time
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from workbench.dockerfile.render import render_image
from workbench.engines import Image
from workbench.errors import BuildError, TemplateError, WorkbenchError
from workbench.events import Event
from workbench.job_type import JobType
from workbench.manifest import JobManifest
from workbench.racetrack.config import Config
from workbench.racetrack.deploying.environment import job_env, refuse_reserved
from workbench.racetrack.deploying.git_source import fetch_sources
from workbench.racetrack.deploying.record import new_record
from workbench.racetrack.deploying.requests import DeployRequest
from workbench.racetrack.model import (
    Caller,
    DeploymentStatus,
    DeployPhase,
    InstalledPlugin,
    JobRecord,
    JobStatus,
)
from workbench.racetrack.plugins.registry import PluginRegistry
from workbench.racetrack.running.gate import GateError, wait_until_live, wait_until_ready
from workbench.racetrack.running.instance import Instance, Program
from workbench.racetrack.running.reach import pub_for_jobs, words_before
from workbench.racetrack.running.supervisor import Supervisor
from workbench.racetrack.store import Store

log = logging.getLogger(__name__)

_IMAGE = "building Job image (1/1): building image (1/1): "
_KEPT = (
    "the job that ran goes on; a real server would have removed it, and its record, since its "
    "successor did not get through the health gate"
)
_ONE_PORT = "this wrapper knows one port only, so that two of them cannot run side by side"


@dataclass
class Work:
    """One deployment.

    Attributes:
        config: How the server is.
        store: What it knows.
        plugins: What is installed.
        supervisor: What runs.
        closing: Set once the server is being stopped.
        id: The deployment's.
        request: What was asked for.
        manifest: The manifest, in the workspace with the sources.
        caller: Who asked.
    """

    config: Config
    store: Store
    plugins: PluginRegistry
    supervisor: Supervisor
    closing: threading.Event
    id: str
    request: DeployRequest
    manifest: JobManifest
    caller: Caller

    def run(self) -> dict[str, Any]:
        """Do all of it, and leave nothing in the workspace.

        Returns:
            How it ended, done or failed: what `end` writes once nothing else is left to do, so
            that whoever reads of an end may deploy again.
        """
        try:
            self._refuse_overwriting()
            self._deploy()
            return {"status": DeploymentStatus.DONE, "phase": None, "ended": time.time()}
        except WorkbenchError as error:
            return self._failed(str(error))
        except OSError as error:
            return self._failed(f"the state could not be written: {error.strerror or error}")
        except Exception:
            number = uuid.uuid4().hex[:8]
            log.exception("deployment %s: %s", self.id, number)
            return self._failed(f"the server made a mistake; its log tells more, at {number}")
        finally:
            shutil.rmtree(self.manifest.workspace, ignore_errors=True)

    def end(self, how: dict[str, Any]) -> None:
        """Write how it ended; where the disk is full, the server's next start will write it."""
        try:
            self._change(**how)
        except WorkbenchError as error:
            log.warning("deployment %s ended, which could not be written: %s", self.id, error)
            if how["status"] is not DeploymentStatus.FAILED:
                how = self._failed(str(error))
            if known := self.store.deployment(self.id):
                self.store.keep_in_mind(replace(known, **how))

    # --- what is written down ---------------------------------------------------------------------

    def _phase(self, phase: DeployPhase) -> None:
        if self.closing.is_set():
            raise WorkbenchError("the server was stopped in the meantime; deploy it again")
        now = time.time()
        self.store.update_deployment(
            self.id,
            lambda old: replace(
                old, phase=phase.value, update_time=now, phases=(*old.phases, (phase.value, now))
            ),
        )

    def _change(self, **changes: Any) -> None:
        self.store.update_deployment(
            self.id, lambda old: replace(old, update_time=time.time(), **changes)
        )

    def _warn(self, text: str) -> None:
        told = self.request.hide(text)
        self.store.update_deployment(
            self.id,
            lambda old: replace(old, warnings="\n".join(filter(None, (old.warnings, told)))),
        )

    def _log(self, text: str) -> None:
        self.store.append_build_log(self.id, self.request.hide(text))

    def _failed(self, text: str) -> dict[str, Any]:
        folder = self.manifest.workspace  # errors name files from it, or from the folder above
        told = self.request.hide(text).replace(f"{folder}/", "").replace(f"{folder.name}/", "")
        return {"status": DeploymentStatus.FAILED, "error": told, "ended": time.time()}

    # --- the way ----------------------------------------------------------------------------------

    def _refuse_overwriting(self) -> None:
        name, version = self.manifest.name, self.manifest.version
        if self.request.force or self.config.overwrite:
            return
        if self.store.job(name, version) is not None:
            raise WorkbenchError(
                f"job {name} v{version} is already deployed. "
                "Try deploying next version or use --force flag"
            )
        if self.store.was_deleted(name, version):
            raise WorkbenchError(
                f"Job {name} v{version} has already been deployed and deleted. "
                "Can't claim it again to prevent accidental/hostile reusing."
            )

    def _deploy(self) -> None:
        manifest = self.manifest
        for text in manifest.warnings:
            self._warn(text.replace(f"{manifest.workspace}/", ""))
        self._phase(DeployPhase.BUILDING)
        self._phase(DeployPhase.FETCHING)
        if self.request.context is None:
            fetch_sources(manifest.git, self.request.credentials, manifest.workspace, self.config)
        self._phase(DeployPhase.PREPARING)
        started = datetime.now(UTC)
        try:
            job_type, plugin = self.plugins.resolve(manifest.get_jobtype())
        except WorkbenchError as error:
            raise WorkbenchError(
                "building an image: Streaming Response error: preparing job type builder: "
                f"{error.message}"
            ) from None
        of_plugins = self.plugins.runtime_env()
        secrets = self.request.secrets["runtime_env"]
        refuse_reserved({**(manifest.runtime_env or {}), **of_plugins, **secrets})
        self.plugins.validate(plugin, manifest, job_type.full_name)
        self._phase(DeployPhase.IMAGE)
        image = self._build(job_type)
        self._phase(DeployPhase.CLEANING)
        self._phase(DeployPhase.FINALIZING)
        self._change(image_name=image.reference if image.engine == "docker" else image.engine)
        self._phase(DeployPhase.CREATING)
        pub_url = pub_for_jobs(self.config, self.supervisor.engine)
        env = job_env(pub_url, self.store, manifest, of_plugins, secrets)
        folder = self.config.jobs_dir / f"{manifest.name}-{manifest.version}-{self.id[:8]}"
        hidden = {*self.request.secret_values, env["AUTH_TOKEN"]}
        try:
            program = Program.placed(image, env, folder, secrets, hidden)
            self._start(program, plugin, job_type, started)
        except BaseException:
            try:
                self.supervisor.bring_back(manifest.name, manifest.version)
            finally:
                running = self.supervisor.instance(manifest.name, manifest.version)
                if running is None or running.program.folder != folder:
                    shutil.rmtree(folder, ignore_errors=True)
            raise

    def _build(self, job_type: JobType) -> Image:
        manifest = self._with_secrets()
        try:
            render_image(job_type, manifest)
        except TemplateError as error:
            self._warn(f"a real server renders this as empty text: {error.message}")

        def note(event: Event) -> None:
            self._log(f"{event.phase.value}: {event.message}\n")

        try:
            image = self.supervisor.engine.build(job_type, manifest, on_event=note, strict=False)
            no_secrets = dict.fromkeys(self.request.secrets["build_env"], "")
            return replace(image, env={**image.env, **no_secrets})
        except TemplateError as error:
            raise WorkbenchError(
                f"building an image: Streaming Response error: {_IMAGE}"
                f"templating Dockerfile (1/1): {error.message}",
                remedy=error.remedy,
            ) from None
        except BuildError as error:
            output = "\n".join(error.log)
            self._log(f"{error.message}\n{output}\n")
            raise WorkbenchError(
                "\n".join(filter(None, (f"building an image: {_IMAGE}{error.message}", output))),
                remedy=error.remedy,
            ) from None
        except WorkbenchError as error:
            self._log(f"{error}\n")
            raise WorkbenchError(
                f"building an image: {_IMAGE}{error.message}", remedy=error.remedy, log=error.log
            ) from None

    def _with_secrets(self) -> JobManifest:
        """For a build by this machine's Go, which keeps nothing of its environment."""
        secrets = self.request.secrets["build_env"]
        if not secrets or self.supervisor.engine.name != "process":
            return self.manifest
        copy = self.manifest.placed_in(self.manifest.workspace)
        copy.build_env = {**(copy.build_env or {}), **secrets}
        return copy

    def _start(
        self, program: Program, plugin: InstalledPlugin, job_type: JobType, started: datetime
    ) -> None:
        name, version = self.manifest.name, self.manifest.version
        former = self.store.job(name, version)
        old = self.supervisor.instance(name, version)
        if old is not None and program.image.fixed_port:
            self._warn(f"the job that ran was stopped first: {_ONE_PORT}")
            old.stop()
        self._phase(DeployPhase.STARTING)
        timestamp = int(time.time())
        before = words_before(self.config, self.supervisor.engine)
        instance = Instance.start(self.supervisor.engine, program, timestamp, before, 0)
        try:
            job = new_record(
                self.manifest,
                self.request.manifest_yaml,
                former,
                instance,
                plugin,
                job_type,
                started,
                self.config,
                deployed_by=self.caller.name,
            )
            if former is None:
                self.supervisor.adopt(name, version, instance)
                self.store.save_job(job)
            wait_until_live(instance, self.config, self.closing)
            self._phase(DeployPhase.INITIALIZING)
            wait_until_ready(instance, self.config, self.closing)
            self._phase(DeployPhase.HOOKS)
            job = replace(job, status=JobStatus.RUNNING, internal_name=instance.internal_name)
            self.store.save_job(job)
        except BaseException as error:
            self._give_up(instance, former, isinstance(error, GateError))
            raise
        if former is not None:
            replaced = self.supervisor.adopt(name, version, instance)
            if replaced is not None:
                self.supervisor.retire(replaced)
        image = program.image.reference if program.image.engine == "docker" else job.image_tag
        for text in self.plugins.after_deploy(job, self.manifest, image, self.caller.name):
            self._warn(text)

    def _give_up(self, instance: Instance, former: JobRecord | None, gate: bool) -> None:
        name, version = self.manifest.name, self.manifest.version
        try:
            if former is None or (gate and self.config.faithful):
                self.supervisor.stop(name, version)
                self.store.delete_job(name, version, remember=False)
            elif gate:
                self._warn(_KEPT)
        finally:
            instance.stop()
