from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.command_line import workbench
from workbench._go import find_go, go_env
from workbench.errors import UsageError
from workbench.manifest import load_job_manifest, load_plugin_manifest
from workbench.new import new_job, new_plugin


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_new_job_answers(tmp_path: Path) -> None:
    job = tmp_path / "my-job"
    made = workbench("new", "job", job)
    assert (made.returncode, made.stdout) == (0, f"{job}\n")
    assert f'workbench call {job} \'{{"name": "Ada"}}\'' in made.stderr
    called = workbench("call", job, '{"name": "Ada"}')
    assert (called.returncode, called.stdout) == (0, '"Hello, Ada!"\n'), called.stderr
    refused = workbench("call", job, "{}")
    assert refused.returncode == 1
    assert "there is no 'name' in the input" in refused.stderr


def test_a_new_job_is_formatted_vetted_and_tested(tmp_path: Path) -> None:
    job = new_job(tmp_path / "my-job")
    go = find_go()
    for words in (f"{go.gofmt} -l .", f"{go.path} vet ./...", f"{go.path} test ./..."):
        answer = subprocess.run(
            words.split(), cwd=job, env=go_env(), capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert " -l " not in words or answer.stdout == ""


def test_a_new_job_takes_a_name_and_a_job_type(tmp_path: Path) -> None:
    job = new_job(tmp_path / "Folder_Name", name="other", jobtype="my-go:1.2.*")
    manifest = load_job_manifest(job)
    assert (manifest.name, manifest.get_jobtype()) == ("other", "my-go:1.2.*")
    assert manifest.warnings == ()
    assert (job / "go.mod").read_text().startswith("module example.com/other\n")


@pytest.mark.parametrize("name", ["main", "errors", "func", "job"])
def test_a_new_job_may_have_a_name_that_go_keeps_for_itself(tmp_path: Path, name: str) -> None:
    called = workbench("call", new_job(tmp_path / name), '{"name": "Ada"}')
    assert (called.returncode, called.stdout) == (0, '"Hello, Ada!"\n'), called.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("job", "My_Job"), "--name: 'My_Job' cannot be a job's name"),
        (("job", "fine", "--name", "1st"), "--name: '1st' cannot be a job's name"),
        (("job", "fine", "--name", "a" * 60), "shorten it by"),
        (("job", "fine", "--jobtype", "golang"), "--jobtype: 'golang' is not of the form"),
        (("plugin", "My Plugin"), "--name: 'My Plugin' cannot be a plugin's name"),
        (("plugin", "fine", "--name", "../out"), "--name: '../out' cannot be a plugin's name"),
    ],
)
def test_a_bad_name_is_refused_before_anything_is_written(
    tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    answer = workbench("new", *words, cwd=tmp_path)
    assert answer.returncode == 2
    assert says in answer.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["job", "plugin"])
def test_nothing_is_ever_overwritten(tmp_path: Path, what: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = content(tmp_path)
    full = workbench("new", what, "mine", cwd=tmp_path)
    assert full.returncode == 2
    assert "is not empty, and nothing is overwritten" in full.stderr
    file = workbench("new", what, "file", cwd=tmp_path)
    assert file.returncode == 2
    assert "is a file" in file.stderr
    assert content(tmp_path) == before


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert set(content(new_job(tmp_path / "mine"))) == {
        "go.mod", "job.yaml", "perform.go", "perform_test.go",
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = workbench("new", "job", tmp_path / "file" / "job")
    assert answer.returncode == 1
    assert f"{tmp_path / 'file' / 'job'} could not be made: " in answer.stderr


def test_a_new_plugin_lints_bundles_and_runs_a_job_without_a_word(tmp_path: Path) -> None:
    plugin = tmp_path / "my-go-job-type"
    made = workbench("new", "plugin", plugin)
    assert (made.returncode, made.stdout) == (0, f"{plugin}\n"), made.stderr

    lint = workbench("lint", plugin)
    assert (lint.returncode, lint.stdout) == (0, "")
    assert lint.stderr.endswith(": nothing found\n")

    bundle = workbench("bundle", plugin)
    assert bundle.returncode == 0, bundle.stderr
    zip_path = plugin / "my-go-job-type-0.0.0.zip"
    assert bundle.stdout == f"{zip_path}\n"

    # The lines that `new plugin` itself suggests.
    job = workbench("new", "job", "my-job", "--jobtype", "my-go:latest", cwd=tmp_path)
    assert job.returncode == 0
    for where in (plugin, zip_path):
        words = ("call", "my-job", '{"name": "Ada"}', "--plugin", where)
        called = workbench(*words, cwd=tmp_path)
        assert (called.returncode, called.stdout) == (0, '"Hello, Ada!"\n'), called.stderr


def test_a_new_plugin_differs_from_the_finished_one_in_its_names_alone(tmp_path: Path) -> None:
    plugin = new_plugin(tmp_path / "one", name="two.go")
    manifest = load_plugin_manifest(plugin)
    assert (manifest.name, manifest.version, manifest.url) == ("two.go", "0.0.0", None)
    text = (plugin / "plugin.py").read_text()
    assert "two.go:{self.plugin_manifest.version}" in text
    assert "golang:" not in text
    other = new_plugin(tmp_path / "other", name="three")
    changed = {
        name for name, data in content(plugin).items() if content(other)[name] != data
    }  # fmt: skip
    assert changed == {"plugin-manifest.yaml", "plugin.py"}


def test_a_file_of_the_plugin_can_be_read_by_others(tmp_path: Path) -> None:
    plugin = new_plugin(tmp_path / "mine")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(plugin.stat().st_mode) == 0o777 & ~mask


def test_a_clash_with_a_job_type_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="with one colon"):
        new_job(tmp_path / "mine", jobtype="a:b:c")
