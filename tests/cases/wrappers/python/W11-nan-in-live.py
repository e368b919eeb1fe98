"""Its /live holds a NaN, which is a word of Python and not of JSON.

Breaks: W11 W12
Because: what cannot be read has no timestamp.
"""

from __future__ import annotations

import os

from whole import STATE, Wrapper, run


class Wordy(Wrapper):
    def live(self) -> None:
        if STATE["error"]:
            super().live()
        stamp = os.environ["JOB_DEPLOYMENT_TIMESTAMP"]
        self.send(200, f'{{"load": NaN, "deployment_timestamp": {stamp}}}'.encode())


run(Wordy)
