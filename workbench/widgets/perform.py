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
from workbench.calls import curl_line_of
from workbench.errors import WorkbenchError
from workbench.widgets import _parts
from workbench.widgets._follow import Follower, Shown
from workbench.widgets._history import CallHistory
from workbench.widgets._jobs import AnyJob, told
from workbench.widgets._openapi import read_document
from workbench.widgets.outdated import OutdatedNote
from workbench.widgets.over import over_note

_LONGEST_ANSWER = 20_000
"""Characters of an answer that are shown."""

_LONGEST_LINE = 72
"""Characters of a request that begins in one line; a longer one is spread over several."""


class PerformPanel:
    """A request that can be edited, a button that sends it, and what the job answered.

    The text is sent as it stands: what it means is the job's to judge. The request runs in a thread
    of its own and ends after `job.call_timeout` seconds at the latest. Once the job is over, a page
    without widgets takes the panel's place: which cells bring the job back, and its last calls.

    Attributes:
        job: The job that is called.
        note: Which files changed since the job was built; empty if none did.
        request: The text of the request.
        verdict: Whether that text is JSON, and where it is not.
        send: The button; it cannot be pressed while the text is not JSON or a request runs.
        answer: What came back: status, milliseconds, the body; or what went wrong.
        curl: The same call as a line for a shell; empty while the text is not JSON.
        history: The last ten calls.
    """

    def __init__(self, job: AnyJob, payload: Mapping[str, Any] | None = None) -> None:
        self.job = job
        self._origin = ""
        text = _spread(payload) if payload is not None else self._example()
        self.note = ipywidgets.HTML().add_class("wb-note")
        self._outdated = OutdatedNote(job)
        self.request = ipywidgets.Textarea(
            value=text,
            description="Request",
            rows=min(max(4, text.count("\n") + 1), 14),
            layout=_wide(),
            style={"description_width": "5em"},
        ).add_class("wb-request")
        self.verdict = ipywidgets.HTML().add_class("wb-verdict")
        self.send = ipywidgets.Button(
            description="Send", button_style="primary", tooltip="Call the job with this text"
        ).add_class("wb-send")
        self.answer = ipywidgets.HTML(layout=_wide()).add_class("wb-answer")
        self.curl = ipywidgets.Textarea(
            rows=2,
            description="As curl",
            placeholder="once the request is JSON",
            tooltip="The same call for a terminal of the machine that runs the notebook",
            layout=_wide(),
            style={"description_width": "5em"},
        ).add_class("wb-curl")
        self.history = CallHistory(self._bring_back)
        self._answered: Markup | None = None
        self._answered_to = ""
        self._over = False
        self._sending = False
        self._idle = threading.Event()
        self._idle.set()
        self._box = ipywidgets.VBox([
            self.request, _beside_labels(self.note), _beside_labels(self.send, self.verdict),
            _beside_labels(self.answer), self.curl, _beside_labels(self.history.box),
        ])  # fmt: skip
        self.request.observe(lambda _: self._judge(), names="value")
        self.send.on_click(lambda _: self._start())
        self._judge()
        self._shown = Shown(self._repr_mimebundle_)
        self._follower = Follower("perform panel", job, self, told(job))
        self._follower.start()

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
        rows = [
            ("Request", _html.pre(self.request.value)),
            ("Answer", self._answer_now() or _html.muted("not sent yet")),
            ("As curl", _html.pre(self.curl.value)),
        ]
        if len(self.history) > 1:
            rows.append(("Calls so far", self.history.html()))
        page = _html.table(("", f"perform of {self.job.manifest.name}"), rows)
        if self._over:
            return over_note(self.job, self._follower.cell) + page
        how = _html.muted("Run this cell to edit the request and send it.")
        return self._outdated.html() + page + _parts.status(how)

    def look(self, ended: bool) -> None:
        """Now and then, see whether files changed since the build; of a job that is over, none."""
        self._see_outdated(now=ended)

    def fail(self, error: Exception) -> None:
        """Show that the panel itself failed."""
        self.verdict.value = str(_parts.status(_parts.failure(error)))

    def leave(self) -> None:
        """Stay as it is: the panel can still be used."""

    def settle(self) -> None:
        """Take plain HTML for the widgets of a job that is over."""
        self._over = self.job.exit_code is not None and self.wait(self.job.call_timeout)
        if self._over:
            self._shown.update()

    def __repr__(self) -> str:
        return f"<PerformPanel of {self.job.manifest.name}: {self.request.value}>"

    def _ipython_display_(self) -> None:
        self._shown.show()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = {} if self._over else self._box._repr_mimebundle_(**kwargs)
        return {**live, "text/plain": repr(self), "text/html": str(self.html())}

    def _example(self) -> str:
        """The request to begin with where none was given, and a word on where it is from."""
        document = read_document(self.job)
        example = document.input_example()
        if document.problem:
            self._origin = f"no example: {document.problem}"
        elif example is None:
            self._origin = "the job's OpenAPI document has no example"
        else:
            self._origin = "the example of the job's OpenAPI document"
        return _spread({} if example is None else example)

    def _judge(self) -> None:
        try:
            self._judge_text(self.request.value)
        except Exception as error:  # noqa: BLE001 - printed, it would vanish
            self.fail(error)

    def _judge_text(self, text: str) -> None:
        problem = json_problem(text)
        verdict = _html.badge("valid JSON", _html.GOOD)
        if problem is not None:
            verdict = Markup("{}, {}").format(_html.badge("not JSON", _html.BAD), problem)
        if self._origin:
            verdict = Markup("{}; {}").format(verdict, _html.muted(self._origin))
            self._origin = ""  # it is about the text as it began
        url = f"{self.job.url}api/v1/perform"
        self.curl.value = "" if problem is not None else curl_line_of(url, text)
        self.verdict.value = str(_parts.status(verdict))
        self.send.disabled = problem is not None
        if self._answered is not None and not self._sending:
            self.answer.value = str(_parts.status(self._answer_now()))

    def _answer_now(self) -> Markup:
        """The last answer, greyed while the request is not the one that it answers."""
        answered = self._answered
        if answered is None or self.request.value == self._answered_to:
            return answered or Markup("")
        return Markup(
            '<div>{}</div><div class="wb-former" style="filter:grayscale(1)">{}</div>'
        ).format(
            _html.muted("The request was edited since; this answers the one before:"), answered
        )

    def _bring_back(self, request: str) -> None:
        self.request.value = request  # which judges it

    def _start(self) -> None:
        # A button that is disabled while a call runs would lose the keyboard.
        if self.send.disabled or self._sending:
            return
        self._idle.clear()
        self._sending = True
        self.history.make_room()
        waiting = _html.badge("waiting for the job", _html.WARN)
        self.answer.value = str(_parts.status(waiting))
        threading.Thread(
            target=self._call, args=(self.request.value,), name="perform panel", daemon=True
        ).start()

    def _call(self, text: str) -> None:
        start = time.perf_counter()
        try:
            path = f"{self.job.base_path}/api/v1/perform"
            response = self.job.call(path, method="POST", data=text.encode())
            outcome = _outcome(response, time.perf_counter() - start)
            shown = outcome + _body(response)
        except WorkbenchError as error:
            outcome = _html.badge("no answer", _html.BAD)
            shown = outcome + _lines(str(error))
        except Exception as error:  # noqa: BLE001 - nobody else would tell of it
            outcome = _html.badge("not sent", _html.BAD)
            shown = outcome + _lines(repr(error))
        self._answered, self._answered_to = shown, text
        self.answer.value = str(_parts.status(self._answer_now()))
        self.history.add(text, outcome)
        self._sending = False
        self._judge()
        try:
            self._see_outdated(now=True)  # what was called may not be what is in the files
        except Exception as error:  # noqa: BLE001 - nobody else would tell of it
            self.fail(error)
        self._idle.set()

    def _see_outdated(self, *, now: bool = False) -> None:
        if self._outdated.look(now=now):
            self.note.value = str(self._outdated.html())


def _spread(value: Any) -> str:
    """JSON in one line, or in several if that would be a long one."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_LINE else json.dumps(value, ensure_ascii=False, indent=2)


def _outcome(response: requests.Response, seconds: float) -> Markup:
    colour = _html.GOOD if response.ok else _html.BAD
    status = _html.badge(f"{response.status_code} {response.reason}", colour)
    return Markup("{} in {:.1f} ms").format(status, seconds * 1000)


def _body(response: requests.Response) -> Markup:
    try:
        value = response.json()
    except requests.JSONDecodeError:
        return _lines(response.text)
    if not response.ok and isinstance(value, dict) and set(value) == {"error"}:
        return _lines(str(value["error"]))  # the wrapper's way to tell what went wrong
    return _lines(json.dumps(value, indent=2, ensure_ascii=False))


def _lines(text: str) -> Markup:
    # A stop for the keyboard only where there is something to scroll.
    scrolls = _html.scrolls("The answer") if text.count("\n") > 20 or len(text) > 1_500 else ""
    return Markup(
        '<pre {} style="margin:4px 0;max-height:24em;overflow:auto;white-space:pre-wrap;'
        'overflow-wrap:anywhere">{}</pre>'
    ).format(scrolls, _parts.plain(text, _LONGEST_ANSWER))


def _beside_labels(*widgets: Any) -> Any:
    """The widgets in a line, moved to the right by what the labels of the fields take."""
    layout = ipywidgets.Layout(margin="0 0 0 calc(5em + 6px)", align_items="center")
    return ipywidgets.HBox(widgets, layout=layout)


def _wide() -> Any:
    return ipywidgets.Layout(width="100%", max_width="60em")
