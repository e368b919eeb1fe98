"""Manifests of jobs and plugins: Racetrack's own models, and rules that it finds out late.

    manifest = load_job_manifest("sample-golang-function")
    manifest.resource_name          # 'job-golang-function-v-0-0-1'

The models are racetrack-client's, so what passes here is what the real command line sends. A
manifest that would be refused on the way to a running job is refused here, with all its mistakes at
once, each with its line and what to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pydantic import PrivateAttr, ValidationError
from racetrack_client.log.context_error import ContextError, unwrap
from racetrack_client.manifest.manifest import Manifest
from racetrack_client.manifest.merge import load_merged_manifest_dict
from racetrack_client.plugin.plugin_manifest import PluginManifest as ClientPluginManifest
from racetrack_client.utils.datamodel import convert_to_yaml

from workbench import _html
from workbench._manifest_model import model_problems, schema_problems
from workbench._manifest_rules import RULES, plugin_problems, resource_name
from workbench._yaml_file import Problem, YamlFile, kind, read_yaml, refusal
from workbench.errors import ManifestError

JOB_MANIFEST_FILENAME = "job.yaml"
FORMER_JOB_MANIFEST_FILENAME = "fatman.yaml"
PLUGIN_MANIFEST_FILENAME = "plugin-manifest.yaml"

CATEGORIES = ("job-type", "infrastructure", "core")
"""By what Racetrack sorts its list of plugins. It takes any other text as well."""


class JobManifest(Manifest):
    """A job's manifest, with every default filled in.

    The fields and `get_jobtype()`, `get_jobtype_extra()` are racetrack-client's. Where the manifest
    came from is no field: it is in no dump, and no key of a file can set it.
    """

    _path: Path = PrivateAttr(default_factory=lambda: Path.cwd() / JOB_MANIFEST_FILENAME)
    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path:
        """The file, absolute; for a manifest made by hand, where its file would be."""
        return self._path

    @property
    def workspace(self) -> Path:
        """The job's folder, absolute: what goes into its image."""
        return self._path.parent

    @property
    def warnings(self) -> tuple[str, ...]:
        """What Racetrack accepts and will not accept for ever, each with its line."""
        return self._warnings

    @property
    def resource_name(self) -> str:
        """What the job's container is called: `job-{name}-v-{version}`, dots as dashes."""
        return resource_name(self.name, self.version)

    def placed_in(self, folder: Path) -> JobManifest:
        """A copy that takes `folder` for its workspace; nothing is read or written there."""
        copy = self.model_copy()
        copy._path = folder.resolve() / JOB_MANIFEST_FILENAME
        return copy

    def __repr__(self) -> str:
        return f"<JobManifest {self.name} {self.version} ({self.get_jobtype()})>"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return _as_table(self, self._path, self._warnings)


class PluginManifest(ClientPluginManifest):
    """A plugin's manifest."""

    _path: Path = PrivateAttr(default_factory=lambda: Path.cwd() / PLUGIN_MANIFEST_FILENAME)

    @property
    def path(self) -> Path:
        """The file, absolute; for a manifest made by hand, where its file would be."""
        return self._path

    def __repr__(self) -> str:
        return f"<PluginManifest {self.name} {self.version}>"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return _as_table(self, self._path, ())


def category_doubt(manifest: PluginManifest) -> str:
    """What is odd about a plugin's category; empty where nothing is."""
    if manifest.category is None or manifest.category in CATEGORIES:
        return ""
    return f"its category {manifest.category} is none of {', '.join(CATEGORIES)}"


def load_job_manifest(
    folder_or_file: str | Path, *, extra_vars: Mapping[str, str] | None = None
) -> JobManifest:
    """Read a job's manifest and hold it against all the rules.

    Args:
        folder_or_file: The job's folder, or its manifest.
        extra_vars: Values that replace those of the file, as `racetrack deploy -e KEY=VALUE` does:
            dotted keys, values in YAML.

    Returns:
        The manifest, merged with the base that it `extends`, defaults filled in.

    Raises:
        ManifestError: There is no manifest, it cannot be read, or it breaks a rule; all that is
            wrong is told at once, with the line of each key.
    """
    path, notes = _find_job_manifest(Path(folder_or_file).expanduser())
    files = [read_yaml(path)]
    files += _base_of(files[0])
    data = _merged(path, extra_vars or {})
    problems = [problem for file in files for problem in file.duplicates]
    manifest = None
    try:
        manifest = JobManifest.model_validate(data)
        values = manifest.model_dump(exclude_none=True)
    except ValidationError as error:
        values = _plain(data)
        problems += model_problems(error, Manifest)
    problems += schema_problems(values)
    for rule in RULES:
        problems += rule(values, path.parent)
    if problems or manifest is None:
        raise refusal(problems, files, overridden=frozenset(extra_vars or ()))
    manifest.origin_yaml_ = convert_to_yaml(data)
    manifest.origin_dict_ = data
    manifest._path = path
    manifest._warnings = (*notes, *_deprecations(manifest, files))
    return manifest


def load_plugin_manifest(
    folder_or_file: str | Path, *, shown: Path | None = None
) -> PluginManifest:
    """Read a plugin's manifest and hold it against the rules of a server's plugin store.

    Args:
        folder_or_file: The plugin's folder, or its manifest.
        shown: How messages name the file; None means as it is called.

    Raises:
        ManifestError: There is no manifest, it cannot be read, or it breaks a rule.
    """
    path = Path(folder_or_file).expanduser().resolve()
    if path.is_dir():
        path /= PLUGIN_MANIFEST_FILENAME
    if not path.is_file():
        remedy = "give the folder of a plugin; `workbench new plugin DIR` makes one."
        if (path.parent / JOB_MANIFEST_FILENAME).is_file():
            remedy = (
                "this is the folder of a job, `workbench run` builds one; give that of a plugin."
            )
        raise ManifestError(f"{shown or path} does not exist.", path=shown or path, remedy=remedy)
    file = read_yaml(path, shown=shown)
    problems = [*file.duplicates, *plugin_problems(file.data)]
    try:
        manifest = PluginManifest.model_validate(file.data)
    except ValidationError as error:
        raise refusal([*model_problems(error, ClientPluginManifest), *problems], [file]) from None
    if problems:
        raise refusal(problems, [file])
    manifest._path = path
    return manifest


def _find_job_manifest(given: Path) -> tuple[Path, tuple[str, ...]]:
    if given.is_dir():
        folder = given.resolve()
        names = (JOB_MANIFEST_FILENAME, FORMER_JOB_MANIFEST_FILENAME)
        found = [folder / name for name in names if (folder / name).is_file()]
        if not found:
            raise ManifestError(
                f"There is no {JOB_MANIFEST_FILENAME} in {folder}.",
                path=folder / JOB_MANIFEST_FILENAME,
                remedy=_other_folder(folder),
            )
        path = found[0]
    elif given.is_file() and given.suffix not in (".yaml", ".yml", ".json"):
        raise ManifestError(
            f"{given} is no {JOB_MANIFEST_FILENAME}.",
            path=given,
            remedy=f"give a job's folder, or its {JOB_MANIFEST_FILENAME}.",
        )
    elif given.is_file():
        path = given.parent.resolve() / given.name
    else:
        raise ManifestError(
            f"{given} does not exist.",
            path=given,
            remedy=f"give a job's folder, or its {JOB_MANIFEST_FILENAME}.",
        )
    if path.name == FORMER_JOB_MANIFEST_FILENAME:
        return path, (f"{path}: the former name of {JOB_MANIFEST_FILENAME}; rename the file.",)
    return path, ()


def _other_folder(folder: Path) -> str:
    if (folder / PLUGIN_MANIFEST_FILENAME).is_file():
        return "this is the folder of a plugin; give the folder of a job."
    if (folder / "job.yml").is_file():
        return f"rename job.yml to {JOB_MANIFEST_FILENAME}."
    return "give the folder of a job; `workbench new job DIR` makes one."


def _base_of(file: YamlFile) -> list[YamlFile]:
    """The file that a manifest extends, if it does: what the client would assert, in words."""
    extends = file.data.get("extends")
    if not extends:
        return []
    key, base = ("extends",), file.path.parent / str(extends)
    if not isinstance(extends, str):
        what = f"{extends} is {kind(extends)}, not a path"
    elif Path(extends).is_absolute():
        what = f"{extends!r} is not relative to this file"
    elif not base.is_file():
        what = f"{base} does not exist"
    else:
        found = read_yaml(base)
        if not found.data.get("extends"):
            return [found]
        what = f"{base} extends another one itself, and only one level is merged"
    raise refusal([Problem(key, what, "write the relative path of a base manifest")], [file])


def _merged(path: Path, extra_vars: Mapping[str, str]) -> dict[str, Any]:
    try:
        merged: dict[str, Any] = load_merged_manifest_dict(path, dict(extra_vars))
    except ContextError as error:
        cause = unwrap(error)
        if isinstance(cause, KeyError | TypeError):
            cause = ValueError(f"no mapping holds {', '.join(extra_vars)}")
        raise ManifestError(
            f"{path}: extra_vars could not be applied: {cause}.",
            path=path,
            remedy="give dotted keys into mappings that are there, and values in YAML.",
        ) from None
    return merged


def _plain(value: Any) -> Any:
    """A copy without nulls, with text as keys: what a JSON schema can be held against."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value if each is not None]
    return value


def _deprecations(manifest: JobManifest, files: list[YamlFile]) -> list[str]:
    fields: dict[str, str] = manifest.get_deprecated_fields()  # type: ignore[no-untyped-call]
    told = []
    for key, replacement in fields.items():
        if getattr(manifest, key) is not None:
            lines = ((file.shown, file.line_of((key,))) for file in files)
            place = next((f"{shown}:{line}" for shown, line in lines if line), "extra_vars")
            told.append(f"{place}: {key} is deprecated; write {replacement.rstrip(':')}.")
    return told


def _as_table(
    manifest: JobManifest | PluginManifest, path: Path, warnings: tuple[str, ...]
) -> Markup:
    values = manifest.model_dump(exclude_none=True)
    rows = [(key, _html.code(str(value))) for key, value in values.items()]
    notes = _html.join(
        Markup("<div>{} {}</div>").format(_html.badge("warning", _html.WARN), text)
        for text in warnings
    )
    return _html.table((path.name, ""), rows) + notes
