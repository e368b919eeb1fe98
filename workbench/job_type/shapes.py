"""Make job types of whatever a plugin's `job_types()` returned.

Every shape that a Racetrack ever took is taken, with a warning where a server gives one or takes it
no more. What no server takes, or what would fail there only when a job asks, is refused in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from racetrack_client.utils.semver import SemanticVersion

from workbench.errors import PluginError
from workbench.job_type.values import SHAPES, JobType, JobTypeImageDef, Shape, path_inside


@dataclass(frozen=True)
class OtherValue:
    """A value of a plugin that is no text, number, path, dict, list or tuple.

    Attributes:
        type_name: The name of its class.
    """

    type_name: str


def parse_job_types(
    returned: object, plugin_dir: Path, *, line: int | None = None, shown: Path | None = None
) -> dict[str, JobType]:
    """Make job types of what a plugin's `job_types()` returned.

    Args:
        returned: The value; None and empty ones mean that the plugin brings no job type.
        plugin_dir: The plugin's folder.
        line: The line of `job_types` in plugin.py, for messages.
        shown: How messages name plugin.py; None means by its path.

    Returns:
        Job types by their full names, in the plugin's order.

    Raises:
        PluginError: Some server would refuse the value, or would fail on it later.
    """
    path = shown or plugin_dir / "plugin.py"
    place = f"{path}:{line}" if line else str(path)
    if not returned:
        return {}
    try:
        if not isinstance(returned, dict):
            raise _Refused(
                f"returned {_named(returned)}, not a dict",
                'return {"name:version": {"images": [...]}}',
            )
        return {str(key): _job_type(key, value, plugin_dir) for key, value in returned.items()}
    except _Refused as refused:
        raise PluginError(
            f"{place}: job_types() {refused.what}.", path=path, line=line, remedy=refused.remedy
        ) from None


_VERSION_AT_END = re.compile(r"[-_@]?\d+(\.\d+)+.*$")


class _Refused(Exception):
    def __init__(self, what: str, remedy: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = f"{remedy}." if remedy else None


def _job_type(key: object, value: object, plugin_dir: Path) -> JobType:
    if not isinstance(key, str):
        raise _Refused(f"has the key {_named(key)}, not text", 'write "name:version"')
    name, _, version = key.partition(":")
    if not name or not version or ":" in version:
        plain = _VERSION_AT_END.sub("", name) or "name"  # the colon may be all that is missing
        raise _Refused(
            f"has the key {key!r}, which is not of the form `name:version`, with one colon",
            f'write f"{plain}:{{self.plugin_manifest.version}}"',
        )
    shape, images, warnings = _images(key, value, plugin_dir)
    info = SHAPES[shape]
    if info.note:
        warnings = [f"{key} is declared by {info.what}. {info.note}", *warnings]
    if not SemanticVersion.version_pattern.fullmatch(version):
        warnings.append(
            f"{key}: the version is not of the form X.Y.Z; no manifest can ask for `{name}:latest`"
        )
    warnings += _missing(key, images, plugin_dir)
    return JobType(name, version, tuple(images), plugin_dir, shape, tuple(warnings))


def _images(
    key: str, value: object, plugin_dir: Path
) -> tuple[Shape, list[JobTypeImageDef], list[str]]:
    warnings: list[str] = []
    if isinstance(value, dict):
        return "images", list(_from_dict(key, value, plugin_dir, warnings)), warnings
    if isinstance(value, tuple):
        return "pair", [_from_pair(key, value, plugin_dir, warnings)], warnings
    if isinstance(value, str) and value:
        return "path", [_from_text(value, plugin_dir)], warnings
    if isinstance(value, list) and value:
        if all(isinstance(each, tuple) for each in value):
            pairs = [_from_pair(key, each, plugin_dir, warnings) for each in value]
            return "pairs", pairs, warnings
        if all(isinstance(each, str) and each for each in value):
            return "paths", [_from_text(each, plugin_dir) for each in value], warnings
        if len(value) == 2 and all(isinstance(each, str | Path) for each in value):
            raise _Refused(
                f"gives {key!r} a list of two paths",
                "write a pair in round brackets, (base Dockerfile, template)",
            )
        odd = next(each for each in value if not (isinstance(each, str) and each))
        raise _Refused(f"gives {key!r} a list with {_named(odd)} in it", _dict_form(odd))
    if isinstance(value, list | str):
        raise _Refused(f"gives {key!r} no images", _dict_form(value))
    raise _Refused(f"gives {key!r} {_named(value)}, not a dict of images", _dict_form(value))


def _from_dict(
    key: str, value: Mapping[object, object], plugin_dir: Path, warnings: list[str]
) -> Iterator[JobTypeImageDef]:
    images = value.get("images")
    if not isinstance(images, list | tuple) or not images:
        raise _Refused(f"gives {key!r} no images", _dict_form(None))
    known = ("images", "source", "dockerfile_path", "template")
    for image in images:
        if not isinstance(image, dict):
            raise _Refused(f"gives {key!r} {_named(image)} as an image", _dict_form(image))
        source = image.get("source", "jobtype")
        path = image.get("dockerfile_path")
        template = image.get("template", True)
        if source not in ("jobtype", "job"):
            raise _Refused(
                f"gives {key!r} an image with the source {_named(source)}",
                'write "jobtype" for a Dockerfile of the plugin, "job" for one of the job',
            )
        if not isinstance(path, str | Path) or not str(path):
            raise _Refused(f"gives {key!r} an image without a dockerfile_path", _dict_form(path))
        if not isinstance(template, bool):
            raise _Refused(
                f"gives {key!r} an image whose template is {_named(template)}",
                "write True or False",
            )
        unknown = [each for each in (*value, *image) if each not in known]
        warnings += [f"{key}: Racetrack does not know the key {each!r}" for each in unknown]
        full = Path(path) if source == "job" else plugin_dir / path
        yield JobTypeImageDef(source, full, template)


def _from_pair(
    key: str, pair: tuple[object, ...], plugin_dir: Path, warnings: list[str]
) -> JobTypeImageDef:
    if len(pair) != 2:
        raise _Refused(
            f"gives {key!r} a tuple of {len(pair)}",
            "write a pair, (base Dockerfile, template)",
        )
    paths: list[Path | None] = []
    for item in pair:
        if item is not None and not isinstance(item, str | Path):
            raise _Refused(f"gives {key!r} a pair with {_named(item)} in it", _dict_form(item))
        if item is not None and not Path(item).is_absolute():
            warnings.append(
                f"{key}: Racetrack looks for {str(item)!r} in its own folder; "
                f"write self.plugin_dir / {str(item)!r}"
            )
        paths.append(None if item is None else plugin_dir / item)
    base, template = paths
    if template is None:
        warnings.append(
            f"{key}: a pair without a template meant the job's own Dockerfile until Racetrack "
            '2.25; write {"source": "job", "dockerfile_path": "Dockerfile", "template": False}'
        )
        return JobTypeImageDef("job", Path("Dockerfile"), False, base)
    return JobTypeImageDef("jobtype", template, True, base)


def _from_text(path: str, plugin_dir: Path) -> JobTypeImageDef:
    return JobTypeImageDef("jobtype", plugin_dir / path)


def _missing(key: str, images: Iterable[JobTypeImageDef], plugin_dir: Path) -> Iterator[str]:
    for image in images:
        in_plugin = [image.base_dockerfile]
        if image.source == "jobtype":
            in_plugin.append(image.dockerfile_path)
        for path in in_plugin:
            if path is None:
                continue
            if not path.is_file():
                shown = path_inside(path, plugin_dir)
                yield f"{key}: {shown} is missing; Racetrack tells only when a job asks for it"
            elif not path.resolve().is_relative_to(plugin_dir.resolve()):
                yield f"{key}: {path} is outside the plugin, and will not be in its ZIP"


def _dict_form(found: object) -> str:
    name = Path(found).name if isinstance(found, str | Path) and str(found) else ""
    return f'write {{"images": [{{"dockerfile_path": "{name or "job-template.Dockerfile"}"}}]}}'


def _named(value: object) -> str:
    if isinstance(value, OtherValue):
        return f"a value of the type {value.type_name}"
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    article = {Path: "a Path", tuple: "a tuple", list: "a list", dict: "a dict"}
    named = (name for kind, name in article.items() if isinstance(value, kind))
    return next(named, f"a value of the type {type(value).__name__}")
