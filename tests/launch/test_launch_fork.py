"""Forks and restarts: new sessions from the checkpoints or the configuration of another."""

import json
import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from launch_helpers import kill_host, wait_until_over
from launch_sessions import ask, events, follow_to_pause, kill, wait_for_step

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.launch import resume_and_fork
from nanotrain_tui.launch.resume_and_fork import (
    configuration_of,
    plan_fork,
    plan_restart,
    plan_resume,
)
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.checkpoints import list_checkpoints
from nanotrain_tui.session.folder import sessions_folder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise
from nanotrain_tui.trainer_python.launch_error import LaunchError


def test_a_fork_begins_where_its_parent_was(stopped, places):
    listed = list_checkpoints(stopped)
    plan = plan_fork(stopped, places, listed[-2].step, {"optimizer.name": "sgd"})
    child = start(plan, places, "child")
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
        assert stat.S_IMODE(Path(child.checkpoints).stat().st_mode) == 0o700
        config = configuration_of(child)
        assert (config["optimizer.name"], config["optimizer.learning_rate"]) == ("sgd", 0.0001)
        kill(child, "pid")
        first = list_checkpoints(child)[0]
        assert (first.step, first.sha256) == (listed[-2].step, listed[-2].sha256)
        start(plan_resume(child, places), places)
        assert ask(child, "stop")["ok"]
        wait_until_over(child)
        for one in list_checkpoints(child):
            Path(child.checkpoints, one.file).unlink()
        with pytest.raises(LaunchError, match="Fork its parent again"):
            start(plan_resume(child, places), places)
        assert Path(stopped.checkpoints, listed[-2].file).exists()
    finally:
        kill_host(child)


def test_a_fork_begins_at_the_best_checkpoint_or_at_a_step(stopped, places, monkeypatch):
    def marked(best):
        found = [one._replace(best=i == best) for i, one in enumerate(listed)]
        monkeypatch.setattr(resume_and_fork, "list_checkpoints", lambda folder: found)

    listed = list_checkpoints(stopped)
    assert len(listed) > 2
    marked(1)
    assert plan_fork(stopped, places, "best").start.step == listed[1].step
    assert plan_fork(stopped, places, "last").start.step == listed[-1].step
    marked(None)
    assert plan_fork(stopped, places, listed[1].step).start.step == listed[1].step
    plan = plan_fork(stopped, places, "best")
    assert plan.start.step == listed[-1].step and plan.warnings


def test_a_fork_of_a_running_session_takes_its_script_along(begin, places):
    script = [
        {"step": 60, "set": {"model.dropout": 0.5}},
        {"step": 5000, "set": {"model.l2": 0.1}},
    ]
    parent = begin("slow=0.001", train__steps=10_000, edits=script, train__checkpoint_keep=1000)
    wait_for_step(parent, 120)
    child = start(plan_fork(parent, places, "best", {"train.seed": 7}), places)
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
        (7, {}, "no checkpoint of step 7; there are: [0-9]"),
        ("last", {"train.steps": 40}, "set train.steps higher"),
        ("last", {"model.hidden": "64"}, "cannot change with the weights kept"),
        ("last", {"data.name": "mnist"}, "cannot change with the weights kept"),
    ],
)
def test_a_fork_that_cannot_be_leaves_nothing(stopped, places, checkpoint, changes, says):
    with pytest.raises(ConfigError, match=says):
        plan_fork(stopped, places, checkpoint, changes)
    assert os.listdir(sessions_folder(places.home)) == [stopped.name]  # noqa: PTH208


def test_a_session_without_checkpoints_cannot_be_forked(begin, places):
    folder = begin("load=600")
    with pytest.raises(LaunchError, match="none was written yet"):
        plan_fork(folder, places)


def test_a_checkpoint_that_its_session_deleted_meanwhile_is_said(stopped, places):
    plan = plan_fork(stopped, places)
    Path(stopped.checkpoints, plan.start.file).unlink()
    with pytest.raises(LaunchError, match="deleted it meanwhile; try again"):
        start(plan, places)
    assert os.listdir(sessions_folder(places.home)) == [stopped.name]  # noqa: PTH208


def test_a_restart_begins_with_the_first_configuration(stopped, places):
    changes = {"train.steps": 60, "model.hidden": "64"}
    again = start(plan_restart(stopped, places, changes), places)
    wait_until_over(again)
    assert again.name != stopped.name
    config = configuration_of(again)
    assert (config["optimizer.learning_rate"], config["model.hidden"]) == (0.0001, "64")
    assert summarise(again).step == 60


@pytest.mark.parametrize(
    ("name", "says"), [("digits-1", "already"), ("../x", "cannot be the name")]
)
def test_a_name_that_is_taken_or_none_is_refused(stopped, places, name, says):
    assert stopped.name == "digits-1"
    with pytest.raises(LaunchError, match=says):
        start(plan_restart(stopped, places), places, name)


def with_data(stopped, places, **before):
    """A fork of a session that recorded this data and the identity of other content."""
    plan = plan_fork(stopped, places)
    started = SimpleNamespace(body={"data": {**plan.data, "identity": "0", **before}})
    history = [SimpleNamespace(started=started)]
    return resume_and_fork._of_other_data(history, plan, stopped)


def test_a_fork_on_changed_data_says_so(stopped, places):
    assert "has changed" in with_data(stopped, places)[0]


def test_a_fork_on_data_that_does_not_fit_is_refused(stopped, places):
    with pytest.raises(LaunchError, match="the weights do not fit") as caught:
        with_data(stopped, places, shape=[3])
    assert caught.value.key == "data.path" and "rows of 3 numbers" in str(caught.value)
    with pytest.raises(LaunchError, match="7 classes"):
        with_data(stopped, places, classes=7)


def test_a_fork_on_columns_with_another_meaning_is_refused(stopped, places):
    known = {"columns": [{"name": "a", "mean": 1.5}, {"name": "b", "mean": 2.5}], "part": ""}
    plan = plan_fork(stopped, places)

    def with_columns(columns):
        facts = {**plan.facts, "identity": "1", "preprocessing": {**known, "columns": columns}}
        data = {**plan.data, "identity": "0", "preprocessing": known}
        history = [SimpleNamespace(started=SimpleNamespace(body={"data": data}))]
        return resume_and_fork._of_other_data(history, plan._replace(facts=facts), stopped)

    assert (
        "has changed" in with_columns([{"name": "a", "mean": 7.5}, {"name": "b", "mean": 0.5}])[0]
    )
    with pytest.raises(LaunchError, match="in another order"):
        with_columns(known["columns"][::-1])
