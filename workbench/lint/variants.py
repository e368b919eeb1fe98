"""The jobs that any template should render for: one list, for lint and for the template lab.

To add one, put a `Variant` into `VARIANTS`, and write the golden files anew
(`tests/cases/golden/README.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.job_type import JobType
from workbench.manifest import JobManifest

NAME = "template-lab"
"""What the jobs are called, where their name is not the point."""

MODULE = "module/go.mod"
"""Where `gomod` says that the go.mod is; go.sum stands beside it."""

ODD_VALUES: Mapping[str, str] = {
    "QUOTES": "say \"hi\" and 'bye'",
    "DOLLARS": "$HOME ${PATH:-x} $$ $(id) `id`",
    "BACKSLASHES": "C:\\temp\\new \\\\host\\ \\",
    "BRACES": "{{ base_image }} {% raw %} {# #}",
    "BLANKS": "  two  blanks\tand a tab ",
    "HASH": "# no comment",
    "LETTERS": "żółć 数",
    "EMPTY": "",
}
"""Variables whose values mean something to Docker, to a shell or to Jinja; by name."""

_LONGEST = 51
"""Letters of a name that, with `job-` and `-v-0-0-1`, make the longest host name: 63."""

_TO_MODULE = {"go.mod": MODULE, "go.sum": "module/go.sum"}
_GOMOD = {"gomod": MODULE}


@dataclass(frozen=True)
class Variant:
    """A job, told by what its manifest has.

    Attributes:
        name: What it is called in reports, and as an index.
        what: What its manifest has, in words.
        fields: The keys of its manifest besides those that each one has.
        files: The files that these keys need: their paths in the job's folder, and their text.
        moved: The job's own files that stand elsewhere in it, and where.
        names_type_by: The key that names the job type.
        odd: Whether its values have to be quoted. Lint tries such values one by one besides, so
            that it can say which of them are not kept.
    """

    name: str
    what: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    names_type_by: Literal["jobtype", "lang"] = "jobtype"
    odd: bool = False

    def manifest(self, job_type: JobType) -> dict[str, Any]:
        """The whole manifest, as job.yaml would hold it."""
        return {
            "name": NAME,
            "owner_email": "sample@example.com",
            "version": "0.0.1",
            "git": {"remote": "https://example.com/sample"},
            self.names_type_by: job_type.full_name,
            **self.fields,
        }

    def job(self, job_type: JobType) -> JobManifest:
        """The same as a value; no file of it is looked at."""
        return JobManifest.model_validate(self.manifest(job_type))


VARIANTS = (
    Variant("plain", "what every manifest has, and no more"),
    Variant("lang", "lang instead of jobtype, its older name", names_type_by="lang"),
    Variant("empty extra", "jobtype_extra without a key in it", {"jobtype_extra": {}}),
    Variant(
        "gomod",
        f"a go.mod elsewhere: gomod is {MODULE}",
        {"jobtype_extra": _GOMOD},
        moved=_TO_MODULE,
    ),
    Variant(
        "gomod in golang",
        "the same under golang, the older name of jobtype_extra",
        {"golang": _GOMOD},
        moved=_TO_MODULE,
    ),
    Variant(
        "gomod in wrapper_properties",
        "the same under wrapper_properties, the oldest name",
        {"wrapper_properties": _GOMOD},
        moved=_TO_MODULE,
    ),
    Variant(
        "system packages",
        "system_dependencies: curl and git",
        {"system_dependencies": ["curl", "git"]},
    ),
    Variant(
        "no system packages",
        "system_dependencies, and nothing in it",
        {"system_dependencies": []},
    ),
    Variant(
        "build variables",
        "build_env with one plain value",
        {"build_env": {"CHANNEL": "stable"}},
    ),
    Variant(
        "odd values",
        "build_env with quotes, dollars, backslashes, braces, blanks and more, and a secret file "
        "with an odd name",
        {"build_env": dict(ODD_VALUES), "secret_build_env_file": "it's $ecret.env"},
        files={"it's $ecret.env": "TOKEN=made-up\n"},
        odd=True,
    ),
    Variant(
        "secrets",
        "secret_build_env_file and secret_runtime_env_file",
        {
            "secret_build_env_file": "secrets/build.env",
            "secret_runtime_env_file": "secrets/runtime.env",
        },
        files={"secrets/build.env": "TOKEN=made-up\n", "secrets/runtime.env": "KEY=made-up\n"},
    ),
    Variant(
        "longest name", f"a name of {_LONGEST} letters, all that fit", {"name": "n" * _LONGEST}
    ),
    Variant(
        "everything",
        "gomod, packages, build and run variables, secrets, labels and limits at once",
        {
            "jobtype_extra": _GOMOD,
            "system_dependencies": ["curl", "git"],
            "build_env": {"CHANNEL": "stable"},
            "runtime_env": {"GREETING": "hello\nthere"},
            "secret_build_env_file": "secrets/build.env",
            "labels": {"team": "samples"},
            "replicas": 2,
            "resources": {"memory_max": "256Mi", "cpu_max": "500m"},
        },
        files={"secrets/build.env": "TOKEN=made-up\n"},
        moved=_TO_MODULE,
    ),
)
"""All of them; the first one is what the others are compared with."""
