"""A plugin with something of everything that a bundle takes or leaves, for the bundle's tests."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

from workbench.bundle import Bundle

MANIFEST = """\
# A comment that no bundle keeps.
version: 1.2.3
name: golang-job-type
url: https://example.com/plugin
"""
PLUGIN = """\
class Plugin:
    def job_types(self):
        return {"golang:1.2.3": {"images": [{"dockerfile_path": "job.Dockerfile"}]}}
"""
IGNORE = """\
go_wrapper/swaggerui/*.map
Makefile

/docs
-notes
+notes/keep.txt
secret[0-9].txt
"""
FILES = {
    "plugin-manifest.yaml": MANIFEST,
    "plugin.py": PLUGIN,
    "job.Dockerfile": "FROM scratch\n",
    ".racetrackignore": IGNORE,
    ".gitignore": "*.pyc\n",
    ".hidden": "bundled like any other\n",
    "golang-job-type-1.0.0.zip": "an older bundle",
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/objects/00/1": "",
    "__pycache__/plugin.cpython-311.pyc": "",
    "docs/index.md": "",
    "docs/deep/er.md": "",
    "sub/docs/kept.md": "an anchored pattern is for the root alone\n",
    "notes/keep.txt": "brought back\n",
    "notes/drop.txt": "",
    "secret1.txt": "",
    "secretx.txt": "not a digit\n",
    "go_wrapper/Makefile": "",
    "go_wrapper/main.go": "package main\n",
    "go_wrapper/go.sum": "",
    "go_wrapper/swaggerui/ui.js": "1;\n",
    "go_wrapper/swaggerui/ui.js.map": "{}",
    "go_wrapper/plugin-manifest.yaml": "not the one at the root\n",
    "ünï code/blank name.txt": "é\n",
}
KEPT = [
    ".hidden",
    "go_wrapper/go.sum",
    "go_wrapper/main.go",
    "go_wrapper/plugin-manifest.yaml",
    "go_wrapper/swaggerui/ui.js",
    "job.Dockerfile",
    "notes/keep.txt",
    "plugin.py",
    "plugin-manifest.yaml",
    "secretx.txt",
    "sub/docs/kept.md",
    "ünï code/blank name.txt",
]
DATE = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)


def make_plugin(folder: Path) -> Path:
    """Write the plugin."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "empty folder").mkdir()
    return folder


def contents(bundle: Bundle) -> dict[str, bytes]:
    """The members of a bundle."""
    with zipfile.ZipFile(bundle.path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}
