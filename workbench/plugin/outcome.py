"""What came of a plugin's code in a child: its answer read back, and the ways in which it fails."""

from __future__ import annotations

import ast
import json
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import PluginError
from workbench.job_type import OtherValue
from workbench.plugin.values import CALLS

CHILD = Path(__file__).with_name("child.py")

_DOING = {
    "execute": "plugin.py",
    "instantiate": "Plugin()",
    "arguments": "making the arguments of a hook",
}
_ARGUMENTS = (
    "Racetrack calls Plugin() without arguments; self.plugin_manifest, self.plugin_dir and "
    "self.config_path are there already."
)
_QUICK = (
    "Racetrack loads all plugins again whenever one changes: let plugin.py, Plugin() and "
    "job_types() do nothing that takes time, or give load_plugin a longer timeout."
)
_SLOW_HOOK = "Racetrack waits for a hook as long as it takes: let it do what is quick."
_SERVERS_OWN = ("lifecycle", "image_builder", "racetrack_commons")


@dataclass
class Answer:
    """What the child wrote down.

    Attributes:
        values: Of its last line that is about an outcome.
        doing: What it was about to do last.
        pid: Its process; None where it never began.
    """

    values: dict[str, Any] = field(default_factory=dict)
    doing: str = "execute"
    pid: int | None = None


@dataclass(frozen=True)
class Outcome:
    """The ways in which a plugin's code fails, each told at the line that is to blame.

    Attributes:
        plugin_dir: The plugin's folder.
        shown: How messages name it.
        answer: What the child wrote down.
        output: What the plugin printed.
    """

    plugin_dir: Path
    shown: Path
    answer: Answer
    output: str

    def raised(self) -> PluginError:
        """It raised an exception."""
        values = self.answer.values
        kind, text = values["failed"], values["text"]
        what = f"{_doing(values['doing'])} raised {kind}"
        if values["syntax"]:
            what = f"not Python: {text}"
        elif kind == "SystemExit":
            shown = text if text.lstrip("-").isdigit() or not text else repr(text)
            what = f"{_doing(values['doing'])} ended with sys.exit({shown})"
        elif text:
            what += f": {text}"
        file = Path(values["file"]) if values["file"] else self.plugin_dir / "plugin.py"
        log = [*self.output.splitlines(), *values["log"]]
        error = self._error(what, file, values["line"], self._remedy(kind, text), log)
        error.said = (text or kind) if values["doing"] in CALLS else ""
        return error

    def without_class(self) -> PluginError:
        """plugin.py defines no class `Plugin`."""
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
        """It took longer than it may."""
        file, number = line or (self.plugin_dir / "plugin.py", None)
        what = f"{_doing(self.answer.doing)} did not end within {timeout:g} s, and was stopped"
        loading = self.answer.doing in ("execute", "instantiate", "job_types")
        slow = _QUICK if loading else _SLOW_HOOK
        return self._error(what, file, number, slow)

    def ended(self, code: int, line: tuple[Path, int] | None) -> PluginError:
        """It ended its process."""
        file, number = line or (self.plugin_dir / "plugin.py", None)
        if self.answer.pid is None:
            return self._error(f"Python did not start, exit code {code}", file, None, None)
        how = f"exit code {code}"
        if code < 0:
            how = f"the signal {signal.Signals(-code).name}"
        what = f"{_doing(self.answer.doing)} ended the whole process with {how}"
        return self._error(what, file, number, "in a server it would have ended Racetrack itself.")

    def _remedy(self, kind: str, text: str) -> str | None:
        doing = self.answer.values["doing"]
        if kind == "ModuleNotFoundError":
            missing = text.removeprefix("No module named ").strip("'").partition(".")[0]
            if missing in _SERVERS_OWN:
                return (
                    f"{missing} is the server's own code, which plugins for infrastructures use; "
                    "a job type needs none of it."
                )
            requirements = self.shown / "requirements.txt"
            if (self.plugin_dir / "requirements.txt").is_file():
                return (
                    "Racetrack installs what requirements.txt lists; here, do it yourself: "
                    f"`python -m pip install -r {requirements}`."
                )
            if doing in CALLS:
                return f"import the plugin's own modules at the top of plugin.py, not in {doing}."
            return "list the package in a requirements.txt beside plugin.py, and install it here."
        if kind == "EOFError":
            return "a server gives a plugin no input."
        if kind == "SystemExit":
            return "raise an exception that says what is wrong."
        if kind == "TypeError" and doing == "instantiate" and "argument" in text:
            return _ARGUMENTS
        if kind == "TypeError" and doing in CALLS and "argument" in text:
            return f"Racetrack calls {doing}({CALLS[doing]})."
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
        here, shown = str(self.plugin_dir), str(self.shown)
        lines = self.output.splitlines() if log is None else log
        return PluginError(
            f"{place}: {what.replace(here, shown)}.",
            path=path,
            line=line,
            remedy=remedy,
            log=[each.replace(here, shown) for each in lines],
        )


def read_answer(path: Path) -> Answer:
    """Read what the child wrote down; nothing of it may be there."""
    answer = Answer()
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


def decoded(value: dict[str, Any]) -> object:
    """A value as it was before the child wrote it down."""
    ((kind, content),) = value.items()
    match kind:
        case "path":
            return Path(content)
        case "dict":
            pairs = [(decoded(key), decoded(each)) for key, each in content]
            return {_hashable(key): each for key, each in pairs}
        case "tuple":
            return tuple(decoded(each) for each in content)
        case "list":
            return [decoded(each) for each in content]
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


def line_in(trace: str, plugin_dir: Path) -> tuple[Path, int] | None:
    """The innermost line of the plugin in what faulthandler wrote of the main thread."""
    ours = str(plugin_dir).encode("ascii", "backslashreplace").decode()
    for stack in re.split(r"\n(?=Thread |Current thread )", trace):
        if f'"{CHILD}"'.encode("ascii", "backslashreplace").decode() not in stack:
            continue
        for file, line in re.findall(r'File "(.*)", line (\d+)', stack):
            if file.startswith(f"{ours}/"):
                return plugin_dir / file[len(ours) + 1 :], int(line)
    return None


def _classes(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_bytes())
    return [(node.name, node.lineno) for node in tree.body if isinstance(node, ast.ClassDef)]


def _doing(name: str) -> str:
    return _DOING.get(name, f"{name}()")
