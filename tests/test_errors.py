from __future__ import annotations

from pathlib import Path

import pytest

from workbench import errors
from workbench.errors import BuildError, JobNotReady, Location, WorkbenchError


def test_the_text_says_what_then_the_last_lines_then_the_remedy() -> None:
    error = WorkbenchError(
        "It did not start.", log=[f"line {n}" for n in range(30)], remedy="wait."
    )
    lines = str(error).splitlines()
    assert lines[0] == "It did not start."
    assert lines[1:3] == ["Last log lines:", "  line 10"]
    assert lines[-2:] == ["  line 29", "Remedy: wait."]


def test_an_error_without_log_and_remedy_is_its_message() -> None:
    assert str(WorkbenchError("Only this.")) == "Only this."


def test_a_notebook_shows_the_text_and_no_traceback() -> None:
    assert BuildError("broken", remedy="mend it.")._render_traceback_() == [
        "BuildError: broken\nRemedy: mend it."
    ]


@pytest.mark.parametrize(("column", "text"), [(6, "perform.go:3:6: no"), (0, "perform.go:3: no")])
def test_a_location_reads_as_compilers_write_it(column: int, text: str) -> None:
    assert str(Location(Path("perform.go"), 3, column, "no")) == text


def test_a_job_that_is_not_ready_is_a_timeout_too() -> None:
    assert issubclass(JobNotReady, TimeoutError)


def test_the_tree_in_the_docstring_names_every_error() -> None:
    kinds = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, WorkbenchError) and name[0] != "_"
    }
    assert kinds
    assert {name for name in kinds if f"{name} " not in (errors.__doc__ or "")} == set()
