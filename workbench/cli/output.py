"""Where text goes: data to stdout, everything said to a person to stderr."""

from __future__ import annotations

import json

import typer


def show(text: str) -> None:
    """Write a line of data to stdout."""
    typer.echo(text)


def show_json(value: object) -> None:
    """Write a value to stdout as JSON."""
    show(json.dumps(value, indent=2, ensure_ascii=False))


def say(text: str) -> None:
    """Tell the person at the terminal something, on stderr."""
    typer.echo(text, err=True)
