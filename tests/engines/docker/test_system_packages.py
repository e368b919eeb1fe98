"""`system_dependencies`, with a package manager in the base image and without one."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.docker.plugins import TOOLCHAIN, client_or_skip, plugin_copy, remove_images
from tests.support import require
from workbench import _process
from workbench.engines.docker.client import Client
from workbench.engines.docker.engine import DockerEngine
from workbench.engines.docker.toolchain import ensure_toolchain
from workbench.errors import BuildError
from workbench.events import silent
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin
from workbench.run import run_job
from workbench.settings import shipped

OWN = "racetrack-workbench-test"

JOB = """\
name: {name}
owner_email: sample@example.com
version: 0.0.1
jobtype: golang:latest
git:
  remote: https://example.com/jobs
system_dependencies: [jq, tzdata]
"""

# It sees the packages: a command that it calls, and a file that the image of Go alone has not.
PERFORM = """\
package job

import (
	"os"
	"os/exec"
	"strings"
)

func Perform(input map[string]interface{}) (interface{}, error) {
	command := exec.Command("jq", "-n", "40+2")
	answer, err := command.Output()
	if err != nil {
		return nil, err
	}
	_, noZone := os.Stat("/usr/share/zoneinfo/Europe/Warsaw")
	_, noGo := os.Stat("/usr/local/go")
	return map[string]interface{}{
		"jq": strings.TrimSpace(string(answer)), "zone": noZone == nil, "go": noGo == nil,
		"user": os.Getuid(),
	}, nil
}
"""


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    yield client_or_skip()
    remove_images(f"{OWN}/")


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Path]:
    name = f"packages-{uuid.uuid4().hex[:8]}"
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "job.yaml").write_text(JOB.format(name=name))
    (folder / "perform.go").write_text(PERFORM)
    yield folder
    remove_images(f"/{name}:")


def _run(*words: str | Path, client: Client) -> None:
    done = _process.run(words, env=client.environment(), timeout=900)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def debian_toolchain(client: Client, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Debian's smallest system with a package manager, and Go where its image has it.

    Go's cache is that of our own base image: else the one on this would compile the same again.
    """
    make = shutil.which("mmdebstrap")
    require(make, "mmdebstrap, which makes a small Debian, is not installed")
    release = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text().splitlines()
        if "=" in line
    )
    require("VERSION_CODENAME" in release, "this machine's system is no Debian")
    folder = tmp_path_factory.mktemp("debian")
    # Where packages come from on this machine is where they come from in the image.
    lists = [Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list")]
    sources = [path for path in lists if path.is_file()][:1]
    system = folder / "system.tar"
    suite = release["VERSION_CODENAME"].strip('"')
    options = ("--quiet", "--variant=apt", "--include=ca-certificates")
    _run(make or "", *options, suite, system, *sources, client=client)
    ensure_toolchain(client.api, TOOLCHAIN)
    sample = load_job_manifest(shipped("sample-golang-function"))
    plugin = load_plugin(shipped("golang-job-type"))
    built = DockerEngine().build(plugin.job_type(sample.get_jobtype()), sample, on_event=silent)
    base = built.builds[0].reference
    (folder / "context").mkdir()
    (folder / "context" / "Dockerfile").write_text(
        f"FROM {OWN}/debian:latest\n"
        f"COPY --from={TOOLCHAIN} /usr/local/go /usr/local/go\n"
        f"COPY --from={TOOLCHAIN} /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n"
        f"COPY --from={base} /var/cache/go-build /var/cache/go-build\n"
        "ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        " GOPATH=/go GOTOOLCHAIN=local\n"
    )
    docker = (client.command.path, "--host", client.host)
    _run(*docker, "import", system, f"{OWN}/debian:latest", client=client)
    _run(*docker, "build", "-t", f"{OWN}/golang:debian", folder / "context", client=client)
    return f"{OWN}/golang:debian"


def test_packages_are_there_when_the_job_runs(
    debian_toolchain: str, job: Path, tmp_path: Path
) -> None:
    with (
        plugin_copy(tmp_path / "plugin", debian_toolchain) as plugin,
        run_job(job, plugin=plugin, engine=DockerEngine()) as running,
    ):
        answer = running.perform()
    assert answer == {"jq": "42", "zone": True, "go": False, "user": 65532}


def test_without_a_package_manager_there_is_one_clear_error(
    client: Client, job: Path, tmp_path: Path
) -> None:
    reference = f"{OWN}/golang:stand-in"
    ensure_toolchain(client.api, reference, pull=False)
    with plugin_copy(tmp_path / "plugin", reference) as plugin:
        # The packages come before anything else, so this base image is enough.
        (plugin.plugin_dir / "base.Dockerfile").write_text(f"FROM {reference}\n")
        with pytest.raises(BuildError) as caught:
            run_job(job, plugin=plugin, engine=DockerEngine())
    assert "the base image has neither apk nor apt-get" in str(caught.value)
    assert "so it cannot install jq tzdata" in str(caught.value)
