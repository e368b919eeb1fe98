"""Its metrics come letter by letter, and never end.

Breaks: W80
"""

from __future__ import annotations

import time

from whole import Wrapper, run


class Slow(Wrapper):
    def metrics(self) -> None:
        self.send(200, b"# ", {"Content-Type": "text/plain", "Content-Length": "1000000"})
        while True:
            self.wfile.write(b".")
            time.sleep(0.2)  # sooner than any read gives up: only the whole takes too long


run(Slow)
