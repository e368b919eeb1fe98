"""The Python tests in parts that run side by side: each often waits for somebody else."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.support import ROOT

# Chromium breaks off what it loads when a network interface comes or goes, as with each container:
# its tests come last in the part that starts most of them, and the second part, which starts the
# others, is over by then. Whoever starts a JupyterLab looks for port 8888 first: they are in one.
_NAMED: dict[str, tuple[str, ...]] = {
    "engines and browser": (
        "tests/engines",
        "tests/browser",
        "tests/test_binder.py",
        "tests/test_jupyter.py",
    ),
    "servers and chapters": ("tests/test_bench_images.py", "tests/racetrack", "tests/tutorial"),
}
PARTS: dict[str, tuple[str, ...]] = {
    **_NAMED,
    "the rest": (
        "tests",
        *(f"--ignore={place}" for places in _NAMED.values() for place in places),
    ),
}


def run(folder: Path) -> list[str]:
    """Run all parts to their ends, and print what each wrote.

    Args:
        folder: Where reports and outputs go; those of former runs are removed.

    Returns:
        The names of those that failed.
    """
    for report in _reports(folder):
        report.unlink()
    started = [(name, *_start(name, words, folder)) for name, words in PARTS.items()]
    failed = []
    try:
        for name, child, output in started:
            code = child.wait()
            print(f"--- {name}\n{output.read_text()}", end="", flush=True)
            if code != 0:
                failed.append(name)
    except KeyboardInterrupt:
        for _, child, _ in started:
            child.wait()  # it was interrupted as well, and cleans up after itself
        raise
    return failed


def skips(folder: Path) -> Iterator[str]:
    """What the last run skipped: each test and its reason."""
    for report in _reports(folder):
        for case in ET.parse(report).iter("testcase"):
            skip = case.find("skipped")
            if skip is not None and skip.get("type") == "pytest.skip":
                yield f"{case.get('classname')}::{case.get('name')}: {skip.get('message')}"


def _start(name: str, words: Sequence[str], folder: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """Start a part of the tests; also the file that gets what it writes."""
    slug = name.replace(" ", "-")
    output = folder / f"pytest-{slug}.log"
    report = folder / f"pytest-{slug}.xml"
    own_cache = f"cache_dir={folder / slug}"  # each its own: all write it as they end
    line = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-o", own_cache]
    print(f"$ pytest {shlex.join(words)}", flush=True)
    with output.open("wb") as sink:
        child = subprocess.Popen(
            [*line, *words], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
    return child, output


def _reports(folder: Path) -> list[Path]:
    return sorted(folder.glob("pytest-*.xml"))
