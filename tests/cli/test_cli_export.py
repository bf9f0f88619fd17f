"""``nanotrain export``: its output files and the options that it refuses."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import Nano, is_paragraph, strictly
from recorded import Recording, tutorial_run

from nanotrain_tui.export import get_format


def test_export_writes_a_complete_file(nano: Nano, home: Path, tmp_path: Path) -> None:
    tutorial_run(home)
    out = tmp_path / "out.csv"
    ran = nano("export", "mnist-1", "--format", "csv", "-o", out)
    assert (ran.status, ran.out) == (0, "")
    assert len(out.read_text().splitlines()) == 1001
    assert out.read_text() == nano("export", "mnist-1", "--format", "csv").out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "out.csv"]


def test_without_a_path_text_is_printed_and_the_rest_is_named_by_the_session(
    nano: Nano, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tutorial_run(home)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert nano("export", "mnist-1", "--format", "csv").out.startswith("step,")
    assert list(Path().iterdir()) == []
    assert nano("export", "mnist-1", "--format", "session").status == 0
    assert [path.name for path in Path().iterdir()] == ["mnist-1.nanotrain"]


def test_only_text_is_written_to_a_terminal(
    nano: Nano, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tutorial_run(home)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert nano("export", "mnist-1", "--format", "csv", "-o", "-").out.startswith("step,")
    ran = nano("export", "mnist-1", "--format", "session", "-o", "-")
    assert ran.status == 2 and is_paragraph(ran.err) and "is not text" in ran.err


def test_export_does_not_overwrite_unless_forced(nano: Nano, home: Path, tmp_path: Path) -> None:
    tutorial_run(home)
    out = tmp_path / "out.json"
    out.write_text("mine")
    ran = nano("export", "mnist-1", "--format", "json", "-o", out)
    assert ran.status == 2 and is_paragraph(ran.err) and "--force" in ran.err
    assert out.read_text() == "mine"
    assert nano("export", "mnist-1", "--format", "json", "-o", out, "--force").status == 0
    assert strictly(out.read_text())["name"] == "mnist-1"


def test_export_to_an_impossible_path_leaves_no_file(
    nano: Nano, home: Path, tmp_path: Path
) -> None:
    tutorial_run(home)
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "out.csv", tmp_path / "file" / "no" / "out.csv", tmp_path):
        ran = nano("export", "mnist-1", "--format", "csv", "-o", place, "--force")
        assert ran.status == 2 and is_paragraph(ran.err) and str(tmp_path) in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "home"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_export_leaves_no_file(
    nano: Nano, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    tutorial_run(home)
    folder = tmp_path / "out"
    folder.mkdir()

    def write_half(*_: object) -> None:
        assert list(folder.iterdir())
        os.kill(os.getpid(), number)

    half = dataclasses.replace(get_format("session"), write=write_half)
    monkeypatch.setattr("nanotrain_tui.export.get_format", lambda _: half)
    ran = nano("export", "mnist-1", "--format", "session", "-o", folder / "data.nanotrain")
    assert ran.status == 130 and not list(folder.iterdir())


def test_the_formats_are_listed(nano: Nano, home: Path) -> None:
    listed = json.loads(nano("export", "--formats", "--json").out)
    assert {"csv", "json", "jsonl", "parquet", "session"} <= {one["format"] for one in listed}
    assert all(set(one) == {"format", "suffix", "summary"} for one in listed)
    suffixes = {one["format"]: one["suffix"] for one in listed}
    assert suffixes["session"] == ".nanotrain" and suffixes["csv"] == ".csv"
    assert "parquet" in nano("export", "--formats").out


def test_a_table_goes_to_standard_output_and_bytes_to_a_file_named_after_the_session(
    nano: Nano, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tutorial_run(home)
    assert nano("export", "mnist-1", "--format", "csv", "--table", "events").out.startswith("seq,")
    monkeypatch.chdir(tmp_path)
    ran = nano("export", "mnist-1", "--format", "session")
    assert (ran.status, ran.err) == (0, "nanotrain: wrote mnist-1.nanotrain\n")
    assert (tmp_path / "mnist-1.nanotrain").read_bytes()[:6] == b"SQLite"
    assert nano("export", "mnist-1", "--format", "session").status == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--format", "json", "--table", "events"), "--table: cannot be used with the format json"),
        (("--format", "csv", "--size", "80by24"), "'80by24' must be COLUMNSxROWS"),
        ((), "--format is missing"),
    ],
)
def test_an_option_that_the_format_does_not_have_is_refused(
    nano: Nano, home: Path, arguments: tuple[str, ...], reason: str
) -> None:
    tutorial_run(home)
    ran = nano("export", "mnist-1", *arguments)
    assert ran.status == 2 and reason in ran.err


def test_export_of_a_damaged_recording_leaves_no_file(
    nano: Nano, home: Path, tmp_path: Path
) -> None:
    recording = Path(tutorial_run(home).recording)
    data = bytearray(recording.read_bytes())
    for start in range(8192, len(data), 4096):
        data[start : start + 2048] = b"\xff" * len(data[start : start + 2048])
    recording.write_bytes(data)
    ran = nano("export", "mnist-1", "--format", "csv", "-o", tmp_path / "out.csv")
    assert ran.status == 1 and is_paragraph(ran.err)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_an_unknown_format_names_the_nearest(nano: Nano, home: Path) -> None:
    ran = nano("export", "mnist-1", "--format", "jsno")
    assert ran.status == 2 and is_paragraph(ran.err) and "'json'" in ran.err


def test_export_ends_without_a_message_when_its_pipe_is_closed(home: Path) -> None:
    recording = Recording(home).started(20000)
    recording.steps(20000, chunk=4000)
    recording.finished()
    command = [sys.executable, "-m", "nanotrain_tui", "export", "mnist-1", "--format", "csv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
