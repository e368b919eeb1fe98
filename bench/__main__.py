"""`python -m bench [NAME ...]`: take figures, print them, tell by the exit code if goals hold."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import FIGURES, Figure
from bench.programs import ROOT, Programs
from bench.rows import Row
from bench.table import table, write_json
from bench.turns import Effort, NotMeasured
from workbench._signals import leave_orderly_on
from workbench.errors import WorkbenchError

OUT = ROOT / "bench" / "out"


def main(
    arguments: Sequence[str] | None = None,
    figures: Mapping[str, Figure] = FIGURES,
    out: Path = OUT,
) -> int:
    """Take the figures that were named, by argument or by `ONLY`, or all of them.

    Args:
        arguments: The command line's words; None for those of this process.
        figures: What there is, by name.
        out: The folder for the JSON files.

    Returns:
        0 if every goal holds; 1 if one does not, or if a figure could not be taken.
    """
    names = _names(arguments, figures)
    rows: list[Row] = []
    missing = []
    with TemporaryDirectory(prefix="bench-") as folder, Programs(Path(folder)) as programs:
        for name in names:
            print(f"measuring {name}", file=sys.stderr)
            try:
                taken = figures[name](programs, Effort())
            except (NotMeasured, WorkbenchError) as reason:
                missing.append(f"{name} was not measured: {reason}")
                continue
            write_json(taken, out / f"{name}.json")
            rows += taken
    if rows:
        print(table(rows))
    for line in missing:
        print(line)
    return int(bool(missing) or any(row.held is False for row in rows))


def _names(arguments: Sequence[str] | None, figures: Mapping[str, Figure]) -> list[str]:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(figures))
    names: list[str] = parser.parse_args(arguments).names or os.environ.get("ONLY", "").split()
    unknown = [name for name in names if name not in figures]
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)} (there are: {', '.join(figures)})")
    return names or list(figures)


if __name__ == "__main__":
    leave_orderly_on(signal.SIGTERM, signal.SIGHUP)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
