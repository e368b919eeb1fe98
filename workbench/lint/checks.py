"""The list of checks, in the order in which findings of one file are told.

To add one, write a function in the file of its group that yields `Flaw`s, put a line here, and a
case into `tests/cases/lint/` that triggers exactly it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from workbench.lint import dockerfiles, go_modules, hooks, ignore_file, plugin_files, templates
from workbench.lint.findings import Finding, Findings, Level
from workbench.lint.subject import Attempt, Flaw, Subject
from workbench.manifest import JobManifest
from workbench.plugin import PluginData, find_plugin


class Check(NamedTuple):
    """One kind of mistake.

    Attributes:
        id: Its id, which stays the same when checks come and go.
        level: How bad it is.
        find: Finds it.
        in_rendered: Whether it is a mistake of one rendered Dockerfile, and not of the plugin.
    """

    id: str
    level: Level
    find: Callable[[Subject], Iterator[Flaw]]
    in_rendered: bool = False


CHECKS = (
    Check("L01", "error", plugin_files.manifest_refused),
    Check("L02", "error", plugin_files.plugin_refused),
    Check("L03", "error", plugin_files.shapes_refused),
    Check("L04", "warning", plugin_files.shapes_deprecated),
    Check("L05", "error", plugin_files.dockerfiles_missing),
    Check("L06", "error", plugin_files.bundle_refused),
    Check("L07", "warning", plugin_files.plugin_doubtful),
    Check("L08", "warning", plugin_files.category_unknown),
    Check("L09", "error", hooks.hooks_that_cannot_be_called),
    Check("L10", "warning", ignore_file.patterns_that_cannot_match),
    Check("L11", "warning", ignore_file.patterns_that_match_nothing),
    Check("L12", "error", ignore_file.needed_files_left_out),
    Check("L13", "warning", ignore_file.go_sum_left_out),
    Check("L20", "error", go_modules.broken_sums),
    Check("L21", "error", go_modules.folders_without_module),
    Check("L22", "error", go_modules.module_newer_than_image),
    Check("L23", "warning", go_modules.several_go_images),
    Check("L30", "error", templates.templates_that_do_not_render, in_rendered=True),
    Check("L31", "warning", templates.undefined_names, in_rendered=True),
    Check("L32", "error", templates.values_not_kept),
    Check("L40", "error", dockerfiles.unknown_instructions, in_rendered=True),
    Check("L41", "error", dockerfiles.malformed_env, in_rendered=True),
    Check("L42", "error", dockerfiles.missing_from, in_rendered=True),
    Check("L43", "warning", dockerfiles.untagged_images, in_rendered=True),
    Check("L44", "warning", dockerfiles.legacy_env, in_rendered=True),
    Check("L45", "warning", dockerfiles.shell_form, in_rendered=True),
    Check("L46", "warning", dockerfiles.runs_as_root, in_rendered=True),
    Check("L47", "warning", dockerfiles.whole_folder_copied, in_rendered=True),
    Check("L48", "warning", dockerfiles.remote_add, in_rendered=True),
    Check("L49", "error", dockerfiles.missing_sources, in_rendered=True),
    Check("L50", "warning", dockerfiles.missing_label, in_rendered=True),
    Check("L51", "warning", dockerfiles.missing_job_env, in_rendered=True),
)


def lint_plugin(
    plugin: PluginData | str | Path, *, manifest: JobManifest | None = None
) -> Findings:
    """Say what is wrong in a plugin, before Racetrack does when somebody deploys a job.

    Templates are rendered for a few typical jobs, with and without what a manifest may leave out,
    and with values that need quoting. Nothing is built; plugin.py runs in a child process.

    Args:
        plugin: A loaded plugin, its folder, which may be broken in any way, or its ZIP.
        manifest: A job that the templates are rendered for as well.

    Returns:
        Findings by file and line; empty where there is nothing to say.

    Raises:
        PluginError: There is no such folder, or a ZIP was given from which no plugin loads.
        ManifestError: Likewise, because of its manifest.
    """
    if not isinstance(plugin, PluginData):
        plugin = find_plugin(plugin)
    return _judge(Subject(plugin, manifest), CHECKS)


def lint_rendered(subject: Subject, attempt: Attempt, *, quoting: bool) -> Findings:
    """Say what is wrong in one rendered Dockerfile; the rest of the plugin is not looked at.

    Args:
        subject: The plugin.
        attempt: What `subject.attempt` gave.
        quoting: Whether to say as well which values its template does not keep.
    """
    wanted = [templates.values_not_kept] if quoting else []
    checks = [check for check in CHECKS if check.in_rendered or check.find in wanted]
    return _judge(subject.only(attempt), checks)


def _judge(subject: Subject, checks: Iterable[Check]) -> Findings:
    found = {
        Finding(check.id, check.level, *flaw): None
        for check in checks
        for flaw in check.find(subject)
    }
    return Findings(sorted(found, key=_place))


def _place(finding: Finding) -> tuple[str, int, str]:
    file, _, line = finding.where.rpartition(":")
    if not line.isdigit():
        return finding.where, 0, finding.id
    return file, int(line), finding.id
