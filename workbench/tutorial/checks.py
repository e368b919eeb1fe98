"""What the steps check in the repository, in manifests and in plugin.py."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from workbench.manifest import category_doubt, load_job_manifest, load_plugin_manifest
from workbench.plugin import load_plugin
from workbench.tutorial.playground import Playground
from workbench.tutorial.step import NotYet

JOB_TYPE = "golang"
"""The name of the job type that the plugin brings."""


def it_is_a_repository_of_its_own(playground: Playground) -> str:
    """The playground's git repository is not that of a folder above it."""
    if not playground.path.is_dir():
        raise NotYet("there is no playground yet.", remedy="run the cell that makes it.")
    if not playground.is_repository:
        above = next((one for one in playground.path.parents if (one / ".git").exists()), None)
        within = f"; it is a part of the one in {above.name}/" if above else ""
        raise NotYet(
            f"the playground has no git repository of its own{within}.",
            remedy="run `git init` in it, or the cell that does.",
        )
    return f"branch {playground.git('branch', '--show-current')}"


def the_manifest_parses(playground: Playground) -> str:
    """plugin-manifest.yaml keeps to Racetrack's rules."""
    read_text(playground.plugin_dir / "plugin-manifest.yaml")
    manifest = load_plugin_manifest(playground.plugin_dir)
    doubt = category_doubt(manifest)
    return f"{manifest.name} {manifest.version}" + (f"; {doubt}" if doubt else "")


def plugin_py_brings_the_job_type(playground: Playground) -> str:
    """plugin.py loads, and its class Plugin names the job type."""
    read_text(playground.plugin_dir / "plugin.py")
    plugin = load_plugin(playground.plugin_dir)
    wanted = f"{JOB_TYPE}:{plugin.plugin_manifest.version}"
    if not plugin.job_types:
        raise NotYet(
            "plugin.py loads, but brings no job type.",
            remedy="spell the method job_types, and let it return its dict.",
        )
    if wanted not in plugin.job_types:
        found = ", ".join(plugin.job_types)
        raise NotYet(
            f"plugin.py brings {found}, and not {wanted}.",
            remedy="put an f before the key: else the braces stay in it."
            if "{" in found
            else 'the key is f"golang:{self.plugin_manifest.version}".',
        )
    return wanted


def the_dockerfiles_that_it_names_are_there(playground: Playground) -> str:
    """A server looks for them only when a job asks for the job type."""
    found = []
    for job_type in load_plugin(playground.plugin_dir).job_types.values():
        named = [image.base_dockerfile for image in job_type.images]
        named += [one.dockerfile_path for one in job_type.images if one.source == "jobtype"]
        for path in filter(None, named):
            if not path.is_file():
                there = sorted(one.name for one in path.parent.glob("*ocker*"))
                close = get_close_matches(path.name, there, n=1)
                meant = f" (did you mean {close[0]}?)" if close else ""
                raise NotYet(
                    f"plugin.py names {path.name} for {job_type.full_name}, and there is no such "
                    "file.",
                    remedy=f"there is {', '.join(there)}{meant}." if there else None,
                )
            found.append(path.name)
    return ", ".join(dict.fromkeys(found))


def the_job_manifest_is_accepted(playground: Playground) -> str:
    """job.yaml keeps to Racetrack's rules."""
    read_text(playground.job_dir / "job.yaml")
    manifest = load_job_manifest(playground.job_dir)
    return f"{manifest.name} {manifest.version} on {manifest.get_jobtype()}"


def the_version_is_written_down(playground: Playground) -> str:
    """Without it every version of the job would be 0.0.1."""
    manifest = load_job_manifest(playground.job_dir)
    if "version" not in (manifest.origin_dict_ or {}):
        raise NotYet(
            f"job.yaml has no version. Racetrack takes {manifest.version} for it, so the second "
            "deployment would be refused: that version is there already.",
            remedy="write `version: 0.0.1`, and raise it with every change that goes out.",
        )
    return manifest.version


def read_text(path: Path) -> str:
    """The text of a file that a step asks for.

    Raises:
        NotYet: It is not there, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotYet(
            f"there is no {path}.", remedy="run the cell that writes it; its name counts too."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotYet(f"{path} cannot be read: {error}.") from None
