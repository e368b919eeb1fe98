"""It answers HEAD as it does GET, with a body.

Breaks: W53
"""

from __future__ import annotations

from whole import Wrapper, run


class Generous(Wrapper):
    def route(self, method: str, path: str) -> None:
        super().route("GET" if method == "HEAD" else method, path)

    do_HEAD = Wrapper.serve  # noqa: N815 - http.server's name


run(Generous)
