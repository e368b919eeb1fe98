"""The figures, by the name that `ONLY=` takes.

To add one: a file beside this one with a function of the form `Figure`, and a line here.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.figures.base_image import base_image
from bench.figures.conformance import conformance
from bench.figures.container import container_start
from bench.figures.edit import edit_to_answer
from bench.figures.images import job_image
from bench.figures.memory import idle_memory
from bench.figures.pub import pub
from bench.figures.requests import requests_per_second
from bench.figures.start import process_start
from bench.figures.walk import walk
from bench.programs import Programs
from bench.rows import Row
from bench.turns import Effort

Figure = Callable[[Programs, Effort], list[Row]]

FIGURES: dict[str, Figure] = {
    "edit": edit_to_answer,
    "requests": requests_per_second,
    "start": process_start,
    "memory": idle_memory,
    "conformance": conformance,
    "walk": walk,
    "image": job_image,
    "base": base_image,
    "container": container_start,
    "pub": pub,
}
