"""Names and labels of images and containers: Racetrack's, and those that ours are found by."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil

from workbench._children import runs
from workbench._home import told_by_home
from workbench.dockerfile.render import IMAGE_NAMESPACE
from workbench.manifest import JobManifest
from workbench.settings import get_settings

COMPONENT = "racetrack-component"
"""Racetrack's own label; its value is `job` for base images, too."""

OURS = "racetrack-workbench.id"
ROLE = "racetrack-workbench.role"
PLUGIN = "racetrack-workbench.plugin"
INPUTS = "racetrack-workbench.inputs"
BASE = "racetrack-workbench.base"
JOB_NAME = "job-name"
JOB_VERSION = "job-version"
_OWNER = "racetrack-workbench.owner"

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def workbench_id() -> str:
    """What tells the things of this workbench from another one's on the same daemon.

    Raises:
        WorkbenchError: The workbench's home cannot be written.
    """
    path = get_settings().home / "workbench-id"
    with told_by_home("This workbench has no name on the Docker daemon"):
        if not _content(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            own = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
            own.write_text(secrets.token_hex(6))
            try:
                os.link(own, path)  # as a whole, unless another process was first
            except OSError:
                if not _content(path):  # a crash left it empty, or there are no such links
                    own.replace(path)
            own.unlink(missing_ok=True)
        return _content(path)


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


def was_used() -> bool:
    """Whether this workbench ever labelled anything, so that there may be something to look for."""
    return (get_settings().home / "workbench-id").is_file()


def job_image_name(manifest: JobManifest, now: datetime | None = None) -> str:
    """Racetrack's name for a job's image; its tag is the time, to the second, in UTC."""
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H%M%S")
    return f"{IMAGE_NAMESPACE}/job-entrypoint/{manifest.name}:{moment}"


def exact_name(name: str, digest: str) -> str:
    """The name of a base image that no other content can have, from Racetrack's name for it.

    Racetrack's own is moved by whoever builds another plugin of that version; a job is built on
    this one, and so on what was meant.
    """
    return f"{name}-{digest[:12]}"


def digest_of(text: str) -> str:
    """A short digest of a text, for names."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_tag(text: str) -> bool:
    """Whether Docker takes it for the part of an image's name that follows the colon."""
    return _TAG.fullmatch(text) is not None


def image_labels(role: str, plugin: str, inputs: Mapping[str, str] | str) -> dict[str, str]:
    """The labels of an image that is built here."""
    told = inputs if isinstance(inputs, str) else json.dumps(inputs, sort_keys=True)
    return {OURS: workbench_id(), ROLE: role, PLUGIN: plugin, INPUTS: told}


def read_inputs(labels: Mapping[str, str]) -> dict[str, str]:
    """What an image was built from, name by name; nothing where its labels do not tell."""
    try:
        told = json.loads(labels.get(INPUTS, ""))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The names whose inputs differ, were added or are gone."""
    return tuple(sorted(name for name in {*before, *now} if before.get(name) != now.get(name)))


def owner_label() -> dict[str, str]:
    """The label that names this process as the owner of a container."""
    me = psutil.Process()
    return {_OWNER: f"{me.pid} {me.create_time()}", OURS: workbench_id()}


def owner_lives(labels: Mapping[str, str]) -> bool:
    """Whether the process that started a container still runs."""
    pid, _, started = labels.get(_OWNER, "").partition(" ")
    try:
        return runs(int(pid), float(started))
    except ValueError:
        return False


def is_mine(labels: Mapping[str, str]) -> bool:
    """Whether this very process started a container."""
    pid = labels.get(_OWNER, "").partition(" ")[0]
    return pid == str(os.getpid()) and owner_lives(labels)
