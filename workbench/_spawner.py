"""A thread that lives as long as this process, and starts what is meant to live as long."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

_PATIENCE = 5.0


class Spawner:
    """A thread that runs what it is given, and lives as long as this process."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def call(self, function: Callable[[], T], undo: Callable[[Future[T]], None]) -> T:
        """What `function` returns, once that thread has called it.

        Args:
            function: Called there.
            undo: Called with the outcome where this thread was interrupted, and never saw it.
        """
        future: Future[T] = Future()

        def job() -> None:
            try:
                future.set_result(function())
            except BaseException as error:  # noqa: BLE001 - handed to the caller, who raises it
                future.set_exception(error)

        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="spawner", daemon=True)
                self._thread.start()
        self._work.put(job)
        try:
            return future.result()
        except BaseException as error:
            if not (future.done() and future.exception() is error):
                # An interrupt, or an end that was asked for: the caller will never see the result,
                # so nobody would stop it; and this process may be gone in a moment.
                with suppress(TimeoutError):
                    future.exception(timeout=_PATIENCE)
                future.add_done_callback(undo)
            raise

    def _serve(self) -> None:
        while True:
            self._work.get()()
