"""``nanotrain sessions`` and ``show``."""

import shutil
from pathlib import Path

import pytest
from cli_runs import Nano, is_paragraph, strictly
from recorded import Recording, tutorial_run

from nanotrain_tui.session.folder import create_session

KEPT = Path(__file__).resolve().parents[1] / "data"


# -- sessions -----------------------------------------------------------------------------------


def test_no_sessions_is_said_kindly(nano: Nano, home: Path) -> None:
    ran = nano("sessions")
    assert ran.status == 0
    assert "No sessions" in ran.out and str(home) in ran.out
    assert strictly(nano("sessions", "--json").out) == []
    assert not home.exists()


@pytest.mark.parametrize(
    "words",
    [("show",), ("checkpoints",), ("export", "--format", "json")],
    ids=lambda words: words[0],
)
def test_without_a_name_the_newest_session_is_taken_and_named(
    nano: Nano, home: Path, words: tuple[str, ...]
) -> None:
    tutorial_run(home, created="2024-05-06T07:08:09+02:00")
    newest = tutorial_run(home, created="2024-05-07T07:08:09+02:00")
    ran = nano(*words)
    assert (ran.status, ran.err) == (0, f"nanotrain: session {newest.name}, the newest\n")
    assert ran.out == nano(*words[:1], newest.name, *words[1:]).out


def test_without_a_name_json_stays_json(nano: Nano, home: Path) -> None:
    folder = tutorial_run(home)
    assert strictly(nano("show", "--json").out)["name"] == folder.name
    assert isinstance(strictly(nano("checkpoints", "--json").out), list)


def test_a_running_session_goes_before_a_newer_one(nano: Nano, home: Path) -> None:
    running = Recording(home, created="2024-05-06T07:08:09+02:00").started().steps(5)
    tutorial_run(home, created="2024-05-07T07:08:09+02:00")
    with running.alive():
        ran = nano("show")
    assert ran.err == f"nanotrain: session {running.folder.name}, which is running\n"


def test_sessions_are_listed_newest_first(nano: Nano, home: Path) -> None:
    tutorial_run(home, created="2024-05-06T07:08:09+02:00")
    newer = Recording(home, created="2024-05-07T07:08:09+02:00", train__steps=50)
    newer.started(50).steps(20).close()
    ran = nano("sessions")
    header, *lines = ran.out.splitlines()
    assert header.split()[:3] == ["SESSION", "STATE", "STEP"]
    assert [line.split()[:3] for line in lines] == [
        ["mnist-2", "interrupted", "20/50"],
        ["mnist-1", "finished", "1,000/1,000"],
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
    assert "mnist-1: finished, step 1,000/1,000" in ran.out
    assert "loss   ⠤⠤ training" in ran.out and "↑↑" in ran.out and "accuracy " in ran.out
    assert "optimizer.learning_rate = 0.0001" in " ".join(ran.out.split())
    assert "MNIST in /data" in ran.out
    assert "\x1b" not in ran.out
    assert max(map(len, ran.out.splitlines()[:40])) <= 80


def test_show_tells_the_network_of_a_list_of_layers(nano: Nano, home: Path) -> None:
    data = {"name": "mnist", "source": "here", "shape": [28, 28], "classes": 10}
    layers = "conv 8 3x3, batchnorm, pool 2, flatten, dense 32 tanh, dropout 0.5"
    recording = Recording(home, model__layers=layers)
    recording.event("started", steps=5, batch_size=100, data=data)
    recording.finished()
    text = " ".join(nano("show", "mnist-1").out.split())
    assert (
        "network: 28x28x1 -> conv 8 3x3 relu -> batchnorm -> pool 2 -> flatten -> dense 32 tanh "
        "-> dropout 0.5 -> 10 softmax, 50,634 parameters"
    ) in text


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
    assert ran.status == 0 and "step 60/1,000" in ran.out
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


# -- names of sessions ---


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


def test_memory_is_shown_with_its_peak(nano: Nano, home: Path) -> None:
    recording = Recording(home).started().steps(10)
    for second, used in enumerate((100, 300, 200)):
        body = {"ram_used_mb": used, "ram_total_mb": 4000}
        recording.recorder.sample(float(second), 10, body)
    name = recording.finished().name
    assert "RAM 200 of 4,000 MB (peak 300)" in nano("show", name).out
    shown = strictly(nano("show", name, "--json").out)
    assert shown["memory_mb"]["ram"] == {"now": 200, "peak": 300, "total": 4000}
    silent = Recording(home).started().steps(10).finished()
    unknown = strictly(nano("show", silent.name, "--json").out)["memory_mb"]
    assert list(unknown) == list(shown["memory_mb"])
    assert all(figure is None for found in unknown.values() for figure in found.values())
