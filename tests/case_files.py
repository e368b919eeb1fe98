"""What a case file expects, written into its own comments."""

from __future__ import annotations

from pathlib import Path


def expectations(file: Path, kind: str, **values: object) -> list[str]:
    """The texts of the lines `# KIND: TEXT`, in order.

    Args:
        file: The case; need not be UTF-8.
        kind: Such as `expect`.
        values: What replaces `{name}` in the texts.
    """
    start = f"# {kind}: "
    lines = file.read_bytes().decode(errors="replace").splitlines()
    texts = [line.removeprefix(start) for line in lines if line.startswith(start)]
    for name, value in values.items():
        texts = [text.replace(f"{{{name}}}", str(value)) for text in texts]
    return texts
