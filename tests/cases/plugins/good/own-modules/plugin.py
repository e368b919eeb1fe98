"""Modules of its own are found while plugin.py is executed, and known under that name only then."""

import sys
from pathlib import Path

import names
from parts.images import image

assert Path.cwd() == Path(__file__).parent
assert Path("names.py").read_text()
assert __name__ not in sys.modules


class Plugin:
    def __init__(self):
        import late

        self.late = late
        assert self.plugin_dir == Path(__file__).parent
        assert self.config_path.read_text() == ""

    def job_types(self):
        assert Path.cwd() != self.plugin_dir
        assert not {"names", "parts", "parts.images", "late"} & set(sys.modules)
        return {names.NAME: {"images": [image(self.late.PATH)]}}
# job-type: golang:1.0.0
# hook: job_types
