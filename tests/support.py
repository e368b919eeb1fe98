"""What tests share and is no fixture."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import AnyStr

import pytest

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")


def require(found: object, reason: str) -> None:
    """Skip the test with `reason` unless `found` is true; in CI, fail instead.

    Args:
        found: What the test needs, such as the path of a command.
        reason: One line that says what is missing.
    """
    if found:
        return
    if IN_CI:
        pytest.fail(f"nothing may be skipped in CI: {reason}", pytrace=False)
    pytest.skip(reason)  # on a user's machine; `make test` counts it, with the reason


@contextmanager
def awaited(child: subprocess.Popen[AnyStr]) -> Iterator[subprocess.Popen[AnyStr]]:
    """Wait for a child at the end of the block; a test that fails in it does not wait for ever."""
    with child:
        try:
            yield child
        except BaseException:
            child.kill()
            raise


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git tracks or would add, as an absolute path."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    return tuple(path for path in paths if path.is_file())


_GIVES_NO_NETWORK = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"'


def without_namespaces(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command where the system gives no network namespaces, as some systems do."""
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", _GIVES_NO_NETWORK, "sh", *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
