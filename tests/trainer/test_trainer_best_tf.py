"""The best checkpoint is the network that was tested, whatever happened between evaluations."""

import numpy as np
import pytest
from trainer_runs import at, config_of, of_kind, serve_here, values_of

from nanotrain_tui.trainer.checkpoints import files as checkpoint

pytestmark = pytest.mark.tensorflow

RUIN = [{"step": 23, "set": {"optimizer.learning_rate": 5.0}}]  # after the evaluation at 21


def accuracy_of(folder, file):
    """What an evaluation of a checkpoint comes to: a fork of it that makes no step."""
    path, step = str(folder / file), int(file[5:14])
    config = config_of(folder, restore=path, train__steps=step, checkpoint_dir=None)
    status, events = serve_here(config)
    assert status == 0
    (evaluated,) = of_kind(events, "evaluated")
    return evaluated["accuracy"]


def test_the_best_is_the_network_that_was_tested(folder):
    config = config_of(folder, edits=RUIN, train__checkpoint_every=15, train__checkpoint_keep=9)
    status, events = serve_here(config)
    assert status == 0
    evaluated = of_kind(events, "evaluated")
    assert [(e["step"], e["cause"]) for e in evaluated] == [
        (1, "schedule"), (11, "schedule"), (15, "checkpoint"), (21, "schedule"),
        (30, "checkpoint"), (31, "schedule"), (40, "schedule"),
    ]  # fmt: skip
    by_step = {e["step"]: e for e in evaluated}
    assert all(e["on"] == "test" and e["metrics"]["loss"] == e["loss"] for e in evaluated)
    best_step = max(by_step, key=lambda step: (by_step[step]["accuracy"], -step))
    assert best_step == 21
    written = of_kind(events, "checkpoint")
    assert [e["step"] for e in written] == [15, 30, 40, 21]  # the best waited to the end
    for event in written:
        assert event["tested"]["step"] == event["step"]
        assert event["accuracy"] == event["score"]["value"] == by_step[event["step"]]["accuracy"]
    assert [e["step"] for e in written if e["best"]] == [15, 21]
    assert [e["step"] for e in written if e.get("held")] == [21]
    assert accuracy_of(folder, written[-1]["file"]) == written[-1]["accuracy"]
    assert (
        checkpoint.head(str(folder / written[-1]["file"])).tested.values["accuracy"]
        == written[-1]["accuracy"]
    )


def test_before_a_checkpoint_of_a_training_that_stops_early_the_best_is_written(folder):
    """A resume from the checkpoint finds it, also after a kill."""
    config = config_of(
        folder, edits=RUIN, train__checkpoint_every=15, train__checkpoint_keep=9,
        stop__patience=50,
    )  # fmt: skip
    _, events = serve_here(config)
    written = of_kind(events, "checkpoint")
    assert [(e["step"], e.get("held", False)) for e in written] == [
        (11, True), (15, False), (21, True), (30, False), (40, False),
    ]  # fmt: skip


def test_going_on_from_a_best_that_waited_is_as_if_undisturbed(folder):
    config = config_of(folder, edits=RUIN)
    _, whole = serve_here(config)
    best = next(event for event in of_kind(whole, "checkpoint") if event.get("held"))
    restore = str(folder / best["file"])
    _, rest = serve_here(config_of(folder, restore=restore, resume=True, edits=RUIN))
    np.testing.assert_array_equal(values_of(rest, "loss"), values_of(whole, "loss")[best["step"] :])
    ends = [of_kind(events, "evaluated")[-1] for events in (whole, rest)]
    assert ends[0]["loss"] == ends[1]["loss"]


def test_evaluating_more_often_changes_no_bit(folder):
    runs = [
        serve_here(config_of(folder, model__dropout=0.3, **changes))[1]
        for changes in ({"train__checkpoint_every": 7}, {"train__eval_every": 10**6})
    ]
    np.testing.assert_array_equal(*(values_of(events, "loss") for events in runs))


def test_a_checkpoint_that_is_asked_for_is_not_tested(folder):
    """And the best is written beside it; an evaluation of the same step makes it tested."""
    config = config_of(folder, train__steps=100000, train__eval_every=10**6)

    def answered(number):
        return lambda event: event["event"] == "answer" and event["id"] == number

    script = [
        (at("started"), {"id": 2, "do": "pause"}),
        (answered(2), {"id": 3, "do": "evaluate"}),
        (answered(3), {"id": 4, "do": "step", "n": 5}),
        (at("paused", 5), {"id": 5, "do": "checkpoint"}),
        (answered(5), {"id": 6, "do": "evaluate"}),
        (answered(6), {"id": 7, "do": "stop"}),
    ]
    _, events = serve_here(config, script)
    *_, asked, again = of_kind(events, "checkpoint")
    assert asked["tested"] is asked["score"] is None
    assert "accuracy" not in asked
    assert again["tested"]["step"] == asked["step"] == again["step"]
    causes = [event["cause"] for event in of_kind(events, "evaluated")]
    assert [cause for cause in causes if cause != "schedule"] == ["asked", "asked"]  # but step 1's


def test_an_edit_of_the_network_takes_its_evaluation_away(folder):
    config = config_of(folder, train__steps=100000, train__eval_every=10**6)
    script = [
        (at("started"), {"id": 2, "do": "pause"}),
        (at("paused"), {"id": 3, "do": "evaluate"}),
        (at("evaluated"), {"id": 4, "do": "set", "values": {"model.activation": "tanh"}}),
        (at("edited"), {"id": 5, "do": "checkpoint"}),
        (lambda event: event["event"] == "answer" and event["id"] == 5, {"id": 6, "do": "stop"}),
    ]
    _, events = serve_here(config, script)
    written = of_kind(events, "checkpoint")
    assert [event["tested"] is not None for event in written] == [True, False]
