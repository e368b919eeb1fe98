"""What the tests of the tutorial share and is no fixture."""

from __future__ import annotations

import hashlib
from pathlib import Path

FINISHED = ("golang-job-type", "sample-golang-function")

CHAPTERS = [
    "01-git-repository", "02-plugin-manifest", "03-wrapper", "04-base-dockerfile",
    "05-job-template", "06-plugin-py", "07-racetrackignore", "08-bundle", "09-install-plugin",
    "10-deploy-sample-job",
]  # fmt: skip


def tree(*folders: Path) -> dict[str, str]:
    """The digest of every file below the folders, git's own apart."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def replace(path: Path, old: str, new: str) -> None:
    """Change a text that must be there."""
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new))
