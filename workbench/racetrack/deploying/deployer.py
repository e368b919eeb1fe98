"""Deploys jobs, and answers what is asked of them. Safe from any thread."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.errors import WorkbenchError
from workbench.manifest import JobManifest
from workbench.racetrack.aliases import find_version
from workbench.racetrack.config import Config
from workbench.racetrack.deploying.contexts import unpack_context
from workbench.racetrack.deploying.environment import job_env
from workbench.racetrack.deploying.requests import DeployRequest
from workbench.racetrack.deploying.work import Work
from workbench.racetrack.model import Caller, Deployment, DeploymentStatus, JobRecord, JobStatus
from workbench.racetrack.plugins.registry import PluginRegistry
from workbench.racetrack.problems import Exists, Invalid, NotFound, NotOffered, Problem
from workbench.racetrack.running.reach import pub_for_jobs
from workbench.racetrack.running.restoring import restore
from workbench.racetrack.running.supervisor import Supervisor
from workbench.racetrack.store import Store

_STOPPED = "the server was stopped in the meantime; deploy it again"


class Deployer:
    """What is deployed, and how; it is made of the other parts of a server."""

    def __init__(
        self, config: Config, store: Store, plugins: PluginRegistry, supervisor: Supervisor
    ) -> None:
        self._config = config
        self._store = store
        self._plugins = plugins
        self._supervisor = supervisor
        self._lock = threading.Lock()
        self._going_on: dict[tuple[str, str], threading.Thread] = {}
        self._closing = threading.Event()

    @property
    def target(self) -> str:
        """The one infrastructure target: the engine's name."""
        return self._supervisor.engine.name

    # --- deploying --------------------------------------------------------------------------------

    def submit(self, payload: Mapping[str, Any], caller: Caller) -> Deployment:
        """Begin a deployment; it goes on in a thread of its own.

        Args:
            payload: The body of the request, as `racetrack deploy` sends it.
            caller: Who asks.

        Raises:
            Invalid: Something that was sent cannot be right.
            Exists: That version is just being deployed.
            NoRoom: The disk is full.
        """
        request = DeployRequest.read(payload)
        if self._closing.is_set():
            raise NotOffered("The server is being stopped.")
        deployment_id = str(uuid.uuid4())
        folder = self._config.workspaces_dir / deployment_id
        try:
            if request.context is None:
                folder.mkdir(parents=True)  # git fills it in a phase of its own
            else:
                unpack_context(request.context, folder, self._config.limits)
            manifest = request.place_manifest(folder)
            self._check_target(manifest)
            now = time.time()
            deployment = Deployment(
                deployment_id,
                DeploymentStatus.IN_PROGRESS,
                now,
                now,
                manifest.name,
                manifest.version,
                request.manifest_yaml,
                caller.name,
                infrastructure_target=self.target,
            )
            self._begin(deployment, request, manifest, caller)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return deployment

    def _check_target(self, manifest: JobManifest) -> None:
        wanted = manifest.infrastructure_target
        if wanted not in (None, "", self.target):
            raise Invalid(
                f'Selected infrastructure target "{wanted}" is unavailable. '
                f"Available are {self.target}."
            )

    def _begin(
        self, deployment: Deployment, request: DeployRequest, manifest: JobManifest, caller: Caller
    ) -> None:
        key = (manifest.name, manifest.version)
        with self._lock:
            if key in self._going_on:
                raise Exists(
                    f"There's already ongoing deployment of job {manifest.name} {manifest.version}"
                )
            self._store.add_deployment(deployment)
            work = Work(
                self._config,
                self._store,
                self._plugins,
                self._supervisor,
                self._closing,
                deployment.id,
                request,
                manifest,
                caller,
            )

            def run() -> None:
                how = work.run()
                with self._lock:  # who reads of the end, and deploys again, finds the way free
                    self._going_on.pop(key, None)
                    work.end(how)

            thread = threading.Thread(target=run, name=f"deploy {manifest.name}", daemon=True)
            self._going_on[key] = thread
            thread.start()

    def deployment(self, deployment_id: str) -> tuple[Deployment, JobRecord | None]:
        """A deployment, and the job that came of it once it is done.

        Raises:
            NotFound: There is none.
        """
        found = self._store.deployment(deployment_id)
        if found is None:
            raise NotFound(f"deployment {deployment_id} was not found")
        if found.status is not DeploymentStatus.DONE:
            return found, None
        return found, self._store.job(found.job_name, found.job_version)

    def build(self, payload: Mapping[str, Any], caller: Caller) -> Deployment:
        """Not offered: what `racetrack run-local` asks for ends in an image of a registry.

        Raises:
            NotOffered: Always.
        """
        del payload, caller
        raise NotOffered(
            "This server builds a job when it is deployed, and has no registry to run one from.",
            remedy="`workbench run JOB_DIR` builds and runs a job here.",
        )

    # --- jobs -------------------------------------------------------------------------------------

    def find(self, name: str, version: str) -> JobRecord:
        """A job by its version, `latest`, or a pattern such as `1.x`.

        Raises:
            NotFound: There is none.
        """
        return find_version(name, version, self._store.jobs(name))

    def delete(self, name: str, version: str, caller: Caller) -> None:
        """End a job, and forget it.

        Raises:
            NotFound: There is none of exactly this version.
        """
        job = self._exact(name, version)
        self._supervisor.stop(name, version)
        self._store.delete_job(name, version)
        if not self._store.jobs(name):
            self._store.tokens.revoke("job_family", name)
        self._plugins.after_delete(job, caller.name)

    def logs(self, name: str, version: str, tail: int) -> str:
        """What a job wrote.

        Raises:
            NotFound: There is no such job.
        """
        job = self.find(name, version)
        return self._supervisor.logs(job.name, job.version, tail)

    def build_logs(self, name: str, version: str, tail: int) -> str:
        """The build log of the last try to deploy a version, also where that failed.

        A try that was refused before anything was built hides no log of one before it.

        Raises:
            NotFound: Nobody tried.
        """
        last = self._store.last_deployment(name, version)
        if last is None:
            job = self.find(name, version)
            last = self._store.last_deployment(job.name, job.version)
        text = self._store.build_log(last.id) if last is not None else ""
        return "".join(text.splitlines(keepends=True)[-tail:]) if tail else text

    def move(self, name: str, version: str, target: str, caller: Caller) -> None:
        """There is one infrastructure only, so no job can be moved.

        Raises:
            NotFound: There is no such job.
            Invalid: Always else.
        """
        del caller
        self._exact(name, version)
        if target == self.target:
            raise Invalid("new infrastructure target has to be different from the current one")
        raise Invalid(
            "deploying job to a new infrastructure: creating job resource: "
            f'Selected infrastructure target "{target}" is unavailable'
        )

    def redeploy(self, name: str, version: str, caller: Caller) -> None:
        """Not offered: a real server takes the sources from git again.

        Raises:
            NotOffered: Always.
        """
        del caller
        self._exact(name, version)
        raise NotOffered(
            "This server does not keep a job's sources.", remedy="use `racetrack deploy --force`."
        )

    def reprovision(self, name: str, version: str, caller: Caller) -> None:
        """Start a job again from its image; it answers all the time.

        Raises:
            NotFound: There is no such job, or nothing of it is left to start.
            Problem: It did not get ready again; the old one goes on.
        """
        del caller
        self._exact(name, version)
        if self._supervisor.instance(name, version) is None:
            raise NotFound(f"nothing is left of {name} {version}; deploy it again with --force")
        try:
            self._supervisor.restart(name, version)
        except WorkbenchError as error:
            raise Problem(error.message, remedy=error.remedy) from None

    def _exact(self, name: str, version: str) -> JobRecord:
        job = self._store.job(name, version)
        if job is None:
            raise NotFound("Job record not found for given name, version")
        return job

    # --- beginning and end ------------------------------------------------------------------------

    def recover(self) -> None:
        """After a start: what a crash interrupted has failed, and nothing of it stays.

        Addresses of jobs are those of this server, whichever port the one before it had.
        """
        for deployment in self._store.unfinished_deployments():
            self._store.update_deployment(deployment.id, _interrupted)
            job = self._store.job(deployment.job_name, deployment.job_version)
            if job is not None and job.status is JobStatus.STARTING:
                self._store.delete_job(job.name, job.version, remember=False)
        for job in self._store.jobs():
            url = f"{self._config.pub_url}/job/{job.name}/{job.version}"
            if job.pub_url != url:
                self._store.update_job(job.name, job.version, pub_url=url)
        shutil.rmtree(self._config.workspaces_dir, ignore_errors=True)

    def restore(self) -> None:
        """After a start: jobs that ran run again, or are told as lost."""

        def environment(manifest: JobManifest) -> Mapping[str, str]:
            pub_url = pub_for_jobs(self._config, self._supervisor.engine)
            return job_env(pub_url, self._store, manifest, self._plugins.runtime_env(), {})

        restore(self._config, self._store, self._supervisor, environment)

    def close(self) -> None:
        """End all deployments as failed, and wait for that."""
        self._closing.set()
        with self._lock:
            threads = tuple(self._going_on.values())
        for thread in threads:
            thread.join(timeout=10.0)


def _interrupted(deployment: Deployment) -> Deployment:
    now, failed = time.time(), DeploymentStatus.FAILED
    return replace(deployment, status=failed, error=_STOPPED, update_time=now, ended=now)
