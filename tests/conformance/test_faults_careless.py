"""Each fault, done to our wrapper with one thing of it broken: the lab sees that."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import ROOT, require
from workbench._private_network import private_networks
from workbench.conformance.faults.lab import faults
from workbench.conformance.targets import PROBE_JOB

PLUGIN = ROOT / "golang-job-type"

# The second start finds what the first one left.
ONLY_ONCE = """
func init() {
	path := os.TempDir() + "/started"
	if _, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		os.Exit(5)
	}
}
"""
ONE_AT_A_TIME = "var one = make(chan bool, 1)\n"
FEW = """
var few = make(chan bool, 100)

func limit(connection net.Conn, state http.ConnState) {
	if state != http.StateNew {
		return
	}
	select {
	case few <- true:
	default:
		_ = connection.Close()
	}
}
"""
MORTAL = """
type mortal struct{}

func (mortal) Write(line []byte) (int, error) {
	written, err := os.Stderr.Write(line)
	if err != nil {
		os.Exit(4)
	}
	return written, err
}
"""

# By fault: what is broken, in which file, and what is seen then.
BROKEN: dict[str, tuple[str, str, str, str]] = {
    "F01": ("perform.go", "recover(); cause", "any(nil); cause", "survived"),
    "F02": ("main.go", "if err := Wrap", "_ = os.Stderr.Close()\n\tif err := Wrap", "ended"),
    "F04": (
        "perform.go",
        "start, failed :=",
        "one <- true\n\tdefer func() { <-one }()\n\tstart, failed :=",
        "stuck",
    ),
    "F05": (
        "server.go",
        "_, _ = w.Write(body)",
        "_, _ = w.Write(body[:min(len(body), 1<<20)])",
        "answered",
    ),
    "F06": ("server.go", "64<<20", "640<<20", "answered"),
    "F07": ("input.go", "\tcase err != nil:\n", "\tcase err != nil:\n\t\tos.Exit(3)\n", "ended"),
    "F08": (
        "server.go",
        "_, _ = w.Write(body)",
        "if _, err := w.Write(body); err != nil {\n\t\tos.Exit(3)\n\t}",
        "ended",
    ),
    "F09": (
        "server.go",
        "readTimeout:     time.Minute",
        "readTimeout:     time.Second / 2",
        "answered",
    ),
    "F10": (
        "server.go",
        "IdleTimeout:  ",
        "WriteTimeout: time.Second / 2, IdleTimeout:  ",
        "survived",
    ),
    "F11": ("server.go", "IdleTimeout:  ", "ConnState: limit, IdleTimeout:  ", "stuck"),
    "F12": (
        "server.go",
        "signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)",
        "signal.Notify(signals, syscall.SIGINT)",
        "ended",
    ),
    "F13": ("main.go", "func main() {", f"{ONLY_ONCE}\nfunc main() {{", "ended"),
    "F14": ("server.go", "requestLog: os.Stderr", "requestLog: mortal{}", "ended"),
    "F15": (
        "health.go",
        "return timestamp, nil",
        "return int64(int32(timestamp)), nil",
        "answered",
    ),
    "F16": ("health.go", "return timestamp, nil", "return max(timestamp, 1000), nil", "answered"),
    "F17": (
        "lifecycle.go",
        "case starting:\n\t\treturn errors.New",
        "case starting:\n\t\treturn nil\n\t\treturn errors.New",
        "answered",
    ),
    "F18": (
        "health.go",
        "s.info.TimestampErr, s.lifecycle.startError()",
        "s.info.TimestampErr, error(nil)",
        "answered",
    ),
    "F19": ("main.go", "os.Exit(1)", "os.Exit(0)", "ended"),
}
ADDED = {"F04": ONE_AT_A_TIME, "F11": FEW, "F14": MORTAL}


@pytest.mark.parametrize("fault_id", BROKEN)
def test_one_broken_thing_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault_id: str
) -> None:
    require(private_networks() is None, "this system gives no network namespace")
    file, old, new, outcome = BROKEN[fault_id]
    plugin = tmp_path / "plugin"
    shutil.copytree(PLUGIN, plugin)
    path = plugin / "go_wrapper" / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new) + ADDED.get(fault_id, ""))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what a job may see of a test

    row = faults(PROBE_JOB, plugin=plugin, only=[fault_id])[fault_id]
    assert (row.well, str(row.outcome)) == (False, outcome), row
