"""What the steps check in the ignore file and in the bundle."""

from __future__ import annotations

import tempfile
from pathlib import PurePosixPath

from workbench._finished import PLUGIN
from workbench.bundle import bundle_plugin, diff_bundles, read_ignore_rules, select_files
from workbench.bundle.ignore import Selection
from workbench.plugin import load_plugin
from workbench.settings import shipped
from workbench.tutorial.checks import JOB_TYPE
from workbench.tutorial.playground import Playground, tutorial_files
from workbench.tutorial.step import NotYet

_IGNORE = f"{PLUGIN}/.racetrackignore"


def every_go_sum_stays_in_the_bundle(playground: Playground) -> str:
    """The ignore file keeps what pins the versions of a build."""
    names = ("go_wrapper/go.sum", "go_wrapper/handler/go.sum")
    missing = [name for name in names if not (playground.plugin_dir / name).is_file()]
    if missing:
        raise NotYet(f"missing in {PLUGIN}: {', '.join(missing)}.", remedy="see chapter 03.")
    caught = _caught(playground, names)
    if caught:
        raise NotYet(
            f"left out: {'; '.join(caught)}. Nothing would pin what a build downloads.",
            remedy=f"remove that pattern from {_IGNORE}.",
        )
    return ", ".join(names)


def what_images_are_built_from_stays_in(playground: Playground) -> str:
    """No pattern of the ignore file catches what a server needs."""
    rules = read_ignore_rules(shipped(PLUGIN))
    below = [PurePosixPath(*path.parts[1:]) for _, path in tutorial_files(PLUGIN)]
    needed = [
        str(path)
        for path in below
        if rules.keeps(path) and not path.name.startswith((".", "go.sum", "plugin-manifest"))
    ]
    there = [name for name in needed if (playground.plugin_dir / name).is_file()]
    caught = _caught(playground, there)
    if caught:
        more = f"; and {len(caught) - 4} more" if caught[4:] else ""
        raise NotYet(
            f"left out, though no server could build without: {'; '.join(caught[:4])}{more}.",
            remedy="let that pattern match less.",
        )
    return f"all {len(there)} of them"


def maps_and_makefiles_stay_out(playground: Playground) -> str:
    """The ignore file leaves out what a server has no use for."""
    if not (playground.path / _IGNORE).is_file():
        others = [path.name for path in playground.plugin_dir.glob("*racetrackignore*")]
        found = f" There is {', '.join(others)}." if others else ""
        raise NotYet(
            f"there is no {_IGNORE}.{found}",
            remedy="its name begins with a dot, and has no ending.",
        )
    files = [str(path) for path in _selection(playground).files]
    unwanted = [name for name in files if name.endswith((".map", "Makefile"))]
    if unwanted:
        more = f" and {len(unwanted) - 3} more" if unwanted[3:] else ""
        lines = (playground.path / _IGNORE).read_text(encoding="utf-8").splitlines()
        commented = [n for n, line in enumerate(lines, 1) if " #" in line.lstrip()]
        raise NotYet(
            f"no pattern leaves out {', '.join(unwanted[:3])}{more}.",
            remedy=f"line {commented[0]} has a comment behind its pattern: it is taken for a part "
            "of it."
            if commented
            else "write a pattern for each, such as *.map or Makefile; capitals count.",
        )
    return f"{len(files)} files go in, the manifest not counted"


def the_bundle_holds_what_it_should(playground: Playground) -> str:
    """The ZIP of the real command holds the same files and manifest as that of the workbench."""
    _require_bundle(playground)
    with tempfile.TemporaryDirectory() as scratch:
        ours = bundle_plugin(playground.plugin_dir, scratch)
        diff = diff_bundles(ours, playground.bundle_path)
    rows = [row for row in diff.rows() if row[1] != "manifest: build_date"]
    if rows:
        words = {"+": "only in the ZIP", "-": "only in the folder", "~": "differs"}
        told = [f"{what} {words[sign]}{how and f': {how}'}" for sign, what, how in rows[:5]]
        more = f"; and {len(rows) - 5} more" if rows[5:] else ""
        raise NotYet(
            f"the ZIP is not what the plugin's folder gives: {'; '.join(told)}{more}.",
            remedy="bundle it again: `racetrack plugin bundle` in the plugin's folder.",
        )
    return f"the same {len(ours.files)} files as `workbench bundle` gives"


def the_zip_loads_as_on_a_server(playground: Playground) -> str:
    """The ZIP is unpacked, and plugin.py executed, as a Racetrack server does on an upload."""
    _require_bundle(playground)
    plugin = load_plugin(playground.bundle_path)
    found = ", ".join(sorted(plugin.job_types))
    wanted = plugin.job_type(f"{JOB_TYPE}:latest").full_name
    return f"job types {found}; {JOB_TYPE}:latest is {wanted}"


def _require_bundle(playground: Playground) -> None:
    """Say which ZIPs there are where that of the manifest's version is missing."""
    wanted = playground.bundle_path
    if wanted.exists():
        return
    others = sorted(path.name for path in playground.plugin_dir.glob("*.zip"))
    found = f" There is {', '.join(others)}: of another version." if others else ""
    raise NotYet(
        f"there is no {PLUGIN}/{wanted.name}, which the manifest's name and version ask for."
        f"{found}",
        remedy="run `racetrack plugin bundle` in the plugin's folder.",
    )


def _selection(playground: Playground) -> Selection:
    folder = playground.plugin_dir
    if not folder.is_dir():
        raise NotYet(f"there is no folder {PLUGIN}.", remedy="begin with chapter 02.")
    return select_files(folder, read_ignore_rules(folder))


def _caught(playground: Playground, names: tuple[str, ...] | list[str]) -> list[str]:
    """Which of the files a pattern leaves out, each with that pattern and its line."""
    kept = {str(path) for path in _selection(playground).files}
    rules = read_ignore_rules(playground.plugin_dir)
    told = []
    for name in names:
        if name not in kept:
            path = PurePosixPath(name)
            above = [path, *path.parents[:-1]]
            rule = next(rules.deciding(one) for one in above if not rules.keeps(one))
            told.append(f"{name}, by the pattern {rule.pattern} ({rule.where})")
    return told
