"""sessions, show, export, presets, keys, completion: all that only reads."""

import dataclasses
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Nano, is_paragraph
from recorded import Recording, tutorial_run

from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.cli.group import command_names
from nanotrain_tui.export import get_format
from nanotrain_tui.session.folder import create_session

KEPT = Path(__file__).resolve().parents[1] / "data"


def strictly(text: str) -> Any:
    """JSON as every parser reads it: without NaN."""

    def reject(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=reject)


# -- sessions -----------------------------------------------------------------------------------


def test_no_sessions_is_said_kindly(nano: Nano, home: Path) -> None:
    ran = nano("sessions")
    assert ran.status == 0
    assert "No sessions" in ran.out and str(home) in ran.out
    assert strictly(nano("sessions", "--json").out) == []
    assert not home.exists()


def test_sessions_are_listed_newest_first(nano: Nano, home: Path) -> None:
    tutorial_run(home, created="2024-05-06T07:08:09+02:00")
    newer = Recording(home, created="2024-05-07T07:08:09+02:00", train__steps=50)
    newer.started(50).steps(20).close()
    ran = nano("sessions")
    header, *lines = ran.out.splitlines()
    assert header.split()[:3] == ["SESSION", "STATE", "STEP"]
    assert [line.split()[:3] for line in lines] == [
        ["mnist-2", "interrupted", "20/50"],
        ["mnist-1", "finished", "1000/1000"],
    ]
    newest, oldest = strictly(nano("sessions", "--json").out)
    assert (newest["name"], newest["state"], newest["accuracy"]) == ("mnist-2", "interrupted", None)
    assert oldest["data"] == "mnist" and oldest["model"] == "1024"
    assert (oldest["step"], oldest["steps"]) == (1000, 1000)
    assert oldest["accuracy"] == pytest.approx(oldest["best_accuracy"])
    assert oldest["started"] == "2024-05-06T07:08:09+02:00"


def test_a_broken_recording_is_listed_with_its_reason(nano: Nano, home: Path) -> None:
    folder = tutorial_run(home)
    broken = home / "sessions" / "broken-1"
    broken.mkdir()
    (broken / "recording.nanotrain").write_bytes(b"no database" * 100)
    ran = nano("sessions")
    assert ran.status == 0
    assert "unreadable" in ran.out and "broken-1: " in ran.out and folder.name in ran.out
    states = {entry["name"]: entry for entry in strictly(nano("sessions", "--json").out)}
    assert states["broken-1"]["state"] == "unreadable" and states["broken-1"]["problem"]


def test_a_loss_that_is_no_number_is_null_in_json(nano: Nano, home: Path) -> None:
    recording = Recording(home).started()
    recording.steps(5).evaluated(loss="inf", accuracy=None)
    recording.finished()
    (entry,) = strictly(nano("sessions", "--json").out)
    assert entry["loss"] is None


# -- show ---------------------------------------------------------------------------------------


def test_show_tells_figures_configuration_and_events(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    ran = nano("show", "mnist-1")
    assert ran.status == 0
    assert "mnist-1: finished, step 1000/1000" in ran.out
    assert "loss (log scale)" in ran.out and "accuracy " in ran.out
    assert "optimizer.learning_rate = 0.0001" in " ".join(ran.out.split())
    assert "MNIST in /data" in ran.out
    assert "\x1b" not in ran.out
    assert max(map(len, ran.out.splitlines()[:40])) <= 80


def test_show_tells_scripted_edits(nano: Nano, home: Path) -> None:
    edits = [{"step": 300, "set": {"optimizer.learning_rate": 0.5, "model.dropout": 0.2}}]
    Recording(home, edits=edits).started().finished()
    out = nano("show", "mnist-1").out
    assert "\nafter step 300: optimizer.learning_rate = 0.5, model.dropout = 0.2\n" in out


def test_show_json_has_what_is_relied_on(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    session = strictly(nano("show", "mnist-1", "--json").out)
    assert (session["name"], session["state"], session["step"]) == ("mnist-1", "finished", 1000)
    assert session["config"]["train"]["steps"] == 1000
    assert [e["step"] for e in session["evaluations"]] == [*range(1, 1000, 100), 1000]
    assert {"step", "loss", "accuracy"} <= set(session["evaluations"][0])
    assert session["events"][0]["kind"] == "configured"


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 3e38, 0.0, -1.0])
def test_show_draws_whatever_the_losses_are(nano: Nano, home: Path, bad: float) -> None:
    recording = Recording(home).started()
    recording.steps(60, losses=dict.fromkeys(range(1, 61), bad))
    recording.evaluated(loss="nan", accuracy=None)
    recording.finished()
    ran = nano("show", "mnist-1")
    assert ran.status == 0 and "step 60/1000" in ran.out
    assert strictly(nano("show", "mnist-1", "--json").out)["evaluations"][0]["loss"] is None


def test_show_of_an_older_recording_tells_its_energy(nano: Nano, home: Path) -> None:
    folder = create_session(str(home), "mnist")
    shutil.copyfile(KEPT / "schema-1-finished.nanotrain", folder.recording)
    assert "energy: 1 J" in nano("show", "mnist-1").out
    session = strictly(nano("show", "mnist-1", "--json").out)
    assert session["energy_j"] == pytest.approx(1.0) and session["state"] == "finished"


def test_show_of_a_session_without_a_step(nano: Nano, home: Path) -> None:
    Recording(home).close()
    ran = nano("show", "mnist-1")
    assert ran.status == 0
    assert "No evaluation yet" in ran.out and "interrupted" in ran.out


def test_a_session_is_found_by_its_beginning(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    assert "mnist-1: finished" in nano("show", "mn").out


# -- which session ------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("show",), ("export", "--format", "csv"), ("attach",)])
def test_an_unknown_session_names_the_nearest(nano: Nano, home: Path, command: tuple[str]) -> None:
    tutorial_run(home)
    ran = nano(*command, "mnits-1")
    assert ran.status == 2 and ran.out == ""
    assert is_paragraph(ran.err) and "mnits-1" in ran.err and "'mnist-1'" in ran.err


def test_an_ambiguous_beginning_lists_the_candidates(nano: Nano, home: Path) -> None:
    Recording(home).close()
    Recording(home).close()
    ran = nano("show", "mnist")
    assert ran.status == 2
    assert is_paragraph(ran.err) and "mnist-1" in ran.err and "mnist-2" in ran.err


def test_attach_without_any_session_says_so(nano: Nano) -> None:
    ran = nano("attach")
    assert ran.status == 2 and is_paragraph(ran.err) and "nanotrain train" in ran.err


@pytest.mark.parametrize("name", ["", "../../etc", "a\nb\x1b[2J", "x" * 5000])
def test_a_name_that_no_session_has_is_one_paragraph(nano: Nano, home: Path, name: str) -> None:
    tutorial_run(home)
    ran = nano("show", name)
    assert ran.status == 2 and is_paragraph(ran.err) and "\x1b" not in ran.err


def test_a_recording_of_another_program_is_refused(nano: Nano, home: Path) -> None:
    folder = home / "sessions" / "other-1"
    folder.mkdir(parents=True)
    (folder / "recording.nanotrain").write_text("hello")
    for command in (("show", "other-1"), ("export", "other-1", "--format", "json")):
        ran = nano(*command)
        assert ran.status == 1 and ran.out == "" and is_paragraph(ran.err)
        assert "recording.nanotrain" in ran.err


# -- export -------------------------------------------------------------------------------------


def test_export_writes_to_a_file_whole(nano: Nano, home: Path, tmp_path: Path) -> None:
    tutorial_run(home)
    out = tmp_path / "out.csv"
    ran = nano("export", "mnist-1", "--format", "csv", "-o", out)
    assert (ran.status, ran.out) == (0, "")
    assert len(out.read_text().splitlines()) == 1001
    assert out.read_text() == nano("export", "mnist-1", "--format", "csv").out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "out.csv"]


def test_export_does_not_overwrite_unless_forced(nano: Nano, home: Path, tmp_path: Path) -> None:
    tutorial_run(home)
    out = tmp_path / "out.json"
    out.write_text("mine")
    ran = nano("export", "mnist-1", "--format", "json", "-o", out)
    assert ran.status == 2 and is_paragraph(ran.err) and "--force" in ran.err
    assert out.read_text() == "mine"
    assert nano("export", "mnist-1", "--format", "json", "-o", out, "--force").status == 0
    assert strictly(out.read_text())["name"] == "mnist-1"


def test_export_into_nowhere_leaves_nothing(nano: Nano, home: Path, tmp_path: Path) -> None:
    tutorial_run(home)
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "out.csv", tmp_path / "file" / "no" / "out.csv", tmp_path):
        ran = nano("export", "mnist-1", "--format", "csv", "-o", place, "--force")
        assert ran.status == 2 and is_paragraph(ran.err) and str(tmp_path) in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "home"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_export_that_is_ended_leaves_nothing(
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


def test_formats_are_listed_with_what_they_are(nano: Nano, home: Path) -> None:
    listed = json.loads(nano("export", "--formats", "--json").out)
    assert {"csv", "json", "jsonl", "parquet", "session"} <= {one["format"] for one in listed}
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
    ("arguments", "why"),
    [
        (("--format", "json", "--table", "events"), "--table: means nothing for the format json"),
        (("--format", "csv", "--size", "80by24"), "'80by24' is no size"),
        ((), "--format is missing"),
    ],
)
def test_what_an_export_cannot_heed_is_refused(
    nano: Nano, home: Path, arguments: tuple[str, ...], why: str
) -> None:
    tutorial_run(home)
    ran = nano("export", "mnist-1", *arguments)
    assert ran.status == 2 and why in ran.err


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


def test_a_reader_that_leaves_ends_export_quietly(home: Path) -> None:
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


# -- what there is to choose --------------------------------------------------------------------


def test_keys_explains_every_key(nano: Nano) -> None:
    ran = nano("keys")
    assert ran.status == 0
    for key, field in FIELDS.items():
        assert key in ran.out
        assert field.summary.split()[0] in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100
    assert [entry["key"] for entry in strictly(nano("keys", "--json").out)] == list(FIELDS)


def test_keys_of_one_key_and_of_none(nano: Nano) -> None:
    assert "momentum" in nano("keys", "optimizer.momentum").out
    ran = nano("keys", "optimizer.nmae")
    assert ran.status == 2 and is_paragraph(ran.err) and "'optimizer.name'" in ran.err


def test_presets_lists_the_shipped_and_the_own(nano: Nano, home: Path) -> None:
    own = home / "config" / "presets"
    own.mkdir(parents=True)
    (own / "mine.toml").write_text('summary = "My own."\n[train]\nsteps = 5\n')
    (own / "bad.toml").write_text("[train\n")
    ran = nano("presets")
    assert ran.status == 0
    for name in ("tutorial", "sane", "mine"):
        assert f"\n{name} " in f"\n{ran.out}"
    assert "bad.toml" in ran.err
    presets = {entry["name"]: entry for entry in strictly(nano("presets", "--json").out)}
    assert presets["mine"]["config"] == {"train": {"steps": 5}}


def test_a_preset_is_saved_from_options_and_files(nano: Nano, home: Path, tmp_path: Path) -> None:
    ran = nano("presets", "save", "quick", "--preset", "sane", "--set", "model.hidden=64")
    path = home / "config" / "presets" / "quick.toml"
    assert ran.status == 0 and str(path) in ran.out and "--preset quick" in ran.out
    assert strictly(nano("presets", "--json").out)[-1]["config"]["model"]["hidden"] == "64"
    path.write_text("# mine\n" + path.read_text())
    file = tmp_path / "my.toml"
    file.write_text("train.steps = 7\n[[edits]]\nstep = 3\nset.train.steps = 9\n")
    ran = nano("presets", "save", "quick", "--from", file, "--summary", "Short.")
    assert ran.status == 0 and "[[edits]] are left out" in ran.err
    assert path.read_text().startswith("# mine\n")
    (preset,) = [p for p in strictly(nano("presets", "--json").out) if p["name"] == "quick"]
    assert preset["summary"] == "Short." and preset["config"]["train"]["steps"] == 7
    assert preset["config"]["model"]["hidden"] == "1024"


def test_a_preset_is_saved_from_a_session(nano: Nano, home: Path) -> None:
    Recording(home, model__hidden="32", data__name="mnist").started().finished()
    ran = nano("presets", "save", "sunday", "--from", "mnist-1", "--set", "train.steps=9")
    assert ran.status == 0
    config = strictly(nano("presets", "--json").out)[-1]["config"]
    assert (config["model"]["hidden"], config["train"]["steps"]) == ("32", 9)
    assert not {"data", "trainer", "telemetry"} & set(config)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a/b"], "cannot be a name"),
        (["sane"], "shipped preset"),
        (["x", "--from", "nowhere.toml"], "nowhere.toml"),
        (["x", "--from", "mnist-1"], "no session"),
        (["x", "--set", "train.stpes=5"], "'train.steps'"),
        ([], "NAME"),
    ],
)
def test_what_cannot_be_saved_is_one_paragraph(
    nano: Nano, home: Path, arguments: list[str], said: str
) -> None:
    ran = nano("presets", "save", *arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err) and said in ran.err
    assert not home.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["sessions"], ["show", "x"], ["export", "x", "--format", "csv"], ["presets"], ["data"],
        ["train"], ["attach"], ["send", "x", "stop"], ["resume", "x"], ["fork", "x"],
        ["restart", "x"], ["checkpoints", "x"], ["presets", "save", "x"], [],
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("closed", ["", "sessions", "config", "config/presets"])
def test_a_closed_folder_is_named(
    nano: Nano, home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], closed: str
) -> None:
    (home / "sessions").mkdir(parents=True)
    (home / "config" / "presets").mkdir(parents=True)
    place = home / closed if closed else home
    scandir = os.scandir

    def refuse(path: Path | str) -> Any:
        if Path(path) == place:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    ran = nano(*arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err)
    assert f"{place}: cannot be read: Permission denied" in ran.err
    assert "NANOTRAIN_HOME" in ran.err


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_prints_a_script(nano: Nano, shell: str) -> None:
    ran = nano("completion", shell)
    assert ran.status == 0 and "_NANOTRAIN_COMPLETE" in ran.out


def completions(*words: str) -> list[str]:
    from click.shell_completion import ShellComplete

    from nanotrain_tui.cli.group import nanotrain

    *before, last = words
    found = ShellComplete(nanotrain, {}, "nanotrain", "_X").get_completions(before, last)
    return [item.value for item in found]


def test_names_and_keys_complete(home: Path) -> None:
    tutorial_run(home)
    assert completions("show", "mn") == ["mnist-1"]
    assert completions("train", "--set", "optimizer.na") == ["optimizer.name="]
    assert completions("train", "--set", "optimizer.name=ad")[:2] == [
        "optimizer.name=adam", "optimizer.name=adamw",
    ]  # fmt: skip
    assert completions("train", "--preset", "s") == ["sane"]
    assert completions("export", "mnist-1", "--format", "cs") == ["csv"]
    assert completions("ses") == ["sessions"]


# -- the program itself -------------------------------------------------------------------------


def test_version_and_help(nano: Nano) -> None:
    assert nano("--version").out.startswith("nanotrain ")
    for command in ([], *([name] for name in command_names())):
        ran = nano(*command, "-h")
        assert ran.status == 0 and ran.out.startswith("Usage: nanotrain")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trian",), "'train'"),
        (("train", "--jsno"), "--json"),
        (("show",), "SESSION"),
        (("export", "x"), "--format"),
        (("train", "a.toml", "b.toml"), "b.toml"),
        (("completion", "tcsh"), "tcsh"),
    ],
)
def test_a_wrong_command_line_is_one_paragraph(
    nano: Nano, arguments: tuple[str, ...], said: str
) -> None:
    ran = nano(*arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err) and said in ran.err


def test_the_dashboard_without_a_terminal_is_one_sentence(nano: Nano) -> None:
    ran = nano()
    assert ran.status == 2 and ran.out == ""
    assert "terminal" in ran.err and ran.err.count("\n") == 1


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from nanotrain_tui.cli import main; main(['--help']);"
        "print([m for m in ('textual', 'numpy', 'plotext', 'rich', 'psutil', 'sqlite3',"
        " 'tensorflow') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
