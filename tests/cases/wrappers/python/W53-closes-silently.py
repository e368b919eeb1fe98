"""It closes the connection after each answer, and does not say so.

Breaks: W53
"""

from __future__ import annotations

from whole import Wrapper, run


class Abrupt(Wrapper):
    def serve(self) -> None:
        super().serve()
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = serve  # noqa: N815 - http.server's names


run(Abrupt)
