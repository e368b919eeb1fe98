"""Keeping what a learner has, whatever git knows of it, before the playground is changed.

Everything that is in the folder, committed or not and ignored or not, goes into a commit on a
branch `mine/<date>-<n>`. One run of `git fast-import` writes it, byte for byte as it is on disk and
without touching a file; what comes after may fail at any point, and nothing is lost.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence

from workbench.errors import StepFailed
from workbench.tutorial.fast_import import Commit, Stream
from workbench.tutorial.on_disk import OnDisk
from workbench.tutorial.playground import Playground

PREPARED = "refs/workbench/prepared"
"""Where the commits end that `goto` made last: nobody else's work is in them."""

MINE = "refs/heads/mine/"
"""Where the branches are on which things are kept."""

_UNDER_WAY = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}


def keep(
    playground: Playground,
    files: Mapping[str, OnDisk],
    why: str,
    *,
    chain: Sequence[Commit] | None = None,
) -> str | None:
    """Keep what is in the playground on a branch of its own, and write other commits beside it.

    Args:
        playground: Where; it has a repository.
        files: What is in it, from `files_of`.
        why: The first line of the commit that keeps them.
        chain: The commits that the branch `main` is about to consist of, each the child of the one
            before. They become `PREPARED`; what `main` holds now is kept, too.

    Returns:
        The branch that holds everything; None where there was nothing that `goto` had not put
        there.

    Raises:
        StepFailed: Git refuses, or a merge or rebase is under way.
    """
    _refuse_work_under_way(playground)
    head = playground.git("rev-parse", "--revs-only", "HEAD")
    listed = playground.git("for-each-ref", "--format=%(refname) %(objectname)")
    refs = dict(line.split(" ") for line in listed.splitlines())
    safe = {sha: name for name, sha in refs.items() if name.startswith(MINE) or name == PREPARED}
    stream = Stream()
    recorded = _tree(playground, head)
    mine = {
        name: (one.mode, one.content)
        for name, one in files.items()
        if name in recorded or not one.derived
    }
    on_disk = {name: _id(*one) for name, one in mine.items()}
    staged = _staged(playground, recorded, on_disk)
    kept = safe.get(head)
    if staged or on_disk != recorded:
        if (ignore := files.get(".gitignore")) is not None:
            mine[".gitignore"] = (ignore.mode, ignore.content)
        kept = _next_branch(refs)
        parent = stream.tree(kept, "What was staged in git", staged, head) if staged else head
        stream.commit(kept, Commit(why, mine), parent)
    elif head and kept is None:
        kept = _next_branch(refs)
        stream.point(kept, head)
    if chain is not None:
        main = refs.get("refs/heads/main", head)
        if main != head and main not in safe:
            stream.point(_next_branch(refs), main)
        stream.point(PREPARED)
        for commit in chain:
            stream.commit(PREPARED, commit)
    stream.send(playground)
    return None if kept in (None, PREPARED) else kept.removeprefix("refs/heads/")


def _refuse_work_under_way(playground: Playground) -> None:
    for name, what in _UNDER_WAY.items():
        if (playground.path / ".git" / name).exists():
            raise StepFailed(
                f"A {what} is under way in the playground's git repository. Nothing was changed.",
                remedy=f"end it with `git {what} --abort` in {playground.path}, and try again.",
            )


def _staged(
    playground: Playground,
    recorded: Mapping[str, tuple[str, str]],
    on_disk: Mapping[str, tuple[str, str]],
) -> str | None:
    """The tree that is staged in git, where it has a file that is neither recorded nor on disk."""
    tree = playground.git("write-tree")
    entries = _tree(playground, tree)
    known = all(one in (recorded.get(name), on_disk.get(name)) for name, one in entries.items())
    return None if known else tree


def _tree(playground: Playground, tree: str) -> dict[str, tuple[str, str]]:
    """Mode and id of each file in a tree of git's, by its path; of none, nothing."""
    if not tree:
        return {}
    entries = playground.git("ls-tree", "-r", "-z", "--full-tree", tree).split("\0")
    rows = (entry.split("\t", 1) for entry in entries if entry)
    return {name: (words.split()[0], words.split()[2]) for words, name in rows}


def _id(mode: str, content: bytes) -> tuple[str, str]:
    """Mode and id that git gives to a file."""
    blob = b"blob %d\0%s" % (len(content), content)
    return mode, hashlib.sha1(blob, usedforsecurity=False).hexdigest()


def _next_branch(refs: dict[str, str]) -> str:
    """A free name for a branch; it is taken from now on."""
    if MINE.rstrip("/") in refs:
        raise StepFailed(
            "A branch of the playground is called `mine`, so there can be none called `mine/...`. "
            "Nothing was changed.",
            remedy="give it another name, with `git branch --move mine my-work` in the playground.",
        )
    today = time.strftime("%Y-%m-%d")
    number = 1
    while (name := f"{MINE}{today}-{number}") in refs:
        number += 1
    refs[name] = ""
    return name
