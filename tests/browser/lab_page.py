"""JupyterLab in a browser, driven through its own application object where the page is too slow."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request

from workbench.jupyter import Lab

# JupyterLab asks for the first two only with another theme or a log-in page; the last one it says
# where a page is left just after a notebook came to the front. None tells of a fault.
_NO_FAULT = ("favicon", "/api/me?", "Could not restore the debugger state: Canceled future")

_OPENED = """path => {
  const widget = window.jupyterapp?.shell.currentWidget;
  return widget?.context?.isReady && widget.context.path === path;
}"""
_KERNEL_READY = """async () => {
  await window.jupyterapp.restored;
  const session = window.jupyterapp.shell.currentWidget.sessionContext;
  await session.ready;
  await session.session.kernel.info;
}"""
# What most commands give back is far too large to be handed over.
_EXECUTE = """async ([command, given]) => {
  await window.jupyterapp.commands.execute(command, given);
}"""
_RUN_CELL = """async id => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
  return await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
_SCROLL_TO = """id => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  cells.find(cell => cell.model.id === id).node.scrollIntoView({block: 'center'});
}"""
_OUTPUTS = """id => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  return cells.find(cell => cell.model.id === id).model.outputs.toJSON();
}"""


class LabPage:
    """A page with JupyterLab in it, and what went wrong in it so far.

    Attributes:
        page: Playwright's page.
        elsewhere: The addresses outside of this machine that the page asked for.
        faults: Errors of the page: thrown, or written to its console.
    """

    def __init__(self, page: Page, lab: Lab) -> None:
        self.page = page
        self.elsewhere: list[str] = []
        self.faults: list[str] = []
        self._lab = lab
        self._stops_its_job = False
        page.context.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)

    def open_start_page(self, path: str) -> None:
        """Go where `workbench lab` sends a browser, and wait until `path` is open with a kernel."""
        self.page.goto(self._lab.address)
        self.page.wait_for_function(_OPENED, arg=path, timeout=60_000)
        self.page.evaluate(_KERNEL_READY)

    def reload(self, path: str) -> None:
        """Load the page anew, and wait until `path`, which was in front, is so again."""
        self.page.reload()
        self.wait_until_shown(path)

    def open(self, path: str) -> None:
        """Open a notebook, or go to it where it is open, and wait until it has a kernel."""
        self.execute("docmanager:open", path=path)
        self.wait_until_shown(path)

    def wait_until_shown(self, path: str) -> None:
        """Wait until the notebook `path` is the one in front, with a kernel."""
        self.page.wait_for_function(_OPENED, arg=path, timeout=60_000)
        self.page.evaluate(_KERNEL_READY)

    def use_theme(self, name: str) -> None:
        """Change the theme, such as to `JupyterLab Dark`, and wait until it is there."""
        self.execute("apputils:change-theme", theme=name)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)

    def execute(self, command: str, **arguments: object) -> None:
        """Run a command of JupyterLab, and wait for its end."""
        self.page.evaluate(_EXECUTE, [command, arguments])

    def run_all(self) -> bool:
        """Run all cells; whether every one of them succeeded.

        The last ones stop the job: it may refuse what its page had yet to load.
        """
        self._stops_its_job = True
        return bool(
            self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        )

    def run_cell(self, cell: str) -> bool:
        """Run one cell, by its id; whether it succeeded."""
        self._stops_its_job = False
        return bool(self.page.evaluate(_RUN_CELL, cell))

    def start_cell(self, cell: str) -> None:
        """Start one cell, by its id, and do not wait for its end."""
        self._stops_its_job = False
        self.page.evaluate(f"id => {{ ({_RUN_CELL})(id); }}", cell)

    def scroll_to(self, cell: str) -> None:
        """Bring a cell to the middle of the page."""
        self.page.evaluate(_SCROLL_TO, cell)

    def save(self) -> None:
        """Save the notebook, as the menu does."""
        self.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")

    @property
    def changed(self) -> bool:
        """Whether the notebook has changes that are not saved."""
        return bool(self.page.evaluate("window.jupyterapp.shell.currentWidget.context.model.dirty"))

    def outputs(self, cell: str) -> list[dict[str, Any]]:
        """What a cell's model holds as outputs, by the cell's id."""
        outputs: list[dict[str, Any]] = self.page.evaluate(_OUTPUTS, cell)
        return outputs

    def text(self, cell: str) -> str:
        """The plain text of a cell's outputs."""
        parts = [
            output["text"] if "text" in output else output["data"]["text/plain"]
            for output in self.outputs(cell)
        ]
        return "".join("".join(part) for part in parts)

    def _on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.hostname != "127.0.0.1":
            self.elsewhere.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        told = f"{message.text} ({message.location.get('url', '')})"
        if self._stops_its_job and "ERR_CONNECTION_REFUSED" in told and "/pub/job/" in told:
            return
        if "net::ERR_NETWORK_CHANGED" in told and "/api/" in told:
            return  # a container came or went; of its server, JupyterLab asks again and again
        if message.type == "error" and not any(word in told for word in _NO_FAULT):
            self.faults.append(told)

    def _on_page_error(self, error: Error) -> None:
        self.faults.append(str(error))
