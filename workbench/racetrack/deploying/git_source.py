"""The sources of a job from a git repository, fetched without harm."""

from __future__ import annotations

import base64
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from racetrack_client.manifest.manifest import GitManifest

from workbench import _process
from workbench.errors import WorkbenchError
from workbench.racetrack.config import Config
from workbench.racetrack.hiding import hide

_FRAME = (
    "building an image: Streaming Response error: fetching the source code: fetching job repo: "
)
_TOO_LARGE = ("File size limit", "index-pack died of signal", "invalid index-pack output")


def fetch_sources(
    git: GitManifest,
    credentials: Mapping[str, str],
    folder: Path,
    config: Config,
) -> None:
    """Clone a repository, and put the job's folder of it beside what is there already.

    The git client reads no settings of the machine's, asks nobody, runs no hook, and fetches no
    submodule. What it fetched is bounded, and holds no links.

    Args:
        git: The repository's address, its branch or tag, and the job's folder in it.
        credentials: `username` and `password`, or nothing.
        folder: Where the files go; those that are there already stay.
        config: From which hosts it may be fetched, and how much.

    Raises:
        WorkbenchError: It may not be fetched, cannot be, or holds what is not taken.
    """
    remote, branch, directory = git.remote, git.branch, git.directory
    hidden = {text for text in (credentials.get("password"), urlsplit(remote).password) if text}
    shown = hide(remote, hidden)
    _refuse_other_places(remote, shown, config)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as scratch:
        clone = Path(scratch) / "clone"
        _clone(remote, shown, branch, credentials, clone, config, hidden)
        shutil.rmtree(clone / ".git")
        sources = (clone / directory).resolve()
        if not sources.is_relative_to(clone) or not sources.is_dir():
            raise _failed(f"{shown} has no folder {directory!r}")
        _refuse_harm(sources, config)
        for path in sources.iterdir():
            if not (folder / path.name).exists():
                shutil.move(path, folder / path.name)


def _refuse_other_places(remote: str, shown: str, config: Config) -> None:
    try:
        url = urlsplit(remote)
        host = url.hostname or ""
    except ValueError:
        raise _failed(f"{shown!r} is no address") from None
    if url.scheme != "https":
        raise _failed(
            f"{shown} is not fetched: only https:// is",
            remedy="write the remote with https://, or deploy with `--build-context local`.",
        )
    if host not in config.git_hosts and "*" not in config.git_hosts:
        raise _failed(
            f"this server may not fetch from {host}",
            remedy=f"deploy with `--build-context local`, or start it with `--git-host {host}`.",
        )


def _clone(
    remote: str,
    shown: str,
    branch: str | None,
    credentials: Mapping[str, str],
    clone: Path,
    config: Config,
    hidden: set[str],
) -> None:
    git = shutil.which("git")
    if git is None:
        raise _failed("there is no git on this machine", remedy="install git.")
    limits = config.limits
    words = [git, "clone", "--quiet", "--depth=1", "--single-branch", "--no-tags"]
    words += [f"--branch={branch}"] if branch else []
    words += ["--", remote, str(clone)]
    # A pack is one file, so that a bound for files is one for what is fetched.
    shell = ["sh", "-c", f'ulimit -f {limits.context // 512}; exec "$@"', "sh", *words]
    clone.parent.joinpath("home").mkdir()
    try:
        run = _process.run(
            shell,
            cwd=clone.parent,
            env=_environment(clone.parent / "home", credentials),
            timeout=limits.git,
            bound=True,
        )
    except _process.ChildTimeoutError:
        raise _failed(f"cloning git repo: {shown} took longer than {limits.git:g} s") from None
    if run.returncode != 0:
        told = hide((run.stdout + run.stderr).strip(), hidden).replace(f"{clone.parent}/", "")
        if any(word in told for word in _TOO_LARGE):
            told = f"it holds more than {limits.context / 1024**2:g} MiB\n{told}"
        raise _failed(f"cloning git repo: {shown}: {told or f'git ended with {run.returncode}'}")


def _environment(home: Path, credentials: Mapping[str, str]) -> dict[str, str]:
    """What git is told; credentials by the environment, which only the same user can read."""
    kept = ("PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "https_proxy",
            "http_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY")  # fmt: skip
    settings = [("core.hooksPath", os.devnull), ("credential.helper", "")]
    if credentials.get("password"):
        pair = f"{credentials.get('username', '')}:{credentials['password']}"
        basic = base64.b64encode(pair.encode()).decode()
        settings.append(("http.extraHeader", f"Authorization: Basic {basic}"))
    given = {name: os.environ[name] for name in kept if name in os.environ}
    for number, (key, value) in enumerate(settings):
        given |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {
        **given,
        "HOME": str(home),
        "GIT_CONFIG_COUNT": str(len(settings)),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_ALLOW_PROTOCOL": "https",
        "GIT_LFS_SKIP_SMUDGE": "1",
    }


def _refuse_harm(sources: Path, config: Config) -> None:
    limits = config.limits
    size = 0
    for count, path in enumerate(sources.rglob("*"), 1):
        status = path.lstat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise _failed(f"{path.relative_to(sources)} in it is a link, and no plain file")
        size += status.st_size
        if count > limits.members or size > limits.context:
            raise _failed(
                f"it holds more than {limits.members} files or {limits.context / 1024**2:g} MiB"
            )


def _failed(why: str, remedy: str | None = None) -> WorkbenchError:
    return WorkbenchError(f"{_FRAME}{why}", remedy=remedy)
