"""Resuming a session that ended: from which checkpoint, with which changes."""

from pathlib import Path

import pytest
from launch_helpers import wait_until_over
from launch_sessions import (
    ask,
    curves,
    damage,
    events,
    follow_to_pause,
    kill,
    wait_for_step,
)

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.launch import resume_and_fork
from nanotrain_tui.launch.resume_and_fork import configuration_of, plan_resume
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.checkpoints import list_checkpoints
from nanotrain_tui.session.errors import ControlError, RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise
from nanotrain_tui.trainer_python.launch_error import LaunchError


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(stopped, places):
    listed = list_checkpoints(stopped)
    assert all(one.is_whole for one in listed)
    assert [one.step for one in listed] == sorted(one.step for one in listed)
    damage(stopped, listed[-1])
    Path(stopped.checkpoints, listed[-2].file).unlink()
    now = list_checkpoints(stopped)
    assert [one.is_whole for one in now] == [True] * (len(now) - 2) + [False] * 2
    start(plan_resume(stopped, places), places)
    follow_to_pause(stopped)
    with SessionReader(stopped) as reader:
        assert reader.segments()[-1].from_step == listed[-3].step
    said = " ".join(event.body["message"] for event in events(stopped, "warned"))
    assert f"{listed[-1].file} is damaged" in said
    assert f"{listed[-2].file} is missing" in said


def test_without_a_whole_checkpoint_it_begins_anew_and_says_so(stopped, places):
    for one in list_checkpoints(stopped):
        damage(stopped, one)
    start(plan_resume(stopped, places), places)
    follow_to_pause(stopped)
    with SessionReader(stopped) as reader:
        assert [segment.from_step for segment in reader.segments()] == [0, 0]
    assert "starts again at step 0" in events(stopped, "warned")[-1].body["message"]
    configured = events(stopped, "configured")[-1].body
    assert configured["resumed_from"] is None
    assert [edit["set"] for edit in configured["edits"]] == [{"optimizer.learning_rate": 0.002}]


def test_weights_go_on_only_with_the_data_they_were_trained_on(stopped, places, monkeypatch):
    monkeypatch.setattr(resume_and_fork, "_has_other_data", lambda history, plan: True)
    with pytest.raises(LaunchError, match="A resume needs the same data") as refused:
        plan_resume(stopped, places)
    assert refused.value.key == "data.path"
    for one in list_checkpoints(stopped):
        damage(stopped, one)
    assert "starts again at step 0" in plan_resume(stopped, places).warnings[-1]


def test_what_is_changed_in_resuming_is_not_undone_by_edits_made_before(stopped, places):
    start(
        plan_resume(stopped, places, {"optimizer.learning_rate": 0.5, "optimizer.name": "sgd"}),
        places,
    )
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
        ({"train.steps": 1}, "1 is less than the .* that .* has made"),
    ],
)
def test_a_resume_refuses_what_does_not_fit_the_weights(stopped, places, changes, says):
    before = Path(stopped.recording).read_bytes()
    with pytest.raises(ConfigError, match=says):
        start(plan_resume(stopped, places, changes), places)
    assert Path(stopped.recording).read_bytes() == before


def test_only_what_has_ended_can_be_resumed(begin, places):
    folder = begin("load=600")
    with pytest.raises(LaunchError, match="is running"):
        start(plan_resume(folder, places), places)


def test_two_resumes_at_once_make_one(stopped, places):
    plan = plan_resume(stopped, places)
    start(plan_resume(stopped, places), places)
    with pytest.raises(LaunchError, match="has a host already"):
        start(plan, places)
    ask(stopped, "stop")
    wait_until_over(stopped)
    with pytest.raises(LaunchError, match="gone on with meanwhile"):
        start(plan, places)
    assert Path(stopped.recording).exists()


def test_after_its_end_a_session_goes_on_only_for_more_steps(begin, places):
    folder = begin("", train__steps=100)
    wait_until_over(folder)
    with pytest.raises(LaunchError, match="to go on, set"):
        start(plan_resume(folder, places, {"optimizer.learning_rate": 0.1}), places)
    start(plan_resume(folder, places, {"train.steps": 200}), places)
    wait_until_over(folder)
    assert summarise(folder).state == "finished"
    assert [step for step, _ in curves(folder)["loss"]] == list(range(1, 201))
    assert summarise(folder).steps == 200


def test_steps_worked_out_of_epochs_stay_what_they_were(begin, places):
    folder = begin("slow=0.0005,until=/nowhere", train__epochs=1, train__batch_size=100)
    wait_for_step(folder, 60)
    ask(folder, "set", values={"train.batch_size": 50})
    kill(folder, "pid")
    start(plan_resume(folder, places), places)
    follow_to_pause(folder)
    assert ask(folder, "status")["steps"] == 600


def test_damaged_recordings_are_refused_with_a_reason(tmp_path, places):
    folder = SessionFolder(str(tmp_path))
    Path(folder.recording).write_bytes(b"no database")
    for do in (plan_resume, list_checkpoints, configuration_of):
        with pytest.raises(RecordingError, match="not a nanotrain recording"):
            do(folder, places) if do is plan_resume else do(folder)


def test_a_resume_that_fails_leaves_the_recording(stopped, places):
    plan = plan_resume(stopped, places)._replace(trainer_command=("/no/such/python",))
    with pytest.raises(LaunchError, match="cannot run"):
        start(plan, places)
    assert summarise(stopped).state == "failed"
    with pytest.raises(ControlError):
        ask(stopped, "status")
