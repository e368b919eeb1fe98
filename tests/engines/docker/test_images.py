"""What is in the images that the finished plugin's Dockerfiles give."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines.docker.plugins import (
    client_or_skip,
    edit_wrapper,
    plugin_copy,
    remove_images,
    replace,
)
from workbench import _process
from workbench.engines.base import Image
from workbench.engines.docker.client import Client
from workbench.engines.docker.engine import DockerEngine
from workbench.engines.docker.stand_in import is_static
from workbench.errors import BuildError
from workbench.events import silent
from workbench.manifest import load_job_manifest
from workbench.plugin import PluginData
from workbench.settings import shipped

EPOCH = 1_700_000_000


@pytest.fixture(scope="module")
def client() -> Client:
    return client_or_skip()


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PluginData]:
    client_or_skip()
    with plugin_copy(tmp_path_factory.mktemp("plugin")) as copy:
        yield copy


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Path]:
    """The sample job under a name of its own, with all that no image should hold beside it."""
    name = f"images-{uuid.uuid4().hex[:8]}"
    folder = tmp_path / "job"
    shutil.copytree(shipped("sample-golang-function"), folder)
    replace(folder / "job.yaml", "name: golang-function", f"name: {name}")
    yield folder
    remove_images(f"/{name}:")


def _build(plugin: PluginData, job: Path, network: str | None = None) -> Image:
    manifest = load_job_manifest(job)
    engine = DockerEngine(network=network)
    return engine.build(plugin.job_type(manifest.get_jobtype()), manifest, on_event=silent)


def _files(client: Client, image: str) -> dict[str, tuple[tarfile.TarInfo, bytes]]:
    """The files of an image; without what Docker itself puts into every container."""
    container = client.api.containers.create(image)
    try:
        pieces: Any = container.export()  # bytes; its type says text
        data = b"".join(pieces)
    finally:
        container.remove()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        found = {one.name: (one, _content(tar, one)) for one in tar if not one.isdir()}
    dockers = (".dockerenv", "dev/", "etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf")
    return {name: one for name, one in found.items() if not name.startswith(dockers)}


def _content(tar: tarfile.TarFile, one: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(one) if one.isfile() else None
    return file.read() if file else b""


def _anew(client: Client, image: Image, job: Path, tag: str, *more: str) -> str:
    """Build the job's image once more, without any cache."""
    dockerfile = job.parent / "Dockerfile"
    dockerfile.write_text(image.dockerfile)
    name = f"{image.reference.rpartition(':')[0]}:{tag}"
    words: list[str | Path] = [
        client.command.path,
        "--host",
        client.host,
        "build",
        "--no-cache",
        "--network=none",
    ]
    words += [*more, "--quiet", "--tag", name, "--file", str(dockerfile), str(job)]
    done = _process.run(words, env=client.environment(), timeout=300)
    assert done.returncode == 0, done.stderr
    return name


def test_no_build_copies_the_base_images_cache(
    client: Client, plugin: PluginData, job: Path
) -> None:
    """Go dates what it uses anew once it is older than an hour; what lies ahead it leaves alone."""
    base = _build(plugin, job).dockerfile.split()[1]
    found: bytes = client.api.containers.run(
        base,
        ["sh", "-c", 'cd "$GOCACHE"; touch -d "2099-06-01 00:00" /tmp/then; '
        "find . -type f -newer /tmp/then | wc -l; find . -type f ! -newer /tmp/then | wc -l"],
        remove=True,
        network_mode="none",
    )  # fmt: skip
    ahead, behind = map(int, found.split())
    assert ahead > 1000
    assert behind == 0


def test_an_image_holds_the_program_and_the_jobs_files_and_nothing_else(
    client: Client, plugin: PluginData, job: Path
) -> None:
    (job / ".git").mkdir()
    (job / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (job / "data").mkdir()
    (job / "data" / "table.csv").write_text("1;2\n")
    for name in ("Dockerfile", ".job-0.Dockerfile", "build.env", "run.env"):
        (job / name).write_text("SECRET=1\n")
    with (job / "job.yaml").open("a") as file:
        file.write("secret_build_env_file: build.env\nsecret_runtime_env_file: run.env\n")
    image = _build(plugin, job)
    files = _files(client, image.reference)
    assert set(files) == {
        "etc/group", "etc/passwd", "etc/ssl/certs/ca-certificates.crt",
        "job/data/table.csv", "job/go.mod", "job/go.sum", "job/job.yaml", "job/perform.go",
        "usr/local/bin/job", "usr/share/zoneinfo.zip",
    }  # fmt: skip
    program, content = files["usr/local/bin/job"]
    path = job.parent / "program"
    path.write_bytes(content)
    assert is_static(path)
    assert b".debug_info" not in content
    assert b".symtab" not in content
    assert program.mode & 0o777 == 0o755
    assert {info.uid for name, (info, _) in files.items() if name.startswith("job/")} == {65532}
    settings = client.api.images.get(image.reference).attrs["Config"]
    assert settings["User"] == "65532:65532"
    assert settings["Cmd"] == ["/usr/local/bin/job"]
    assert settings["StopSignal"] == "SIGTERM"
    assert settings["WorkingDir"] == "/job"
    assert settings["Labels"]["racetrack-component"] == "job"
    assert "Healthcheck" not in settings


def test_the_same_sources_give_the_same_image(
    client: Client, plugin: PluginData, job: Path
) -> None:
    image = _build(plugin, job)
    programs, layers = set(), set()
    for run in ("one", "two"):
        (job / "perform.go").touch()
        plain = _anew(client, image, job, f"plain-{run}")
        programs.add(hashlib.sha256(_files(client, plain)["usr/local/bin/job"][1]).digest())
        dated = _anew(client, image, job, run, f"--build-arg=SOURCE_DATE_EPOCH={EPOCH}")
        layers.add(tuple(client.api.images.get(dated).attrs["RootFS"]["Layers"]))
        assert {one.mtime for one, _ in _files(client, dated).values()} == {EPOCH}
    assert len(programs) == 1
    assert len(layers) == 1


def test_an_edit_of_the_wrapper_leaves_the_modules_where_they_are(
    plugin: PluginData, job: Path
) -> None:
    _build(plugin, job)
    edit_wrapper(plugin)
    base, _ = _build(plugin, job).builds
    cached = {step.text: step.cached for step in base.steps}
    assert [known for text, known in cached.items() if "go mod download" in text] == [True]
    assert [known for text, known in cached.items() if "jobbuild" in text] == [False]


def test_a_job_whose_modules_the_base_lacks_is_told_what_is_missing(
    plugin: PluginData, job: Path
) -> None:
    replace(job / "go.mod", "errors v0.9.1", "errors v0.8.1")
    with pytest.raises(BuildError) as caught:
        _build(plugin, job, network="none")
    assert "github.com/pkg/errors" in str(caught.value)
    assert "job/perform.go" in str(caught.value) or "job/go.mod" in str(caught.value)
