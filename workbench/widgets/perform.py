"""A panel for calling a job's function by hand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import ipywidgets  # type: ignore[import-untyped]
import requests
from markupsafe import Markup

from workbench import _html
from workbench._json_text import json_problem
from workbench.errors import WorkbenchError
from workbench.job import Job
from workbench.widgets.outdated import outdated_note

_LONGEST_ANSWER = 20_000
"""Characters of an answer that are shown."""


class PerformPanel:
    """A request that can be edited, a button that sends it, and what the job answered.

    The text is sent as it stands: what it means is the job's to judge. The request runs in a thread
    of its own and ends after `job.call_timeout` seconds at the latest.

    Attributes:
        job: The job that is called.
        request: The text of the request.
        verdict: Whether that text is JSON, and where it is not.
        send: The button; it cannot be pressed while the text is not JSON or a request runs.
        notice: That files changed since the job was built; empty where none did.
        answer: What came back: status, milliseconds, the body; or what went wrong.
    """

    def __init__(self, job: Job, payload: Mapping[str, Any]) -> None:
        self.job = job
        self.request = ipywidgets.Textarea(
            value=json.dumps(payload, ensure_ascii=False),
            description="Request",
            rows=4,
            layout=ipywidgets.Layout(width="100%", max_width="48em"),
            style={"description_width": "initial"},
        ).add_class("wb-request")
        self.verdict = ipywidgets.HTML().add_class("wb-verdict")
        self.send = ipywidgets.Button(
            description="Send", button_style="primary", tooltip="Call the job with this text"
        ).add_class("wb-send")
        self.answer = ipywidgets.HTML().add_class("wb-answer")
        self.notice = ipywidgets.HTML().add_class("wb-notice")
        self._answered: Markup | None = None
        self._sending = False
        self._idle = threading.Event()
        self._idle.set()
        self._box = ipywidgets.VBox(
            [self.request, ipywidgets.HBox([self.send, self.verdict]), self.notice, self.answer]
        )
        self.request.observe(lambda _: self._judge(), names="value")
        self.send.on_click(lambda _: self._start())
        self._judge()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the request that runs, if one does.

        Args:
            timeout: Seconds; None for as long as it takes.

        Returns:
            Whether it has ended.
        """
        return self._idle.wait(timeout)

    def html(self) -> Markup:
        """The panel as a plain page, for a saved notebook and for readers without a kernel."""
        note = Markup('<span style="color:{}">{}</span>').format(
            _html.MUTED, "Run this cell to edit the request and send it."
        )
        rows = [
            ("Request", _html.pre(self.request.value)),
            ("Answer", self._answered or note),
        ]
        notice = outdated_note(self.job)
        if notice:
            rows.append(("", notice))
        return _html.table(("", f"perform of {self.job.manifest.name}"), rows)

    def __repr__(self) -> str:
        return f"<PerformPanel of {self.job.manifest.name}: {self.request.value}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = self._box._repr_mimebundle_(**kwargs)
        return {**live, "text/plain": repr(self), "text/html": str(self.html())}

    def _judge(self) -> None:
        self.notice.value = str(outdated_note(self.job))
        problem = json_problem(self.request.value)
        verdict = _html.badge("valid JSON", _html.GOOD)
        if problem is not None:
            verdict = Markup("{}, {}").format(_html.badge("not JSON", _html.BAD), problem)
        self.verdict.value = _status(verdict)
        self.send.disabled = problem is not None or self._sending

    def _start(self) -> None:
        if self.send.disabled:  # two clicks that were queued while a cell ran
            return
        self._idle.clear()
        self._sending = self.send.disabled = True
        self.answer.value = _status(_html.badge("waiting for the job", _html.WARN))
        threading.Thread(
            target=self._call, args=(self.request.value,), name="perform panel", daemon=True
        ).start()

    def _call(self, text: str) -> None:
        start = time.perf_counter()
        try:
            path = f"{self.job.base_path}/api/v1/perform"
            response = self.job.call(path, method="POST", data=text.encode())
            shown = _answer(response, time.perf_counter() - start)
        except WorkbenchError as error:
            shown = _html.badge("no answer", _html.BAD) + _html.pre(str(error))
        except Exception as error:  # noqa: BLE001 - nobody else would tell of it
            shown = _html.badge("not sent", _html.BAD) + _html.pre(repr(error))
        self._answered = shown
        self.answer.value = _status(shown)
        self._sending = False
        self._judge()
        self._idle.set()


def _answer(response: requests.Response, seconds: float) -> Markup:
    colour = _html.GOOD if response.ok else _html.BAD
    status = _html.badge(f"{response.status_code} {response.reason}", colour)
    try:
        body = json.dumps(response.json(), indent=2, ensure_ascii=False)
    except requests.JSONDecodeError:
        body = response.text
    if len(body) > _LONGEST_ANSWER:
        left = len(body) - _LONGEST_ANSWER
        body = f"{body[:_LONGEST_ANSWER]}\n... and {left} more characters"
    return Markup("{} in {:.1f} ms{}").format(status, seconds * 1000, _html.pre(body))


def _status(content: Markup) -> str:
    """The content, marked as something that a screen reader tells when it changes."""
    return str(Markup('<div role="status">{}</div>').format(content))
