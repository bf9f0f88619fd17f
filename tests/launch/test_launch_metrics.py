"""Trainers that report metrics of their own: followed, resumed, forked, summed up, replayed."""

import math
import re
from pathlib import Path

import pytest
from launch_helpers import wait_until_over

import nanotrain_tui
from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.launch.resume_and_fork import plan_fork, plan_resume
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.checkpoints import list_checkpoints
from nanotrain_tui.session.recording.portable import import_file
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.session.summary import summarise

pytestmark = pytest.mark.slow

SEVERAL = "metrics=loss:down+mae:down+iou:up"
SPARSE = "metrics=loss:down+iou:up:7"
ALONE = "metrics=score:down"


def state_of(folder):
    follower = Follower(LocalSource(folder.path))
    try:
        return follower.follow()
    finally:
        follower.close()


def schema_of(folder):
    report = verify_file(folder.recording, foreign=True)
    assert report.problems == []
    return report.facts["schema"]


def ended(folder):
    wait_until_over(folder)
    return folder


def test_several_metrics_are_followed_and_the_best_is_by_the_one_that_rises(begin):
    folder = ended(begin(SEVERAL))
    assert schema_of(folder) == 2
    state = state_of(folder)
    assert (state.state, state.step) == ("finished", 400)
    assert [key.text for key in state.curves] == [
        "loss", "test_loss", "mae", "test_mae", "iou", "test_iou",
    ]  # fmt: skip
    assert all(sum(state.curve(name).counts) == 400 for name in ("loss", "mae", "iou"))
    assert state.metrics.primary.name == "iou" and state.metrics.get("mae").better == "down"
    best = next(one for one in list_checkpoints(folder) if one.best)
    assert best.score.metric == "iou" and best.value("iou") == best.score.value
    assert best.score.value == max(one.score.value for one in list_checkpoints(folder))
    summary = summarise(folder)
    assert list(summary.metrics) == ["iou", "loss", "mae"] and summary.primary.metric.name == "iou"
    assert summary.best("mae") == min(one.metrics["mae"] for one in evaluations(folder))
    assert summary.best("iou") == max(one.metrics["iou"] for one in evaluations(folder))
    assert summary.best("accuracy") is None and len(summary.spark) > 0


def evaluations(folder):
    with SessionReader(folder) as reader:
        return reader.evaluations()


def test_a_lone_metric_that_falls_is_best_where_it_is_least(begin):
    folder = ended(begin(ALONE))
    state = state_of(folder)
    assert [key.text for key in state.curves] == ["score", "test_score"]
    assert state.times and state.epochs and not state.curve("loss")
    best = next(one for one in list_checkpoints(folder) if one.best)
    assert best.score.better == "down"
    assert best.score.value == min(one.score.value for one in list_checkpoints(folder))
    assert next(one for one in state.checkpoints if one.best).file == best.file
    summary = summarise(folder)
    assert summary.last("score") == summary.best("score") == evaluations(folder)[-1].value("score")
    assert len(summary.spark) > 0


@pytest.mark.parametrize("script", [SEVERAL, SPARSE, ALONE])
def test_it_is_resumed_forked_replayed_and_imported(begin, places, tmp_path, script):
    folder = begin(script + ",die=230")
    wait_until_over(folder)
    start(plan_resume(folder, places, {"train.on_crash": "stop"}), places)
    wait_until_over(folder)
    assert schema_of(folder) == 2 and state_of(folder).step == 230
    child = ended(start(plan_fork(folder, places, 200, {"train.steps": 220}), places))
    assert schema_of(child) == 2 and state_of(child).step == 220
    with SessionReader(folder) as reader:
        for name in reader.metrics():
            rows = reader.metric_series(name)
            steps = [row.first_step + i for row in rows for i in range(len(row.values))]
            every = 7 if script == SPARSE and name == "iou" else 1
            assert steps == list(range(every, 231, every)), name
        replay = Replay(reader, lambda: 0.0)
        replay.seek_time(replay.end_t)
        assert repr(replay.state().curves) == repr(state_of(folder).curves)
        copy = tmp_path / "copy.nanotrain"
        reader.backup(str(copy))
    imported = import_file(str(copy), str(tmp_path / "elsewhere"))
    assert summarise(imported).metrics == summarise(folder).metrics


def test_a_metric_that_is_no_number_is_told_by_its_name(begin):
    folder = ended(begin(ALONE + ",nan=60", train__on_nan="stop"))
    state = state_of(folder)
    assert (state.diverged.metric, state.diverged.value) == ("score", "nan")
    assert math.isnan(state.curve("score").last)
    assert any("the score is nan at step" in line.text for line in state.log)


def test_the_standard_metrics_make_a_recording_of_schema_1(begin):
    assert schema_of(ended(begin("", train__steps=60))) == 1


# The alias of a loss, the metrics of our own trainer, and the text of 'nanotrain evaluate'.
NAMING = ("losses.py", "choices.py", "metrics.py", "report.py")
# Which way a metric of a person's script is better is not known but by its name.
GUESSING = "script_shim"


def test_no_file_of_the_product_names_these_metrics():
    product = Path(nanotrain_tui.__file__).parent
    naming = [
        path.name
        for path in product.rglob("*.py")
        if GUESSING not in path.parts and names_one(path.name, path.read_text("utf-8"))
    ]
    assert naming == []


def names_one(name, text):
    mae = name not in NAMING and re.search(r"\bmae\b", text)
    return mae or re.search(r"\biou\b", text, re.IGNORECASE)
