"""What a server finds out when a job is deployed, found when a plugin is installed.

Lint renders the plugin's templates, and a template may loop for ever or grow beyond all memory; so
that happens in a child with a deadline. This file is also that child.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from workbench import _process
from workbench.errors import WorkbenchError
from workbench.lint import Finding, lint_plugin
from workbench.manifest import load_plugin_manifest
from workbench.plugin import PluginData
from workbench.racetrack.plugins.learnt import from_plain, to_plain

_START_ALLOWANCE = 10.0
_MEMORY = 2 * 1024**3


def lint(plugin: PluginData, *, timeout: float) -> list[str]:
    """What is wrong in a plugin that loads, a line each.

    Args:
        plugin: The plugin.
        timeout: Seconds that it may take.
    """
    request = {
        "plugin_dir": str(plugin.plugin_dir),
        "shown": str(plugin.source),
        "job_types": to_plain(plugin.job_types.values()),
        "warnings": list(plugin.warnings),
        "hooks": list(plugin.hooks),
    }
    with tempfile.TemporaryDirectory(prefix="workbench-lint-") as folder:
        path = Path(folder) / "request.json"
        path.write_text(json.dumps(request), encoding="utf-8")
        command: list[str | Path] = [sys.executable, "-B", "-P", __file__, path]
        try:
            done = _process.run(command, timeout=timeout + _START_ALLOWANCE, bound=True)
        except _process.ChildTimeoutError as late:
            return [f"not linted: it took more than {late.completed.seconds:.0f} s; {_LOOPS}"]
    try:
        lines: list[str] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        return [f"not linted: {last[0][:200]}; {_LOOPS}"]
    return lines


_LOOPS = "does a template loop, or write without an end?"


def _lint(request: dict[str, Any]) -> list[str]:
    plugin_dir = Path(request["plugin_dir"])
    plugin = PluginData(
        plugin_dir=plugin_dir,
        plugin_manifest=load_plugin_manifest(plugin_dir),
        job_types=from_plain(request["job_types"], plugin_dir),
        warnings=tuple(request["warnings"]),
        source=Path(request["shown"]),
        hooks=tuple(request["hooks"]),
    )
    try:
        return [_line(finding) for finding in lint_plugin(plugin)]
    except WorkbenchError as error:
        return [f"not linted: {error.message}"]


def _line(finding: Finding) -> str:
    bad = "a job would fail: " if finding.level == "error" else ""
    remedy = finding.remedy.rstrip(".")
    return f"{finding.where}: {bad}{finding.what} [{finding.id}]; {remedy}"


def _limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    _limit_memory()
    sys.stdout.write(json.dumps(_lint(json.loads(Path(sys.argv[1]).read_text("utf-8")))))
