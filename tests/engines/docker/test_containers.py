"""What a container is started with, and what is in its image."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.engines import get_engine
from workbench.engines.docker import DockerEngine, names
from workbench.engines.docker.client import Client
from workbench.errors import EngineUnavailable, PortTaken
from workbench.events import Event
from workbench.job import Job
from workbench.run import run_job


def with_manifest(job_dir: Path, **changes: object) -> None:
    path = job_dir / "job.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))


def attrs(client: Client, job: Job) -> dict[str, object]:
    wanted = f"{names.JOB_NAME}={job.manifest.name}"
    (one,) = client.api.containers.list(filters={"label": [wanted, names.OURS]})
    return dict(one.attrs)


def files(client: Client, image: str) -> dict[str, tarfile.TarInfo]:
    """The files of an image, by path."""
    container = client.api.containers.create(image)
    try:
        stream: Any = container.export()
        content = b"".join(stream)
    finally:
        container.remove()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {member.name: member for member in archive.getmembers()}


def test_it_is_reached_by_loopback_alone_and_gets_no_privileges(
    engine: DockerEngine, client: Client, job_dir: Path
) -> None:
    with run_job(job_dir, engine=engine) as job:
        host = attrs(client, job)["HostConfig"]
        assert isinstance(host, dict)
        port = job.address.rpartition(":")[2]
        assert host["PortBindings"] == {"7000/tcp": [{"HostIp": "127.0.0.1", "HostPort": port}]}
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        assert not host["Privileged"]
        assert not host["ReadonlyRootfs"]


def test_resources_of_the_manifest_are_its_limits(
    engine: DockerEngine, client: Client, job_dir: Path
) -> None:
    with_manifest(
        job_dir, resources={"memory_max": "64Mi", "memory_min": "16Mi", "cpu_max": "500m"}
    )
    with run_job(job_dir, engine=engine) as job:
        host = attrs(client, job)["HostConfig"]
        assert isinstance(host, dict)
        assert (host["Memory"], host["MemoryReservation"]) == (64 * 1024**2, 16 * 1024**2)
        assert host["NanoCpus"] == 500_000_000
        assert job.perform(numbers=[40, 2]) == 42


def test_limits_that_docker_refuses_are_told_at_the_manifest(
    engine: DockerEngine, job_dir: Path
) -> None:
    with_manifest(job_dir, resources={"memory_max": "1Mi"})
    with pytest.raises(EngineUnavailable, match=r"[Mm]emory limit") as caught:
        run_job(job_dir, engine=engine)
    assert "`resources.memory_max` in job.yaml" in str(caught.value)


def test_the_image_holds_the_program_and_the_jobs_own_files_without_secrets(
    engine: DockerEngine, client: Client, job_dir: Path
) -> None:
    (job_dir / "model.txt").write_text("a model")
    (job_dir / "build.env").write_text("TOKEN=secret\n")
    (job_dir / "run.env").write_text("PASSWORD=secret\n")
    (job_dir / ".git").mkdir()
    (job_dir / ".git" / "config").write_text("[core]\n")
    (job_dir / "Dockerfile").write_text("FROM scratch\n")
    with_manifest(job_dir, secret_build_env_file="build.env", secret_runtime_env_file="run.env")
    with run_job(job_dir, engine=engine) as job:
        found = files(client, job.image.id)
        config = client.api.images.get(job.image.id).attrs["Config"]
        assert job.perform(numbers=[40, 2]) == 42
    in_job = {name for name in found if name.startswith("job/") and not found[name].isdir()}
    kept = ("go.mod", "go.sum", "job.yaml", "model.txt", "perform.go")
    assert in_job == {f"job/{name}" for name in kept}
    assert {found[name].uid for name in (*in_job, "job")} == {65532}
    assert found["usr/local/bin/job"].isfile()
    assert found["usr/share/zoneinfo.zip"].isfile()
    assert found["etc/ssl/certs/ca-certificates.crt"].isfile()
    assert not [name for name in found if name.endswith(("sh", "busybox"))], "there is no shell"
    assert (config["User"], config["WorkingDir"]) == ("65532:65532", "/job")
    assert config["StopSignal"] == "SIGTERM"
    assert config["Cmd"] == ["/usr/local/bin/job"]
    racetracks = {"racetrack-component": "job", "job-name": "golang-function"}
    assert racetracks.items() <= config["Labels"].items()
    assert config["Labels"][names.OURS] == names.workbench_id()


def test_the_jobs_user_may_write_in_its_folder_unless_the_root_is_read_only(
    engine: DockerEngine, job_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job_dir / "perform.go").write_text(
        "package job\n\n"
        'import "os"\n\n'
        "func Perform(input map[string]interface{}) (interface{}, error) {\n"
        '\tif err := os.WriteFile("written", []byte("x"), 0o600); err != nil {\n'
        "\t\treturn nil, err\n\t}\n"
        '\treturn os.Getenv("ONLY_FOR_BUILDS") + os.Getenv("JOB_NAME"), nil\n}\n'
    )
    (job_dir / "go.mod").write_text("module example.com/writes\n\ngo 1.26\n")
    (job_dir / "go.sum").unlink()
    with_manifest(job_dir, build_env={"ONLY_FOR_BUILDS": "no"})
    with run_job(job_dir, engine=engine) as job:
        assert job.perform() == "golang-function"
    monkeypatch.setenv("WORKBENCH_DOCKER_READ_ONLY", "1")
    with (
        run_job(job_dir, engine=engine) as job,
        pytest.raises(Exception, match="read-only file system"),
    ):
        job.perform()


def test_a_port_that_is_taken_names_who_has_it(engine: DockerEngine, job_dir: Path) -> None:
    with run_job(job_dir, engine=engine) as job:
        port = int(job.address.rpartition(":")[2])
        with pytest.raises(PortTaken, match=f"Port {port} is taken"):
            run_job(job_dir, engine=engine, port=port, replace=False)
        assert job.perform(numbers=[40, 2]) == 42


@pytest.mark.usefixtures("client")
def test_auto_takes_docker_where_it_answers_and_says_why_where_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events: list[Event] = []
    assert get_engine("auto", on_event=events.append).name == "docker"
    assert events[-1].message == "engine docker: it answers"
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert get_engine("auto", on_event=events.append).name == "process"
    told = "engine process: not docker: No Docker daemon runs: there is no /nowhere/docker.sock."
    assert events[-1].message == told
