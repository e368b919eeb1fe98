"""Doing several things at the same time, of which an interrupt leaves none behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def together(
    tasks: Mapping[str, Callable[[], T]],
    workers: int,
    on_interrupt: Callable[[], None] = lambda: None,
) -> dict[str, T]:
    """What each task returns, by the task's name.

    Args:
        tasks: Begun in this order.
        workers: How many run at the same time.
        on_interrupt: Called once where this call is interrupted, or a task raises; it may hasten
            the end of those that run, which is waited for. What has not begun never will.
    """
    pool = ThreadPoolExecutor(workers)
    try:
        futures: dict[str, Future[T]] = {name: pool.submit(task) for name, task in tasks.items()}
        return {name: future.result() for name, future in futures.items()}
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        on_interrupt()
        raise
    finally:
        pool.shutdown()
