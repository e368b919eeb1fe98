"""What `racetrack deploy` says: on its way, line by line, and where it fails."""

from __future__ import annotations

import re

from workbench.events import Event, Phase, Sink

_REQUESTED = "job deployment requested: "
_PROGRESS = "deployment in progress: "

_FRAMES = re.compile(
    r"^((building an image|Streaming Response error|building (Job )?image( \(\d+/\d+\))?): )+"
)
"""What a server puts before the reason, one for each of its layers: the phase says the same."""


class DeployOutput:
    """Reads the lines of the command, and reports each phase that it names.

    The command asks after one second, then less and less often: what ends sooner it never names.

    Args:
        sink: Where the phases are reported.

    Attributes:
        id: The deployment's id on the server; empty where the server took none.
        phase: The last phase that the command named; empty where it named none.
    """

    def __init__(self, sink: Sink) -> None:
        self.id = ""
        self.phase = ""
        self._sink = sink

    def __call__(self, line: str) -> None:
        """Take a line, as it was printed."""
        if _REQUESTED in line:
            self.id = line.partition(_REQUESTED)[2].strip()
        elif _PROGRESS in line:
            self.phase = line.partition(_PROGRESS)[2].strip().rstrip(".")
            self._sink(Event(Phase.DEPLOYING, self.phase))


def error_in(output: str) -> str:
    """What the command names as its error, or all that it printed where it names none."""
    return output.partition("ERROR ")[2] or output


def why_refused(output: str, phase: str) -> tuple[str, list[str]]:
    """The reason in the output of a command that failed, and the lines that follow it.

    Args:
        output: All that it printed, without colours.
        phase: Where the deployment stopped, which the reason then says no second time.
    """
    text = error_in(output).removeprefix("deployment error: ")
    reason, _, rest = _FRAMES.sub("", text).partition("\n")
    return reason.removeprefix(f"{phase}: "), rest.splitlines()
