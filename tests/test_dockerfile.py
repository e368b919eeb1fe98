"""Dockerfiles are read as Docker reads them; the files in cases/dockerfiles tell how.

What those files expect was compared with Docker's own parser and word rules (BuildKit 0.34).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.dockerfile import (
    Instruction,
    dockerfile_env,
    env_pairs,
    is_legacy_env,
    parse_dockerfile,
    stages,
)
from workbench.errors import TemplateError

CASES = Path(__file__).parent / "cases" / "dockerfiles"


def parse_one(text: str) -> Instruction:
    (instruction,) = parse_dockerfile(text)
    return instruction


def as_data(instruction: Instruction) -> dict[str, Any]:
    data = {
        "line": instruction.line,
        "keyword": instruction.keyword,
        "flags": list(instruction.flags),
        "heredocs": {heredoc.name: heredoc.content for heredoc in instruction.heredocs},
    }
    given = {key: value for key, value in data.items() if value}
    return {**given, "value": instruction.value}


@pytest.mark.parametrize("case", sorted(CASES.glob("*.Dockerfile")), ids=lambda path: path.stem)
def test_a_case_gives_its_instructions_and_environment(case: Path) -> None:
    expected = json.loads(case.with_suffix(".json").read_text())
    instructions = parse_dockerfile(case.read_text())
    assert [as_data(instruction) for instruction in instructions] == expected["instructions"]
    assert dockerfile_env(instructions) == expected["env"]


def test_windows_line_ends_and_a_byte_order_mark_are_no_part_of_a_value() -> None:
    text = "\ufeff# escape=`\r\nFROM scratch\r\nENV A=b `\r\n  C=d\r\nRUN <<E\r\nx\r\nE\r\n"
    instructions = parse_dockerfile(text)
    assert [one.keyword for one in instructions] == ["FROM", "ENV", "RUN"]
    assert dockerfile_env(instructions) == {"A": "b", "C": "d"}


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\u0085", "\u2028", "\r"])
def test_only_a_newline_ends_a_line(end: str) -> None:
    instructions = parse_dockerfile(f'FROM scratch\nENV A="x{end}RUN y"\n')
    assert [one.keyword for one in instructions] == ["FROM", "ENV"]
    assert dockerfile_env(instructions) == {"A": f"x{end}RUN y"}


def test_an_unclosed_heredoc_is_named_with_its_line() -> None:
    with pytest.raises(TemplateError, match=r"a/b:2: the here-document EOT is never closed") as e:
        parse_dockerfile("FROM scratch\nRUN <<EOT\nx\n", path=Path("a/b"))
    assert (e.value.path, e.value.line) == (Path("a/b"), 2)


def test_quotes_round_a_heredocs_name_turn_expansion_off() -> None:
    instruction = parse_one("COPY <<'A' <<B /x\nA\nB\n")
    assert [heredoc.expand for heredoc in instruction.heredocs] == [False, True]
    assert (instruction.line, instruction.end_line) == (1, 3)


def test_an_unknown_keyword_is_kept_for_others_to_judge() -> None:
    assert str(parse_one("evn A=b")) == "EVN A=b"


def test_flags_are_asked_by_name() -> None:
    copy = parse_one('COPY --from="build" --link a b')
    assert (copy.flag("from"), copy.flag("link"), copy.flag("chown")) == ("build", "", None)
    assert copy.words == ("a", "b")
    assert str(copy) == "COPY --from=build --link a b"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('CMD ["a", "b c"]', ("a", "b c")),
        ('CMD [ "a" ]', ("a",)),
        ("CMD []", ()),
        ("CMD a b", None),
        ("CMD ['a']", None),
        ('CMD ["a", 1]', None),
        ('CMD ["a"] || true', None),
    ],
)
def test_the_exec_form_is_a_json_list_of_text(text: str, form: tuple[str, ...] | None) -> None:
    assert parse_one(text).exec_form == form


def test_an_onbuild_keeps_its_instruction_and_sets_nothing() -> None:
    instructions = parse_dockerfile("FROM scratch\nONBUILD ENV A=b\n")
    trigger = instructions[1].trigger
    assert trigger is not None
    assert (trigger.keyword, trigger.value, trigger.line) == ("ENV", "A=b", 2)
    assert dockerfile_env(instructions) == {}
    assert instructions[0].trigger is None


def test_stages_know_what_they_build_on() -> None:
    text = "ARG BASE=alpine:3.22\nFROM ${BASE} AS One\nFROM one\nFROM --platform=a one AS three\n"
    found = stages(parse_dockerfile(text))
    assert [(one.index, one.name, one.base) for one in found] == [
        (0, "one", "alpine:3.22"),
        (1, "", "one"),
        (2, "three", "one"),
    ]
    assert [one.index for one in found[2].lineage()] == [0, 2]


def test_the_environment_of_an_outer_image_is_seen_and_kept() -> None:
    instructions = parse_dockerfile("FROM base\nENV PATH=$PATH:/go/bin\n")
    assert dockerfile_env(instructions, inherited={"PATH": "/bin"}) == {"PATH": "/bin:/go/bin"}
    assert dockerfile_env(instructions) == {"PATH": ":/go/bin"}


def test_an_env_hides_an_arg_of_the_same_name() -> None:
    text = "FROM scratch\nENV A=env\nARG A=arg\nENV B=$A\n"
    assert dockerfile_env(parse_dockerfile(text)) == {"A": "env", "B": "env"}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("ENV", "ENV needs a name and a value"),
        ("ENV NAME", "ENV needs a name and a value"),
        ("ENV A=b stray", "ENV needs name=value, and stray is not that"),
        ('ENV A="b', "a double quote is not closed"),
        ("ENV A='b", "a single quote is not closed"),
        ("ENV A=${B", "is not closed"),
        ("ENV A=${B:-c", "a brace is not closed"),
        ("ENV A=${}", "a variable's name is missing"),
        ("ENV A=${B:#c}", "has no known form"),
        ('ENV A="${B:?say it}"', "the variable B is required: say it"),
        ('ARG A="b', "a double quote is not closed"),
    ],
)
def test_what_docker_refuses_is_named_with_its_line(line: str, what: str) -> None:
    with pytest.raises(TemplateError, match=rf"^Dockerfile:2: .*{what}") as caught:
        dockerfile_env(parse_dockerfile(f"FROM scratch\n{line}\n"))
    assert caught.value.line == 2


def test_the_two_forms_of_env_are_told_apart() -> None:
    old, new = parse_one('ENV A b "c"'), parse_one('ENV A=b "C"=d\\ e')
    assert (is_legacy_env(old), is_legacy_env(new)) == (True, False)
    assert env_pairs(old) == [("A", 'b "c"')]
    assert env_pairs(new) == [("A", "b"), ('"C"', "d\\ e")]
    assert not is_legacy_env(parse_one("RUN a b"))
