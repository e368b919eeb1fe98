"""Sessions of requests that an interrupt cannot lock up.

urllib3 keeps connections in a `queue.LifoQueue`. An interrupt can come between the moment in which
the queue has its lock and the one from which it would give it back: whatever then touches the queue
waits for ever, the end of the process included. The main thread of a kernel or of a command, which
asks `/live` and `/ready` again and again, meets that moment sooner or later.
"""

from __future__ import annotations

import queue
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


def new_session(*, proxies: bool = True) -> requests.Session:
    """A session, as `requests.Session()` gives it.

    Args:
        proxies: Whether the environment's proxies are taken, and what it says of certificates;
            calls to this machine must not take them.
    """
    session = requests.Session()
    session.trust_env = proxies
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session


class IdleConnections(queue.LifoQueue[Any]):
    """Connections that wait for their next use, without a lock: what a list does is whole."""

    def qsize(self) -> int:
        return len(self.queue)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        del block, timeout  # urllib3 does not wait for one, unless it is told to
        try:
            return self.queue.pop()
        except IndexError:
            raise queue.Empty from None

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        del block, timeout
        if len(self.queue) >= self.maxsize:
            raise queue.Full
        self.queue.append(item)


class _Pool(HTTPConnectionPool):
    QueueCls = IdleConnections


class _PoolWithTls(HTTPSConnectionPool):
    QueueCls = IdleConnections


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _PoolWithTls}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager
