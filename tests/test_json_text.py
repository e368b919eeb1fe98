from __future__ import annotations

import pytest

from workbench._json_text import json_problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, 2.5, null, true], "b": "NaN"}', "None"),
        ('"\\"NaN"', "None"),
        ("", "line 1, column 1: Expecting value"),
        ('{"a": 1', "line 1, column 8: Expecting ',' delimiter"),
        ('{"a": 1}\n}', "line 2, column 1: Extra data"),
        ("{'a': 1}", "line 1, column 2: Expecting property name enclosed in double quotes"),
        ('{"a":\n\n  NaN}', "line 3, column 3: JSON has no NaN"),
        ('["NaN", -Infinity]', "line 1, column 9: JSON has no -Infinity"),
        ("[" * 100_000, "line 1, column 1: Nested too deeply"),
    ],
    ids=["fine", "escaped", "empty", "open", "extra", "quotes", "nan", "infinity", "deep"],
)
def test_where_a_text_stops_being_json(text: str, expected: str) -> None:
    assert str(json_problem(text)) == expected
