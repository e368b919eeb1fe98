"""The playground: the folder that a learner's files and the steps' files go to.

It has a git repository of its own. Git is run without the user's or the system's configuration, so
that no hook, signing key or missing name on this machine changes what a step does.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from workbench import _process
from workbench._finished import JOB, PLUGIN, finished_files
from workbench._written import STATE_FOLDER
from workbench.engines import Engine
from workbench.errors import StepFailed, WorkbenchError
from workbench.events import Sink, silent
from workbench.manifest import load_plugin_manifest
from workbench.settings import get_settings

IGNORED = f"""\
*.zip
__pycache__/
/{STATE_FOLDER}/
# The copy of the sample job that the notebook 00-start-here makes is none of the tutorial's.
/start-here/
# Swagger UI comes from its own package; swaggerui/SHA256SUMS lists its files.
/golang-job-type/go_wrapper/swaggerui/*
!/golang-job-type/go_wrapper/swaggerui/index.html
!/golang-job-type/go_wrapper/swaggerui/swagger-initializer.js
!/golang-job-type/go_wrapper/swaggerui/openapi.json
!/golang-job-type/go_wrapper/swaggerui/SHA256SUMS
"""
"""What `.gitignore` says in a playground."""


@dataclass(frozen=True)
class Written:
    """What copying files into the playground did.

    Attributes:
        files: What was written, as paths within the playground.
        kept: What was left alone because somebody had changed it.
        did: What else was done, in words.
    """

    files: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    did: tuple[str, ...] = ()

    def __add__(self, other: Written) -> Written:
        return Written(self.files + other.files, self.kept + other.kept, self.did + other.did)


@dataclass(frozen=True)
class Playground:
    """A folder to write the plugin in, and how jobs are run there.

    Attributes:
        path: The folder; the setting `WORKBENCH_PLAYGROUND` unless it is given.
        engine: The engine that runs its jobs: a name, an engine, or None for the setting.
        on_event: Where the progress of its builds is reported.
    """

    path: Path = field(default_factory=lambda: get_settings().playground)
    engine: str | Engine | None = None
    on_event: Sink = silent

    @property
    def plugin_dir(self) -> Path:
        """The plugin that is being written."""
        return self.path / PLUGIN

    @property
    def wrapper_dir(self) -> Path:
        """The plugin's Go wrapper."""
        return self.plugin_dir / "go_wrapper"

    @property
    def job_dir(self) -> Path:
        """The sample job."""
        return self.path / JOB

    @property
    def state_dir(self) -> Path:
        """What the workbench notes down for itself; git ignores it."""
        return self.path / STATE_FOLDER

    def make_state_dir(self) -> Path:
        """Make the folder for notes, ignored by git whatever `.gitignore` says.

        Raises:
            StepFailed: It cannot be written.
        """
        ignore = self.state_dir / ".gitignore"
        with _writing(ignore):
            self.state_dir.mkdir(parents=True, exist_ok=True)
            if not ignore.exists():
                ignore.write_text("*\n")
        return self.state_dir

    @property
    def bundle_path(self) -> Path:
        """Where `racetrack plugin bundle` puts the ZIP.

        Raises:
            ManifestError: The plugin's manifest, which names it, is missing or wrong.
        """
        manifest = load_plugin_manifest(self.plugin_dir)
        return self.plugin_dir / f"{manifest.name}-{manifest.version}.zip"

    @property
    def is_repository(self) -> bool:
        """Whether it has a git repository of its own, and not merely that of a folder above."""
        return (self.path / ".git" / "HEAD").is_file()

    @property
    def aside(self) -> str | None:
        """Where git records if not on `main`, in words; None where it does, or records nothing."""
        try:
            head = (self.path / ".git" / "HEAD").read_text().strip()
        except (OSError, UnicodeDecodeError):
            return None
        branch = head.removeprefix("ref: refs/heads/")
        if branch == "main":
            return None
        return "on no branch" if branch == head else f"on the branch {branch}"

    def make_repository(self) -> bool:
        """Make the folder and its git repository.

        Returns:
            Whether there was none before.

        Raises:
            StepFailed: git is missing or refuses.
        """
        ignore = self.path / ".gitignore"
        with _writing(ignore):
            ignore.parent.mkdir(parents=True, exist_ok=True)
            if not ignore.exists():
                ignore.write_text(IGNORED)
        if self.is_repository:
            return False
        self.git("init", "--quiet", "--initial-branch=main", "--template=")
        self.git("config", "user.name", "Tutorial")
        self.git("config", "user.email", "sample@example.com")
        return True

    def commit(self, message: str, *, only: Collection[str] = (), empty: bool = False) -> bool:
        """Record the playground as it is.

        Args:
            message: The commit's first line.
            only: The paths that are recorded; none for all.
            empty: Whether there is a commit even if nothing has changed.

        Returns:
            Whether there was a commit, because something had changed or `empty` asked for it.

        Raises:
            StepFailed: There is no repository, or git is missing or refuses.
        """
        if not self.is_repository:
            raise StepFailed(
                f"{self.path} is no git repository, so nothing can be recorded there.",
                remedy="do the chapter 01-git-repository first.",
            )
        paths: list[str] = []
        if only:
            seen = self.git("ls-files", "--cached", "--others", "--exclude-standard").splitlines()
            paths = ["--", *(name for name in only if name in seen)]  # git refuses ignored ones
            if len(paths) == 1:
                return False
        self.git("add", "--all", *paths)
        if not empty and not self.git("diff", "--cached", "--name-only", *paths):
            return False
        allowed = ["--allow-empty"] if empty else []
        self.git("commit", "--quiet", "--no-verify", *allowed, "--message", message, *paths)
        return True

    def git(self, *words: str, stdin: Path | None = None) -> str:
        """Run git in the playground.

        Args:
            words: What follows `git`.
            stdin: The file that git reads.

        Returns:
            What it wrote to stdout, without blanks around it.

        Raises:
            StepFailed: git is missing or refuses; says what it said.
        """
        if not self.path.is_dir():
            raise StepFailed(
                f"There is no folder {self.path}.",
                remedy="do the chapter 01-git-repository first.",
            )
        try:
            answer = _process.run(
                ["git", *_GIT_OPTIONS, *words], cwd=self.path, env=_git_env(), stdin=stdin
            )
        except WorkbenchError as error:
            raise StepFailed(error.message, remedy="install git.") from None
        if answer.returncode != 0:
            said = (answer.stderr or answer.stdout).strip()
            raise StepFailed(f"git {words[0]} did not work in {self.path}: {said}")
        return answer.stdout.strip()

    def write(self, *names: str, overwrite: bool = False) -> Written:
        """Copy files of the finished project to the same place in the playground.

        Args:
            names: Files, or folders with all that is below them, as paths within the project.
            overwrite: Whether a file that differs is replaced; else it is left as it is.

        Raises:
            StepFailed: A file cannot be written.
        """
        written, kept = [], []
        for name in names:
            for source, relative in tutorial_files(name):
                target = self.path / relative
                content = source.read_bytes()
                with _writing(target):
                    if target.is_file() and target.read_bytes() == content:
                        continue
                    if target.is_file() and not overwrite:
                        kept.append(relative.as_posix())
                        continue
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
                    written.append(relative.as_posix())
        return Written(tuple(written), tuple(kept))

    def __repr__(self) -> str:
        return f"<Playground {self.path}>"


def tutorial_files(name: str) -> Iterator[tuple[Path, Path]]:
    """As `finished_files`, without Go's tests: nobody is asked to write those."""
    for source, relative in finished_files(name):
        if not relative.name.endswith("_test.go") and "testdata" not in relative.parts:
            yield source, relative


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StepFailed(f"{path} could not be written: {error.strerror or error}.") from None


_GIT_OPTIONS = (
    "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "core.autocrlf=false",
)  # fmt: skip


def _git_env() -> dict[str, str]:
    # Within a hook of another repository git would follow GIT_DIR there.
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    null = os.devnull
    return {**env, "GIT_CONFIG_GLOBAL": null, "GIT_CONFIG_SYSTEM": null, "LC_ALL": "C"}
