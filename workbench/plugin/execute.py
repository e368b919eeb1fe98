"""Run a plugin's code in a child, with a deadline, and tell what came of it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench import _process
from workbench.manifest import PluginManifest
from workbench.plugin.outcome import CHILD, Outcome, decoded, line_in, read_answer
from workbench.plugin.values import FORMER_HOOKS, HOOKS

MAX_OUTPUT = 64 * 1024
"""How many characters of a plugin's output are kept."""

_START_ALLOWANCE = 10.0


@dataclass(frozen=True)
class Executed:
    """What a plugin said.

    Attributes:
        returned: What the hook returned; None where the plugin has no such method.
        line: The line of the hook in plugin.py.
        hooks: The hooks that its class has, former names included.
        output: What it printed.
    """

    returned: object
    line: int | None
    hooks: tuple[str, ...]
    output: str


def execute_plugin(
    plugin_dir: Path,
    manifest: PluginManifest,
    *,
    shown: Path,
    timeout: float,
    python: Path | None = None,
    hook: str = "job_types",
    arguments: Sequence[Mapping[str, Any]] = (),
    keywords: Mapping[str, Any] | None = None,
) -> Executed:
    """Execute plugin.py, make a `Plugin` and call one of its hooks.

    Args:
        plugin_dir: The plugin's folder, absolute.
        manifest: Its manifest.
        shown: How messages name the folder: itself, or the ZIP that it was unpacked from.
        timeout: Seconds that the plugin may take for all of it.
        python: The interpreter; None for the one that runs this.
        hook: The method to call.
        arguments: What it gets, each as one key that names the kind: `manifest` for the fields of a
            job's manifest, `job` for those of a job, `plain` for any value of JSON.
        keywords: What it gets by name; values of JSON.

    Raises:
        PluginError: It raised, ended its process, took too long, or has no class `Plugin`.
    """
    with tempfile.TemporaryDirectory(
        prefix="workbench-plugin-", ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        request = {
            "plugin_dir": str(plugin_dir),
            "manifest": manifest.model_dump(),
            "hooks": [*HOOKS, *FORMER_HOOKS],
            "timeout": timeout,
            "call": hook,
            "arguments": [dict(each) for each in arguments],
            "keywords": dict(keywords or {}),
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        (folder / "config.yaml").touch()
        # -P keeps this package's folder off the module search path, -B leaves no caches behind.
        program = python or sys.executable
        command: list[str | Path] = [program, "-u", "-B", "-P", "-X", "utf8", CHILD, folder]
        try:
            ended = _process.run(
                command, cwd=folder, timeout=timeout + _START_ALLOWANCE, bound=True
            )
        except _process.ChildTimeoutError as late:
            ended = late.completed
        answer = read_answer(folder / "answer.jsonl")
        if answer.pid is not None:  # what it started and did not wait for
            _process.kill_rest(answer.pid)
        trace = (folder / "trace.txt").read_text(errors="replace") if answer.pid else ""
    output = _shortened(ended.stdout + ended.stderr)
    outcome = Outcome(plugin_dir, shown, answer, output)
    if "returned" in answer.values:
        returned = decoded(answer.values["returned"])
        hooks = tuple(answer.values["hooks"])
        return Executed(returned, answer.values["line"], hooks, output)
    if "failed" in answer.values:
        raise outcome.raised()
    if "no_class" in answer.values:
        raise outcome.without_class()
    late_line = line_in(trace, plugin_dir)
    if "Timeout (" in trace or ended.seconds >= timeout + _START_ALLOWANCE:
        raise outcome.late(timeout, late_line)
    raise outcome.ended(ended.returncode, late_line)


def _shortened(text: str) -> str:
    if len(text) <= MAX_OUTPUT:
        return text
    return f"{text[:MAX_OUTPUT]}\n... and {len(text) - MAX_OUTPUT} characters more\n"
