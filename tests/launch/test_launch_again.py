"""Going on from what was trained before: resume, fork, restart."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from launch_helpers import config, kill_host, wait_until_over

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.launch import (
    LaunchError,
    configuration_of,
    fork,
    list_checkpoints,
    plan_fork,
    plan_resume,
    prepare,
    restart,
    resume,
    start,
)
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import ControlError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise

PATIENCE_S = 60.0
STEPS = 400


@pytest.fixture
def begin(folders):
    """Start a session with a script; whatever is left running is ended."""
    started = []

    def start_one(script="", **values):
        values = {"train__steps": STEPS, "train__checkpoint_every": 50, **values}
        folder = start(prepare(config(script, **values), folders), folders)
        started.append(folder)
        return folder

    yield start_one
    for folder in started:
        kill_host(folder)


def events(folder, *kinds):
    with SessionReader(folder) as reader:
        return reader.events(kinds or None)


def curves(folder):
    """Every metric's steps and values, and the evaluations: what two runs have in common."""
    with SessionReader(folder) as reader:
        metrics = {
            name: [
                (row.first_step + i, value)
                for row in reader.metric_series(name)
                for i, value in enumerate(row.values)
            ]
            for name in ("loss", "accuracy", "learning_rate")
        }
        metrics["evaluations"] = [(e.step, e.metrics) for e in reader.evaluations()]
    return metrics


def wait_for_step(folder, step):
    give_up = time.monotonic() + PATIENCE_S
    with SessionReader(folder) as reader:
        while reader.position()[0] < step:
            assert time.monotonic() < give_up
            assert folder.is_alive()
            time.sleep(0.005)


def wait_for_checkpoint(folder, step):
    """The event of the checkpoint of that step, once it is written."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        found = [event for event in events(folder, "checkpoint") if event.step == step]
        if found:
            return found[-1]
        assert time.monotonic() < give_up
        time.sleep(0.005)


def ask(folder, do, **arguments):
    with ControlClient(folder) as client:
        return client.request(do, who="me@here", timeout=PATIENCE_S, **arguments)


def kill(folder, whom):
    os.kill(ask(folder, "status")[whom], signal.SIGKILL)
    wait_until_over(folder)


EDITS = [
    {"optimizer.learning_rate": 0.01},
    {"optimizer.name": "sgd"},
    {"train.batch_size": 50, "model.dropout": 0.25},
    {"loss.name": "mean_squared_error"},
    {"optimizer.name": "adamax", "optimizer.learning_rate": 0.001},
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("whom", ["pid", "trainer_pid"])
def test_killed_at_any_step_and_resumed_is_as_if_undisturbed(begin, folders, whom, seed):
    """Edits by hand and by script, several deaths: not a bit of any metric differs."""
    chance = random.Random(seed)
    script = [{"step": 90, "set": {"model.dropout": 0.5}}, {"step": 301, "set": {"model.l2": 0.1}}]
    folder = begin("slow=0.001", edits=script)
    edits = list(EDITS)
    for death in sorted(chance.sample(range(5, STEPS - 60), 3)):
        while edits and chance.random() < 0.7:
            assert ask(folder, "set", values=edits.pop(0))["ok"]
        wait_for_step(folder, death)
        if edits:
            assert ask(folder, "set", values=edits.pop(0))["ok"]
        kill(folder, whom)
        assert summarise(folder).state == ("interrupted" if whom == "pid" else "failed")
        resume(folder, None, folders)
    wait_until_over(folder)
    assert summarise(folder).state == "finished"
    by_hand = [
        {
            "step": e.step,
            "set": {k: to for k, (_, to) in e.body["changes"].items() if to is not None},
        }
        for e in events(folder, "edited")
        if not e.body.get("scripted")
    ]
    again = begin("", edits=merged(script, by_hand))
    wait_until_over(again)
    assert curves(folder) == curves(again)
    assert configuration_of(folder)["model.l2"] == 0.1
    times = [event.t for event in events(folder)]
    assert times == sorted(times)


@pytest.mark.parametrize("seed", range(2))
def test_resumed_from_a_best_written_late_is_as_if_undisturbed(begin, folders, seed):
    """The only checkpoints are bests, written at a pause later on, with edits between."""
    chance = random.Random(seed)
    script = [{"step": 101, "set": {"model.dropout": 0.5}}, {"step": 901, "set": {"model.l2": 0.1}}]
    values = {"edits": script, "train__checkpoint_every": 0, "train__steps": 3000}
    folder = begin("slow=0.002", **values)
    edits, reached = list(EDITS), 0
    for _ in range(3):
        wait_for_step(folder, reached + chance.randrange(5, 150))
        assert ask(folder, "set", values=edits.pop(0))["ok"]
        reached = follow_to_pause(folder)
        tested = reached - (reached - 1) % 100
        written = wait_for_checkpoint(folder, tested)
        assert written.body["tested"]["step"] == tested
        (place,) = [e for e in events(folder, "evaluated") if e.seq == written.body["after"]]
        assert place.step == tested
        assert ask(folder, "resume")["ok"]
        wait_for_step(folder, reached + 5)
        kill(folder, chance.choice(["pid", "trainer_pid"]))
        resume(folder, None, folders)
        with SessionReader(folder) as reader:
            assert reader.segments()[-1].from_step == tested
    wait_until_over(folder)
    by_hand = []
    for event in events(folder, "edited"):
        if not event.body.get("scripted"):
            changes = {k: to for k, (_, to) in event.body["changes"].items() if to is not None}
            by_hand.append({"step": event.step, "set": changes})
    again = begin("", **{**values, "edits": merged(script, by_hand)})
    wait_until_over(again)
    assert curves(folder) == curves(again)


def merged(script, by_hand):
    """As they came: at one step the script's are first."""
    return sorted(script + by_hand, key=lambda edit: edit["step"])


@pytest.fixture
def stopped(begin):
    """A session with checkpoints at 50, 100 ... that was stopped between two of them."""
    folder = begin("slow=0.0005", train__steps=10_000)
    wait_for_step(folder, 230)
    ask(folder, "set", values={"optimizer.learning_rate": 0.002})
    kill(folder, "trainer_pid")
    return folder


def damage(folder, checkpoint):
    path = Path(folder.checkpoints, checkpoint.file)
    path.write_bytes(path.read_bytes()[:-3] + b"...")


def follow_to_pause(folder):
    assert ask(folder, "pause")["state"] == "paused"
    return ask(folder, "status")["step"]


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(stopped, folders):
    listed = list_checkpoints(stopped)
    assert all(one.is_whole for one in listed)
    assert [one.step for one in listed] == sorted(one.step for one in listed)
    damage(stopped, listed[-1])
    Path(stopped.checkpoints, listed[-2].file).unlink()
    now = list_checkpoints(stopped)
    assert [one.is_whole for one in now] == [True] * (len(now) - 2) + [False] * 2
    resume(stopped, None, folders)
    follow_to_pause(stopped)
    with SessionReader(stopped) as reader:
        assert reader.segments()[-1].from_step == listed[-3].step
    said = " ".join(event.body["message"] for event in events(stopped, "warned"))
    assert f"{listed[-1].file} is damaged" in said
    assert f"{listed[-2].file} is missing" in said


def test_without_a_whole_checkpoint_it_begins_anew_and_says_so(stopped, folders):
    for one in list_checkpoints(stopped):
        damage(stopped, one)
    resume(stopped, None, folders)
    follow_to_pause(stopped)
    with SessionReader(stopped) as reader:
        assert [segment.from_step for segment in reader.segments()] == [0, 0]
    assert "anew at step 0" in events(stopped, "warned")[-1].body["message"]
    configured = events(stopped, "configured")[-1].body
    assert configured["resumed_from"] is None
    assert [edit["set"] for edit in configured["edits"]] == [{"optimizer.learning_rate": 0.002}]


def test_what_is_changed_in_resuming_is_not_undone_by_edits_made_before(stopped, folders):
    resume(stopped, {"optimizer.learning_rate": 0.5, "optimizer.name": "sgd"}, folders)
    follow_to_pause(stopped)
    configured = events(stopped, "configured")[-1].body
    assert configured["config"]["optimizer"]["learning_rate"] == 0.5
    assert configured["edits"] == []
    assert configuration_of(stopped)["optimizer.name"] == "sgd"
    assert "@" in configured["who"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model.hidden": "64"}, "model.hidden: cannot change"),
        ({"train.seed": 2}, "train.seed: cannot change"),
        ({"optimizer.momentum": 0.5}, "means nothing"),
        ({"optimizer.learning_rate": -1}, "out of range"),
        ({"no.key": 1}, "no such key"),
    ],
)
def test_a_resume_refuses_what_does_not_fit_the_weights(stopped, folders, changes, says):
    before = Path(stopped.recording).read_bytes()
    with pytest.raises(ConfigError, match=says):
        resume(stopped, changes, folders)
    assert Path(stopped.recording).read_bytes() == before


def test_only_what_has_ended_can_be_resumed(begin, folders):
    folder = begin("load=600")
    with pytest.raises(LaunchError, match="is running"):
        resume(folder, None, folders)


def test_two_resumes_at_once_make_one(stopped, folders):
    plan = plan_resume(stopped, folders)
    resume(stopped, None, folders)
    with pytest.raises(LaunchError, match="has a host already"):
        start(plan, folders)
    ask(stopped, "stop")
    wait_until_over(stopped)
    with pytest.raises(LaunchError, match="gone on with meanwhile"):
        start(plan, folders)
    assert Path(stopped.recording).exists()


def test_after_its_end_a_session_goes_on_only_for_more_steps(begin, folders):
    folder = begin("", train__steps=100)
    wait_until_over(folder)
    with pytest.raises(LaunchError, match="to go on, set"):
        resume(folder, {"optimizer.learning_rate": 0.1}, folders)
    resume(folder, {"train.steps": 200}, folders)
    wait_until_over(folder)
    assert summarise(folder).state == "finished"
    assert [step for step, _ in curves(folder)["loss"]] == list(range(1, 201))
    assert summarise(folder).steps == 200


def test_steps_worked_out_of_epochs_stay_what_they_were(begin, folders):
    folder = begin("slow=0.0005", train__epochs=1, train__batch_size=100)
    wait_for_step(folder, 60)
    ask(folder, "set", values={"train.batch_size": 50})
    kill(folder, "pid")
    resume(folder, None, folders)
    follow_to_pause(folder)
    assert ask(folder, "status")["steps"] == 600


def test_a_fork_begins_where_its_parent_was(stopped, folders):
    listed = list_checkpoints(stopped)
    child = fork(stopped, listed[-2].step, {"optimizer.name": "sgd"}, folders, "child")
    try:
        assert child.name == "child"
        wait_for_step(child, listed[-2].step + 1)
        follow_to_pause(child)
        with SessionReader(child) as reader:
            assert json.loads(reader.meta()["parent"]) == {
                "session": stopped.name, "checkpoint": listed[-2].file, "step": listed[-2].step,
            }  # fmt: skip
            assert reader.segments()[0].from_step == listed[-2].step
            assert reader.metric_series("loss")[0].first_step == listed[-2].step + 1
        config = configuration_of(child)
        assert (config["optimizer.name"], config["optimizer.learning_rate"]) == ("sgd", 0.0001)
        kill(child, "pid")
        first = list_checkpoints(child)[0]
        assert (first.step, first.sha256) == (listed[-2].step, listed[-2].sha256)
        resume(child, None, folders)
        assert ask(child, "stop")["ok"]
        wait_until_over(child)
        for one in list_checkpoints(child):
            Path(child.checkpoints, one.file).unlink()
        with pytest.raises(LaunchError, match="Fork its parent again"):
            resume(child, None, folders)
        assert Path(stopped.checkpoints, listed[-2].file).exists()
    finally:
        kill_host(child)


def test_a_fork_of_a_running_session_takes_its_script_along(begin, folders):
    script = [
        {"step": 60, "set": {"model.dropout": 0.5}},
        {"step": 5000, "set": {"model.l2": 0.1}},
    ]
    parent = begin("slow=0.0005", train__steps=10_000, edits=script, train__checkpoint_keep=1000)
    wait_for_step(parent, 120)
    child = fork(parent, "best", {"train.seed": 7}, folders)
    try:
        follow_to_pause(child)
        config = events(child, "configured")[0].body["config"]
        assert [edit["step"] for edit in config["edits"]] == [5000]
        assert config["train"]["seed"] == 7
        assert config["model"]["dropout"] == 0.5
    finally:
        kill_host(child)


@pytest.mark.parametrize(
    ("checkpoint", "changes", "says"),
    [
        (7, {}, "no checkpoint of step 7; there are: 1"),
        ("last", {"train.steps": 40}, "set train.steps higher"),
        ("last", {"model.hidden": "64"}, "cannot change with the weights kept"),
        ("last", {"data.name": "mnist"}, "cannot change with the weights kept"),
    ],
)
def test_a_fork_that_cannot_be_leaves_nothing(stopped, folders, checkpoint, changes, says):
    with pytest.raises(ConfigError, match=says):
        fork(stopped, checkpoint, changes, folders)
    assert [path.name for path in (folders.home / "sessions").iterdir()] == [stopped.name]


def test_a_session_without_checkpoints_cannot_be_forked(begin, folders):
    folder = begin("load=600")
    with pytest.raises(LaunchError, match="none was written yet"):
        fork(folder, None, {}, folders)


def test_a_checkpoint_that_its_session_deleted_meanwhile_is_said(stopped, folders):
    plan = plan_fork(stopped, folders)
    Path(stopped.checkpoints, plan.start.file).unlink()
    with pytest.raises(LaunchError, match="deleted it meanwhile; try again"):
        start(plan, folders)
    assert [path.name for path in (folders.home / "sessions").iterdir()] == [stopped.name]


def test_a_restart_begins_with_the_first_configuration(stopped, folders):
    again = restart(stopped, {"train.steps": 60, "model.hidden": "64"}, folders)
    wait_until_over(again)
    assert again.name != stopped.name
    config = configuration_of(again)
    assert (config["optimizer.learning_rate"], config["model.hidden"]) == (0.0001, "64")
    assert summarise(again).step == 60


@pytest.mark.parametrize(
    ("name", "says"), [("digits-1", "already"), ("../x", "cannot be the name")]
)
def test_a_name_that_is_taken_or_none_is_refused(stopped, folders, name, says):
    assert stopped.name == "digits-1"
    with pytest.raises(LaunchError, match=says):
        restart(stopped, {}, folders, name)


def test_damaged_recordings_are_refused_with_a_reason(tmp_path, folders):
    folder = SessionFolder(str(tmp_path))
    Path(folder.recording).write_bytes(b"no database")
    from nanotrain_tui.session.errors import RecordingError

    for do in (plan_resume, list_checkpoints, configuration_of):
        with pytest.raises(RecordingError, match="not a nanotrain recording"):
            do(folder, folders) if do is plan_resume else do(folder)


def test_a_resume_that_fails_leaves_the_recording(stopped, folders):
    from dataclasses import replace

    plan = replace(plan_resume(stopped, folders), trainer_command=("/no/such/python",))
    with pytest.raises(LaunchError, match="cannot run"):
        start(plan, folders)
    assert summarise(stopped).state == "failed"
    with pytest.raises(ControlError):
        ask(stopped, "status")
