"""send: commands to a running session, and the output about them."""

import json
from pathlib import Path

import pytest
from cli_runs import Nano, is_paragraph, only_session, options, until
from recorded import Recording, tutorial_run

from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise

pytestmark = pytest.mark.usefixtures("hosts_end")


@pytest.fixture
def running(nano: Nano, home: Path) -> SessionFolder:
    assert nano("train", *options("slow", steps=100_000), "--detach").status == 0
    folder = only_session(home)
    until(lambda: summarise(folder).state == "running")
    return folder


def test_a_value_is_set_and_recorded(nano: Nano, running: SessionFolder) -> None:
    ran = nano("send", running.name, "set", "lr=0.01")
    assert ran.status == 0 and ran.err == ""
    with SessionReader(running) as reader:
        (edited,) = reader.events(["edited"])
    assert edited.body["changes"] == {"optimizer.learning_rate": [0.0001, 0.01]}
    assert ran.out == f"applied at step {edited.step}: optimizer.learning_rate 0.0001 -> 0.01\n"


def test_several_values_are_one_edit(nano: Nano, running: SessionFolder) -> None:
    sets = ["train.eval_every=50", "optimizer.beta_1=0.5"]
    ran = nano("send", running.name[:3], "set", *sets, "--json")
    answer = json.loads(ran.out)
    assert ran.status == 0 and answer["ok"] and answer["session"] == running.name
    assert answer["changes"] == {"train.eval_every": [100, 50], "optimizer.beta_1": [0.9, 0.5]}
    with SessionReader(running) as reader:
        (edited,) = reader.events(["edited"])
    assert edited.step == answer["step"] and "@" in edited.body["who"]


def test_steering_from_pause_to_stop(nano: Nano, running: SessionFolder) -> None:
    name = running.name
    ran = nano("send", name, "pause")
    step = summarise(running).step
    assert (ran.status, ran.out) == (0, f"applied at step {step}: pause\n")
    again = nano("send", name, "pause")
    assert (again.status, again.out) == (0, f"nothing to do: {name} is paused at step {step}\n")
    assert nano("send", name, "evaluate").out.startswith(f"applied at step {step}: test accuracy ")
    assert nano("send", name, "checkpoint").out.startswith(f"applied at step {step}: checkpoint ")
    assert nano("send", name, "step", "5").out == f"applied at step {step}: step 5\n"
    until(lambda: summarise(running).state == "paused" and summarise(running).step == step + 5)
    assert nano("send", name, "resume").out == f"applied at step {step + 5}: resume\n"
    assert nano("send", name, "stop").out.endswith(": stop\n")
    ended = nano("send", name, "stop")
    assert ended.status == 0 and f"{name} is stopped" in ended.out


def test_a_change_of_optimizer_lists_its_parameters(nano: Nano, running: SessionFolder) -> None:
    ran = nano("send", running.name, "set", "optimizer.name=sgd", "optimizer.momentum=0.9")
    assert ran.status == 0
    assert "optimizer.name adam -> sgd" in ran.out
    assert "optimizer.momentum (none) -> 0.9" in ran.out and "beta_1" not in ran.out


def test_an_undo_prints_the_changes_it_took_back(nano: Nano, running: SessionFolder) -> None:
    assert nano("send", running.name, "set", "optimizer.learning_rate=0.01").status == 0
    assert nano("send", running.name, "set", "optimizer.name=sgd", "train.eval_every=50")
    swap = nano("send", running.name, "undo")
    assert "undid optimizer.name sgd -> adam, train.eval_every 50 -> 100" in swap.out
    ran = json.loads(nano("send", running.name, "undo", "--json").out)
    assert ran["changes"] == {"optimizer.learning_rate": [0.01, 0.0001]}
    with SessionReader(running) as reader:
        edits = reader.events(["edited"])
    assert [event.body.get("undoes") for event in edits] == [
        None,
        None,
        edits[1].seq,
        ran["undoes"],
    ]
    none = nano("send", running.name, "undo")
    assert none.status == 1 and "there is no edit to undo" in none.err
    assert "undid learning rate 0.01 → 0.0001" in nano("show", running.name).out
    assert nano("send", running.name, "stop").status == 0
    until(lambda: not running.is_alive())
    ended = nano("send", running.name, "undo")
    assert ended.status == 1 and "only the edits of a running session can be undone" in " ".join(
        ended.err.split()
    )


def test_a_refusal_gives_the_reason(nano: Nano, running: SessionFolder) -> None:
    for arguments, message in (
        (["step"], "pause it first"),
        (["set", "optimizer.momentum=0.9"], "optimizer.momentum"),
        (["set", "model.hidden=5"], "model.hidden"),
        (["set", "data.name=mnist", "train.steps=9000"], "data.name"),
    ):
        ran = nano("send", running.name, *arguments)
        assert ran.status == 1 and ran.out == "" and is_paragraph(ran.err) and message in ran.err
        ran = nano("send", running.name, *arguments, "--json")
        assert ran.status == 1 and message in json.loads(ran.out)["why"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["pasue"], "'pause'"),
        (["set"], "KEY=VALUE"),
        (["set", "train.steps"], "KEY=VALUE"),
        (["set", "train.stpes=5"], "'train.steps'"),
        (["set", "train.steps=many"], "whole number"),
        (["set", "train.steps=5", "optimizer.learning_rate=-1"], "optimizer.learning_rate"),
        (["pause", "now"], "'now'"),
        (["step", "0"], "1,000,000,000"),
        (["step", "many"], "'many'"),
        (["step", "1", "2"], "'1 2'"),
        (["step", "9" * 5000], "step takes"),
        (["pause", "--timeout", "0"], "--timeout"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_command_sends_nothing(
    nano: Nano, home: Path, arguments: list[str], message: str
) -> None:
    tutorial_run(home)
    ran = nano("send", "mnist-1", *arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err) and message in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "train.steps=5"], "nanotrain fork mnist-1"),
        (["resume"], "'nanotrain resume mnist-1'"),
        (["pause"], "has ended (interrupted)"),
        (["checkpoint"], "has ended (interrupted)"),
    ],
)
def test_a_command_to_an_ended_session_is_refused_with_advice(
    nano: Nano, home: Path, arguments: list[str], message: str
) -> None:
    Recording(home).started().steps(20).close()
    ran = nano("send", "mnist-1", *arguments)
    assert ran.status == 1 and is_paragraph(ran.err) and message in ran.err
    answer = json.loads(nano("send", "mnist-1", *arguments, "--json").out)
    assert not answer["ok"] and (answer["state"], answer["step"]) == ("interrupted", 20)


def test_a_finished_session_is_resumed_to_more_steps(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    ran = nano("send", "mnist-1", "resume")
    assert ran.status == 1 and "nanotrain resume mnist-1 --set train.steps=" in ran.err


def test_a_stop_of_an_ended_session_does_nothing(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    ran = nano("send", "mnist-1", "stop")
    assert (ran.status, ran.out) == (0, "nothing to do: mnist-1 is finished at step 1000\n")


def test_a_missing_reply_is_reported(nano: Nano, home: Path) -> None:
    assert nano("train", *options("load=30"), "--detach").status == 0
    ran = nano("send", only_session(home).name, "pause", "--timeout", "0.2")
    assert ran.status == 1 and is_paragraph(ran.err) and "0.2 s" in ran.err


def test_sessions_commands_and_keys_complete(home: Path) -> None:
    from test_cli_help import completions

    tutorial_run(home)
    assert completions("send", "mn") == ["mnist-1"]
    assert completions("send", "mnist-1", "st") == ["step", "stop"]
    assert completions("send", "mnist-1", "set", "optimizer.na") == ["optimizer.name="]
    assert "loss.name=hinge" in completions("send", "mnist-1", "set", "train.steps=5", "loss.name=")
    assert completions("send", "mnist-1", "pause", "optimizer.na") == []


def test_a_session_with_a_damaged_recording_still_gets_commands(
    nano: Nano, running: SessionFolder
) -> None:
    with Path(running.recording).open("r+b") as recording:
        recording.truncate(100)  # while the host keeps running
    ran = nano("send", running.name, "pause")
    assert ran.status == 0 and ran.out.startswith("applied at step ")
    assert running.recording in ran.out, "and it says that the recording cannot be read"
    for _ in range(2):  # the second drops the rows that cannot be written
        nano("send", running.name, "stop")
    until(lambda: not running.is_alive())
