"""Executes a plugin's code in a process of its own, and writes down what came of it.

Run by its path, with one argument: a folder that holds `request.json`. What happened goes line by
line into `answer.jsonl` in that folder, because the plugin may write anything to stdout. Nothing of
the workbench is imported here, and of racetrack-client only what the plugin itself asks for, so
that loading costs little more than starting Python.

The order of things is that of Racetrack's own loader; above all, the plugin's folder is the working
directory and on the module search path while plugin.py is executed and `Plugin()` is made, and no
more when `job_types()` or another hook is called. `racetrack_commons`, the part of a server that
plugins are shown to import from, is there in a form of ours, behind any other of that name.
"""

from __future__ import annotations

import faulthandler
import importlib.machinery
import importlib.util
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path, PurePath
from types import CodeType
from typing import Any

MAX_DEPTH = 8
MAX_TEXT = 2000
MAX_ANSWER = 4 * 1024**2


class PluginManifest:
    """Stands for racetrack-client's model, which is imported only if more than a field is used."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._real())

    def __repr__(self) -> str:
        return repr(self._real())

    def _real(self) -> Any:
        from racetrack_client.plugin.plugin_manifest import PluginManifest as Model

        return Model(**self.__dict__)


class FromSource(importlib.machinery.SourceFileLoader):
    """Compiles plugin.py anew: a cached form can be older than an edit within the same second."""

    def path_stats(self, path: str) -> Any:
        """Say that nothing is known of the file, so that no cached form is looked for."""
        raise OSError(path)


class Report:
    """What is written down for the parent.

    Args:
        path: The file that takes one JSON object a line.
        plugin_dir: The plugin's folder; only lines in it are told.
    """

    def __init__(self, path: Path, plugin_dir: Path) -> None:
        self._path = path
        self._plugin_dir = plugin_dir
        self._owner = os.getpid()
        self.doing = "execute"
        self.add(pid=self._owner)

    def add(self, **values: object) -> None:
        """Write one line.

        Raises:
            ValueError: It would be too long a one.
        """
        if os.getpid() != self._owner:  # a copy that the plugin forked off
            os._exit(0)
        line = json.dumps(values)
        if len(line) > MAX_ANSWER:
            raise ValueError(f"what it returned is more than {MAX_ANSWER // 1024**2} MiB")
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def begin(self, doing: str) -> None:
        """Write down what is being done, for the case that it never ends."""
        self.doing = doing
        self.add(doing=doing)

    def fail(self, error: BaseException, fallback: tuple[str, int] | None) -> None:
        """Write down an exception, with the innermost line of the plugin that led to it."""
        import traceback

        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if self._inside(frame.filename)
        ]
        file, line = None, None
        if fallback and self._inside(fallback[0]):
            file, line = fallback
        if frames:
            file, line = frames[-1].filename, frames[-1].lineno
        if isinstance(error, SyntaxError) and error.filename and self._inside(error.filename):
            file, line = error.filename, error.lineno
        told = [*traceback.format_list(frames[-5:])]
        self.add(
            failed=type(error).__name__,
            syntax=isinstance(error, SyntaxError),
            text=_text_of(error),
            doing=self.doing,
            file=file,
            line=line,
            log=[part.rstrip() for text in told for part in text.splitlines()],
        )

    def _inside(self, filename: str) -> bool:
        return Path(filename).is_relative_to(self._plugin_dir)


def main(folder: Path) -> None:
    """Load the plugin that `request.json` names."""
    request = json.loads((folder / "request.json").read_text("utf-8"))
    plugin_dir = Path(request["plugin_dir"])
    trace = (folder / "trace.txt").open("w")
    faulthandler.enable(trace)
    faulthandler.dump_traceback_later(request["timeout"], exit=True, file=trace)
    os.dup2(1, 2)
    sys.argv = ["plugin.py"]
    report = Report(folder / "answer.jsonl", plugin_dir)
    where: list[Callable[..., object]] = []
    try:
        load(request, plugin_dir, folder / "config.yaml", report, where)
    except BaseException as error:  # noqa: BLE001 - whatever a plugin can raise is told
        report.fail(error, _definition(where[-1]) if where else None)


def load(
    request: dict[str, Any],
    plugin_dir: Path,
    config_path: Path,
    report: Report,
    where: list[Callable[..., object]],
) -> None:
    """Execute plugin.py, make a `Plugin`, and ask it for its job types or call another hook.

    Args:
        request: The manifest's fields, the names of the hooks, and which one to call.
        plugin_dir: The plugin's folder, absolute.
        config_path: The plugin's configuration, an empty file.
        report: Where the outcome goes.
        where: Takes the functions that are about to be called; the last one is to blame for an
            exception that comes from the call itself.
    """
    manifest = PluginManifest(request["manifest"])
    plugin_class = execute(plugin_dir, report)
    if not isinstance(plugin_class, type):
        report.add(no_class=None if plugin_class is None else type(plugin_class).__name__)
        return
    values = {"plugin_manifest": manifest, "plugin_dir": plugin_dir, "config_path": config_path}
    report.begin("instantiate")
    for name, value in values.items():
        setattr(plugin_class, name, value)
    where.append(getattr(plugin_class, "__init__"))  # noqa: B009 - typed as that of any subclass
    plugin = plugin_class()
    where.clear()
    for name, value in values.items():
        setattr(plugin, name, value)
    forget(plugin_dir)
    hooks = [name for name in request["hooks"] if callable(getattr(plugin, name, None))]
    hook = request["call"]
    returned, line = None, None
    if hasattr(plugin, hook):
        report.begin("arguments")
        arguments = [made(each) for each in request["arguments"]]
        keywords = request["keywords"]
        report.begin(hook)
        where.append(getattr(plugin, hook))
        definition = _definition(where[-1])
        line = definition[1] if definition else None
        returned = where[-1](*arguments, **keywords)
    report.add(returned=encode(returned), line=line, hooks=hooks)


def made(argument: dict[str, Any]) -> object:
    """An argument of a hook, as a server gives it."""
    ((kind, value),) = argument.items()
    if kind == "manifest":
        from racetrack_client.manifest.manifest import Manifest

        return Manifest(**value)
    if kind == "job":
        from racetrack_commons.entities.dto import JobDto  # type: ignore[import-not-found]

        job: object = JobDto(**value)
        return job
    return value


def execute(plugin_dir: Path, report: Report) -> object:
    """Execute plugin.py as a module that nobody can import; returns its `Plugin`."""
    os.chdir(plugin_dir)
    sys.path.append(str(plugin_dir))
    sys.path.append(str(Path(__file__).with_name("provided")))
    name = f"racetrack_plugin_{random.randint(0, 999999)}"  # noqa: S311 - a name, not a secret
    path = str(plugin_dir / "plugin.py")
    spec = importlib.util.spec_from_file_location(name, path, loader=FromSource(name, path))
    assert spec is not None  # noqa: S101 - there is a loader
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    report.begin("execute")
    spec.loader.exec_module(module)
    found: object = getattr(module, "Plugin", None)
    return found


def forget(plugin_dir: Path) -> None:
    """Leave the plugin's folder: its modules are unloaded, and can be imported no more."""
    os.chdir(plugin_dir.anchor)
    if str(plugin_dir) in sys.path:
        sys.path.remove(str(plugin_dir))
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and Path(file).is_relative_to(plugin_dir):
            del sys.modules[name]


def encode(value: object, depth: int = 0) -> dict[str, Any]:
    """A value with the names of its kinds, so that paths and tuples survive JSON."""
    if depth > MAX_DEPTH:
        return {"other": "deeply nested container"}
    if value is None or isinstance(value, bool | int | float):
        return {"plain": value}
    if isinstance(value, str):
        return {"plain": str.__str__(value)}
    if isinstance(value, PurePath):
        return {"path": os.fspath(value)}
    if isinstance(value, dict):
        pairs = [[encode(key, depth + 1), encode(each, depth + 1)] for key, each in value.items()]
        return {"dict": pairs}
    for kind in (tuple, list):
        if isinstance(value, kind):
            return {kind.__name__: [encode(each, depth + 1) for each in value]}
    return {"other": type(value).__name__}


def _definition(function: Callable[..., object]) -> tuple[str, int] | None:
    code = getattr(function, "__code__", None)
    if isinstance(code, CodeType):
        return code.co_filename, code.co_firstlineno
    return None


def _text_of(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # noqa: BLE001 - a plugin's exception may fail to tell itself
        return "(its text cannot be shown)"
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " ..."


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    os._exit(0)  # threads and exit handlers of the plugin's are not waited for
