"""Run plugin.py in a child and tell what came of it, at the line of the plugin that is to blame."""

from __future__ import annotations

import ast
import json
import re
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench import _process
from workbench.errors import PluginError
from workbench.job_type import OtherValue
from workbench.manifest import PluginManifest
from workbench.plugin.values import FORMER_HOOKS, HOOKS

MAX_OUTPUT = 64 * 1024
"""How many characters of a plugin's output are kept."""

_CHILD = Path(__file__).with_name("child.py")
_START_ALLOWANCE = 10.0
_DOING = {"execute": "plugin.py", "instantiate": "Plugin()", "job_types": "job_types()"}
_ARGUMENTS = (
    "Racetrack calls Plugin() without arguments; self.plugin_manifest, self.plugin_dir and "
    "self.config_path are there already."
)
_QUICK = (
    "Racetrack loads all plugins again whenever one changes: let plugin.py, Plugin() and "
    "job_types() do nothing that takes time, or give load_plugin a longer timeout."
)


@dataclass(frozen=True)
class Executed:
    """What a plugin said of itself.

    Attributes:
        returned: The value of its `job_types()`; None where it has no such method.
        line: The line of `job_types` in plugin.py.
        hooks: The hooks that its class has, former names included.
        output: What it printed.
    """

    returned: object
    line: int | None
    hooks: tuple[str, ...]
    output: str


@dataclass
class _Answer:
    values: dict[str, Any] = field(default_factory=dict)
    doing: str = "execute"
    pid: int | None = None


def execute_plugin(
    plugin_dir: Path, manifest: PluginManifest, *, shown: Path, timeout: float
) -> Executed:
    """Execute plugin.py, make a `Plugin` and ask it for its job types.

    Args:
        plugin_dir: The plugin's folder, absolute.
        manifest: Its manifest.
        shown: How messages name the folder: itself, or the ZIP that it was unpacked from.
        timeout: Seconds that the plugin may take.

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
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        (folder / "config.yaml").touch()
        # -P keeps this package's folder off the module search path, -B leaves no caches behind.
        command: list[str | Path] = [sys.executable, "-u", "-B", "-P", "-X", "utf8", _CHILD, folder]
        try:
            ended = _process.run(command, cwd=folder, timeout=timeout + _START_ALLOWANCE)
        except _process.ChildTimeoutError as late:
            ended = late.completed
        answer = _read_answer(folder / "answer.jsonl")
        if answer.pid is not None:  # what it started and did not wait for
            _process.signal_group(answer.pid, signal.SIGKILL)
        trace = (folder / "trace.txt").read_text(errors="replace") if answer.pid else ""
    output = _shortened(ended.stdout + ended.stderr)
    outcome = _Outcome(plugin_dir, shown, answer, output)
    if "job_types" in answer.values:
        returned = _decoded(answer.values["job_types"])
        hooks = tuple(answer.values["hooks"])
        return Executed(returned, answer.values["line"], hooks, output)
    if "failed" in answer.values:
        raise outcome.raised()
    if "no_class" in answer.values:
        raise outcome.without_class()
    late_line = _line_in(trace, plugin_dir)
    if "Timeout (" in trace or ended.seconds >= timeout + _START_ALLOWANCE:
        raise outcome.late(timeout, late_line)
    raise outcome.ended(ended.returncode, late_line)


@dataclass(frozen=True)
class _Outcome:
    """The ways in which loading fails."""

    plugin_dir: Path
    shown: Path
    answer: _Answer
    output: str

    def raised(self) -> PluginError:
        values = self.answer.values
        kind, text = values["failed"], values["text"]
        what = f"{_DOING[values['doing']]} raised {kind}"
        if values["syntax"]:
            what = f"not Python: {text}"
        elif kind == "SystemExit":
            what = f"{_DOING[values['doing']]} ended with sys.exit({text})"
        elif text:
            what += f": {text}"
        file = Path(values["file"]) if values["file"] else self.plugin_dir / "plugin.py"
        log = [*self.output.splitlines(), *values["log"]]
        return self._error(what, file, values["line"], self._remedy(kind, text), log)

    def without_class(self) -> PluginError:
        found = self.answer.values["no_class"]
        path = self.plugin_dir / "plugin.py"
        if found is not None:
            what = f"Plugin is a value of the type {found}, not a class"
            return self._error(what, path, None, "write `class Plugin:`.")
        classes = _classes(path)
        if not classes:
            what = "there is no class named Plugin"
            return self._error(what, path, None, "write `class Plugin:` with a method job_types.")
        name, line = classes[0]
        near = [each for each in classes if "plugin" in each[0].lower() or len(classes) == 1]
        if near:
            name, line = near[0]
        what = f"there is no class named Plugin, only {', '.join(each for each, _ in classes)}"
        return self._error(what, path, line if near else None, f"rename {name} to Plugin.")

    def late(self, timeout: float, line: tuple[Path, int] | None) -> PluginError:
        file, number = line or (self.plugin_dir / "plugin.py", None)
        what = f"{_DOING[self.answer.doing]} did not end within {timeout:g} s, and was stopped"
        return self._error(what, file, number, _QUICK)

    def ended(self, code: int, line: tuple[Path, int] | None) -> PluginError:
        file, number = line or (self.plugin_dir / "plugin.py", None)
        if self.answer.pid is None:
            return self._error(f"Python did not start, exit code {code}", file, None, None)
        how = f"exit code {code}"
        if code < 0:
            how = f"the signal {signal.Signals(-code).name}"
        what = f"{_DOING[self.answer.doing]} ended the whole process with {how}"
        return self._error(what, file, number, "in a server it would have ended Racetrack itself.")

    def _remedy(self, kind: str, text: str) -> str | None:
        doing = self.answer.values["doing"]
        if kind == "ModuleNotFoundError":
            requirements = self.shown / "requirements.txt"
            if (self.plugin_dir / "requirements.txt").is_file():
                return (
                    "Racetrack installs what requirements.txt lists; here, do it yourself: "
                    f"`python -m pip install -r {requirements}`."
                )
            if doing == "job_types":
                return "import the plugin's own modules at the top of plugin.py, not in job_types."
            return "list the package in a requirements.txt beside plugin.py, and install it here."
        if kind == "EOFError":
            return "a server gives a plugin no input."
        if kind == "SystemExit":
            return "raise an exception that says what is wrong."
        if kind == "TypeError" and doing == "instantiate" and "argument" in text:
            return _ARGUMENTS
        return None

    def _error(
        self,
        what: str,
        file: Path,
        line: int | None,
        remedy: str | None,
        log: list[str] | None = None,
    ) -> PluginError:
        path = file
        if file.is_relative_to(self.plugin_dir):
            path = self.shown / file.relative_to(self.plugin_dir)
        place = f"{path}:{line}" if line else str(path)
        lines = self.output.splitlines() if log is None else log
        return PluginError(f"{place}: {what}.", path=path, line=line, remedy=remedy, log=lines)


def _read_answer(path: Path) -> _Answer:
    answer = _Answer()
    if not path.is_file():
        return answer
    for line in path.read_text("utf-8").splitlines():
        try:
            values = json.loads(line)
        except ValueError:  # cut off when the child was killed
            continue
        if "pid" in values:
            answer.pid = values["pid"]
        elif set(values) == {"doing"}:
            answer.doing = values["doing"]
        else:
            answer.values = values
    return answer


def _decoded(value: dict[str, Any]) -> object:
    ((kind, content),) = value.items()
    match kind:
        case "path":
            return Path(content)
        case "dict":
            pairs = [(_decoded(key), _decoded(each)) for key, each in content]
            return {_hashable(key): each for key, each in pairs}
        case "tuple":
            return tuple(_decoded(each) for each in content)
        case "list":
            return [_decoded(each) for each in content]
        case "other":
            return OtherValue(content)
        case _:
            plain: object = content
            return plain


def _hashable(key: object) -> object:
    try:
        hash(key)
    except TypeError:
        return OtherValue(type(key).__name__)
    return key


def _line_in(trace: str, plugin_dir: Path) -> tuple[Path, int] | None:
    """The innermost line of the plugin in what faulthandler wrote of the main thread."""
    ours = str(plugin_dir).encode("ascii", "backslashreplace").decode()
    for stack in re.split(r"\n(?=Thread |Current thread )", trace):
        if f'"{_CHILD}"'.encode("ascii", "backslashreplace").decode() not in stack:
            continue
        for file, line in re.findall(r'File "(.*)", line (\d+)', stack):
            if file.startswith(f"{ours}/"):
                return plugin_dir / file[len(ours) + 1 :], int(line)
    return None


def _classes(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_bytes())
    return [(node.name, node.lineno) for node in tree.body if isinstance(node, ast.ClassDef)]


def _shortened(text: str) -> str:
    if len(text) <= MAX_OUTPUT:
        return text
    return f"{text[:MAX_OUTPUT]}\n... and {len(text) - MAX_OUTPUT} characters more\n"
