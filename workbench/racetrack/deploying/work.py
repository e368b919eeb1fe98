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
from workbench.racetrack.running.supervisor import Supervisor
from workbench.racetrack.store import Store

log = logging.getLogger(__name__)

_IMAGE = "building Job image (1/1): building image (1/1): "
_KEPT = (
    "the job that ran goes on; a real server would have removed it, and its record, since its "
    "successor did not get through the health gate"
)


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

    def run(self) -> None:
        """Do all of it; whatever happens, the deployment is done or failed at the end."""
        try:
            self._refuse_overwriting()
            self._deploy()
        except WorkbenchError as error:
            self._fail(str(error))
        except OSError as error:
            self._fail(f"the state could not be written: {error.strerror or error}")
        except Exception:
            number = uuid.uuid4().hex[:8]
            log.exception("deployment %s: %s", self.id, number)
            self._fail(f"the server made a mistake; its log tells more, at {number}")
        finally:
            shutil.rmtree(self.manifest.workspace, ignore_errors=True)

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

    def _fail(self, text: str) -> None:
        folder = self.manifest.workspace  # errors name files from it, or from the folder above
        told = self.request.hide(text).replace(f"{folder}/", "").replace(f"{folder.name}/", "")
        try:
            self._change(status=DeploymentStatus.FAILED, error=told, ended=time.time())
        except WorkbenchError as error:  # a full disk; the next start will tell
            log.warning("deployment %s failed, which could not be written: %s", self.id, error)

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
        env = job_env(self.config, self.store, manifest, of_plugins, secrets)
        folder = self.config.jobs_dir / f"{manifest.name}-{manifest.version}-{self.id[:8]}"
        hidden = {*self.request.secret_values, env["AUTH_TOKEN"]}
        program = Program.placed(image, env, folder, secrets, hidden)
        try:
            self._start(program, plugin, job_type, started)
        except BaseException:
            running = self.supervisor.instance(manifest.name, manifest.version)
            if running is None or running.program is not program:
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
            old.stop()  # the wrapper knows one port only: they cannot run side by side
        self._phase(DeployPhase.STARTING)
        timestamp = int(time.time())
        instance = Instance.start(self.supervisor.engine, program, timestamp, [], 0)
        job = self._record(former, instance, plugin, job_type, started)
        if former is None:
            self.supervisor.adopt(name, version, instance)
            self.store.save_job(job)
        try:
            wait_until_live(instance, self.config, self.closing)
            self._phase(DeployPhase.INITIALIZING)
            wait_until_ready(instance, self.config, self.closing)
        except BaseException as error:
            self._give_up(instance, former, isinstance(error, GateError))
            raise
        self._phase(DeployPhase.HOOKS)
        if former is not None:
            replaced = self.supervisor.adopt(name, version, instance)
            if replaced is not None:
                self.supervisor.retire(replaced)
        job = replace(job, status=JobStatus.RUNNING, internal_name=instance.internal_name)
        self.store.save_job(job)
        image = program.image.reference if program.image.engine == "docker" else job.image_tag
        for text in self.plugins.after_deploy(job, self.manifest, image, self.caller.name):
            self._warn(text)
        self._change(status=DeploymentStatus.DONE, phase=None, ended=time.time())

    def _give_up(self, instance: Instance, former: JobRecord | None, gate: bool) -> None:
        name, version = self.manifest.name, self.manifest.version
        if former is None or (gate and self.config.faithful):
            self.supervisor.stop(name, version)
            self.store.delete_job(name, version, remember=False)
        elif gate:
            self._warn(_KEPT)
        instance.stop()

    def _record(
        self,
        former: JobRecord | None,
        instance: Instance,
        plugin: InstalledPlugin,
        job_type: JobType,
        started: datetime,
    ) -> JobRecord:
        manifest = self.manifest
        values = manifest.model_dump(mode="json")
        return JobRecord(
            id=former.id if former is not None else str(uuid.uuid4()),
            name=manifest.name,
            version=manifest.version,
            status=JobStatus.STARTING,
            create_time=former.create_time if former is not None else instance.timestamp,
            update_time=instance.timestamp,
            manifest=values,
            manifest_yaml=self.request.manifest_yaml,
            internal_name=instance.internal_name,
            pub_url=f"{self.config.pub_url}/job/{manifest.name}/{manifest.version}",
            image_tag=started.strftime("%Y-%m-%dT%H%M%S"),
            deployed_by=self.caller.name,
            infrastructure_target=self.supervisor.engine.name,
            job_type_version=job_type.full_name,
            engine=self.supervisor.engine.name,
            image=instance.program.to_dict(self.config.jobs_dir),
            deployment_timestamp=instance.timestamp,
            plugin=f"{plugin.name} {plugin.version}",
        )
