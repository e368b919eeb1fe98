"""A badge that follows what a job answers to Racetrack's probes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import requests
from markupsafe import Markup

from workbench import _html
from workbench.calls import PROBE_TIMEOUT, Answer
from workbench.errors import exit_words
from workbench.widgets import _parts
from workbench.widgets._follow import Follower, Following, Shown
from workbench.widgets._jobs import AnyJob, told
from workbench.widgets.outdated import OutdatedNote
from workbench.widgets.over import stopped_by, way_back

_PAUSE_READY = 1.0
"""Seconds between two probes of a job that is ready; each writes two lines to the job's log."""

_PAUSE = 0.3
"""Seconds between two probes of a job in any other state."""


@dataclass(frozen=True)
class Health:
    """How a job is.

    Attributes:
        word: `starting`, `ready`, `not ready`, `draining`, `stopped`, or how it died.
        detail: What it said or did not say; may be empty.
    """

    word: str
    detail: str = ""

    @property
    def colour(self) -> str:
        """The colour that goes with the word."""
        colours = {
            "ready": _html.GOOD,
            "starting": _html.WARN,
            "draining": _html.WARN,
            "stopped": _html.MUTED,
        }
        return colours.get(self.word, _html.BAD)

    def __str__(self) -> str:
        return f"{self.word}: {self.detail}" if self.detail else self.word


def read_health(job: AnyJob, *, was_ready: bool) -> Health:
    """Ask `/live` and `/ready` once, as Racetrack does.

    Args:
        job: The job.
        was_ready: Whether it has been ready before. Nothing listens while a job starts; later on
            that is a fault.
    """
    code = job.exit_code
    if code is not None:
        stopped = Health("stopped", stopped_by(job))
        return stopped if job.stopping else Health(f"died with {exit_words(code)}")
    if job.stopping:
        return Health("draining", "it was asked to end; running calls may finish")
    try:
        live = job.quick_probe("/live")
        ready = job.quick_probe("/ready") if live is not None and live.ok else None
    except requests.Timeout:
        return Health("not ready", f"a probe had no answer within {PROBE_TIMEOUT:g} s")
    except requests.RequestException as error:
        return Health("not ready", f"a probe's answer broke off: {type(error).__name__}")
    if live is None or (live.ok and ready is None):
        return Health("not ready" if was_ready else "starting", "nothing listens")
    if ready is None:
        return Health("not ready", f"/live answered {_told(live)}")
    if ready.ok:
        return Health("ready", "/live and /ready answer 200")
    told = _told(ready)
    if "stopping" in told or "draining" in told:
        return Health("draining", f"/ready answered {told}")
    starts = "starting" in told and not was_ready
    return Health("starting" if starts else "not ready", f"/ready answered {told}")


def _told(answer: Answer) -> str:
    error = answer.body.get("error") if isinstance(answer.body, dict) else answer.body
    text = error if isinstance(error, str) else answer.body
    return f"{answer.status}: {_parts.plain(str(text), 300)}"


class HealthBadge(Following):
    """A job's health in words and a colour. It changes when the job does, and ends with it.

    Attributes:
        job: The job that is followed.
        health: How it is.
    """

    def __init__(self, job: AnyJob) -> None:
        self.job = job
        self.health = Health("starting", "not asked yet")
        self._was_ready = False
        self._next = 0.0
        self._shown = Shown(self._bundle)
        self._note = Markup("")
        self._outdated = OutdatedNote(job)
        self._follower = Follower("health badge", job, self, told(job))
        self._follower.start()

    def html(self) -> Markup:
        """The badge as it is shown, now."""
        job = told(self.job)
        parts = [Markup("{}: {}").format(job, _html.badge(self.health.word, self.health.colour))]
        parts += [_html.muted(self.health.detail)] if self.health.detail else []
        end = Markup(". {}").format(self._note) if self._note else Markup("")
        return _parts.status(Markup(", ").join(parts) + end)

    def look(self, ended: bool) -> None:
        """Ask the probes if it is time to, and show what changed."""
        if not (ended or self.job.stopping) and time.monotonic() < self._next:
            return
        health = read_health(self.job, was_ready=self._was_ready)
        self._was_ready = self._was_ready or health.word == "ready"
        self._next = time.monotonic() + (_PAUSE_READY if health.word == "ready" else _PAUSE)
        self._outdated.look()
        back = way_back(self.job, self._follower.cell) if ended else self._outdated.line
        self._see(health, Markup("{}").format(back))

    def fail(self, error: Exception) -> None:
        """Show that asking went wrong."""
        self._see(self.health, _parts.failure(error))

    def leave(self) -> None:
        """Say that this badge stands still."""
        self._see(self.health, _html.muted("It is no longer followed: its cell was run again."))

    def settle(self) -> None:
        """Nothing is left to do: it shows its last state."""

    def __repr__(self) -> str:
        return f"<HealthBadge of {self.job.manifest.name}: {self.health}>"

    def _ipython_display_(self) -> None:
        self._shown.show()

    def _bundle(self) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": str(self.html())}

    def _see(self, health: Health, note: Markup) -> None:
        if (health, note) != (self.health, self._note):
            self.health, self._note = health, note
            self._shown.update()
