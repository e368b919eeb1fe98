"""Which words of a builder lead to which error, and whether that names the user's own place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.docker.test_progress import read
from workbench.engines.docker.failures import build_failure
from workbench.engines.docker.progress import Progress
from workbench.errors import BuildError, EngineUnavailable, WorkbenchError


def failure(
    made: Progress, folder: Path, stderr: str = "", *, gone: bool = False
) -> WorkbenchError:
    return build_failure(
        "The job",
        made,
        command=["docker", "build"],
        exit_code=1,
        stderr=stderr,
        seconds=1.25,
        folder=folder,
        gone=gone,
    )


def failed_step(*output: str, error: str = "exit code: 1") -> Progress:
    made = Progress("FROM a\nRUN make\n", lambda _: None)
    made("#1 [2/2] RUN make")
    for line in output:
        made(f"#1 0.5 {line}")
    made(f"#1 ERROR: {error}")
    return made


def refused(line: str) -> Progress:
    made = Progress("FROM a\nRUN make\n", lambda _: None)
    made(line)
    return made


@pytest.mark.parametrize("name", ["compile-error", "newer"])
def test_a_compilers_message_is_told_at_the_users_own_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("package main\n")
    problem = failure(read(name)[0], tmp_path)
    assert isinstance(problem, BuildError)
    place = f"{tmp_path.name}/main.go:3:23: undefined: answer"
    assert problem.message == f"The job was not built, after 1.2 s:\n  {place}"
    (where,) = problem.locations
    assert (where.file, where.line, where.column) == (tmp_path / "main.go", 3, 23)
    assert (problem.command, problem.exit_code) == (("docker", "build"), 1)


def test_a_file_that_is_not_the_users_is_left_in_the_log(tmp_path: Path) -> None:
    problem = failure(read("compile-error")[0], tmp_path)
    assert isinstance(problem, BuildError)
    assert problem.locations == ()
    assert (
        problem.message == "The job was not built, after 1.2 s, at line 4 of the Dockerfile, RUN."
    )
    assert "  ./main.go:3:23: undefined: answer" in str(problem)


def test_a_path_in_the_image_is_the_longest_end_that_the_folder_has(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("sub/perform.go", "perform.go"):
        (tmp_path / name).write_text("package job\n")
    made = failed_step(
        "/out/image/job/sub/perform.go:7: broken",
        "../../out/image/job/perform.go:8:1: broken too",
        "../../out/image/job/perform.go:8:1: broken too",
        "/usr/local/go/src/fmt/print.go:9:1: not ours",
    )
    problem = failure(made, tmp_path)
    assert isinstance(problem, BuildError)
    found = [
        (where.file.relative_to(tmp_path).as_posix(), where.line) for where in problem.locations
    ]
    assert found == [("sub/perform.go", 7), ("perform.go", 8)]


def test_the_remedy_that_the_build_itself_wrote_is_the_errors(tmp_path: Path) -> None:
    problem = failure(failed_step("no Perform", "remedy: write one."), tmp_path)
    assert problem.remedy == "write one."


@pytest.mark.parametrize(
    "made",
    [
        failed_step("cat: write error: No space left on device"),
        failed_step(error="failed to copy: write /var/x: no space left on device"),
        refused("failed to solve: write /data/cache.db: no space left on device"),
        refused("failed to solve: disk quota exceeded"),
    ],
)
def test_a_full_disk_is_told_as_one_wherever_it_was_met(made: Progress, tmp_path: Path) -> None:
    problem = failure(made, tmp_path)
    assert isinstance(problem, BuildError)
    assert problem.message.startswith("The job was not built: Docker's disk is full, after 1.2 s")
    assert "docker system prune" in str(problem.remedy)


@pytest.mark.parametrize(
    "words",
    [
        "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
        "error during connect: this error may indicate that the docker daemon is not running",
        "failed to receive status: rpc error: code = Unavailable desc = error reading: EOF",
        "cannot write /x/id because server did not provide an image ID",
        "rpc error: code = Canceled desc = context canceled",
    ],
)
def test_a_daemon_that_went_away_is_told_by_the_builders_words(words: str, tmp_path: Path) -> None:
    problem = failure(refused(words), tmp_path)
    assert isinstance(problem, EngineUnavailable)
    assert problem.message == "The Docker daemon went away while the job was built, after 1.2 s."
    assert str(problem.remedy).startswith("start Docker, and run it again")


def test_a_daemon_that_does_not_answer_went_away_whatever_the_builder_says(tmp_path: Path) -> None:
    made = Progress("FROM a\nRUN make\n", lambda _: None)
    made("#1 [2/2] RUN make")
    problem = failure(made, tmp_path, gone=True)
    assert isinstance(problem, EngineUnavailable)
    assert problem.message.endswith("after 1.2 s, at line 2 of the Dockerfile, RUN.")


def test_a_command_that_lost_a_connection_of_its_own_is_a_failed_step(tmp_path: Path) -> None:
    problem = failure(failed_step("go: dial tcp 192.0.2.1:443: connection refused"), tmp_path)
    assert isinstance(problem, BuildError)
    assert "line 2 of the Dockerfile, RUN" in problem.message


@pytest.mark.parametrize("name", ["no-image", "newer-no-image"])
def test_an_image_that_is_not_to_be_had(name: str, tmp_path: Path) -> None:
    problem = failure(read(name)[0], tmp_path)
    assert isinstance(problem, EngineUnavailable)
    assert "an image that its Dockerfile names is neither here nor to be had" in problem.message
    assert "no-such-image-here" in str(problem)


def test_a_file_that_is_not_there_is_no_image_that_is_not_there(tmp_path: Path) -> None:
    problem = failure(read("missing-file")[0], tmp_path)
    assert isinstance(problem, BuildError)
    assert problem.message.endswith("at line 2 of the Dockerfile, COPY.")
    assert '"/missing.txt" not found' in str(problem)


def test_a_dockerfile_that_the_builder_does_not_understand(tmp_path: Path) -> None:
    problem = failure(read("bad-instruction")[0], tmp_path)
    assert isinstance(problem, BuildError)
    assert "dockerfile parse error line 2: unknown instruction: RUUN" in str(problem)


def test_a_builder_that_said_nothing_of_its_own_is_quoted(tmp_path: Path) -> None:
    made = Progress("FROM a\n", lambda _: None)
    problem = failure(made, tmp_path, stderr="unknown flag: --progress\n")
    assert problem.log == ("unknown flag: --progress",)
