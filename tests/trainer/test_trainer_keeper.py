"""Which checkpoints stay."""

import io
import json

import numpy as np
import pytest

from nanotrain_tui.trainer.checkpoint import Checkpoint, Evaluation
from nanotrain_tui.trainer.keeper import Keeper
from nanotrain_tui.trainer.protocol import Events
from nanotrain_tui.trainer.settings import Refused


class Desk:
    """A keeper, its clock and what it has told."""

    def __init__(self, folder, step=0):
        self.now, self._stream, self.folder = 100.0, io.BytesIO(), folder
        self.keeper = Keeper(str(folder), Events(self._stream), step, clock=lambda: self.now)

    def save(self, step, accuracy=None, loss=1.0, keep=2, weight=1.0):
        tested = None if accuracy is None else Evaluation(step, loss, accuracy)
        state = {"weight_0": np.full(3, weight, np.float32)}
        self.keeper.save(Checkpoint(state, step, 0, 0, 0, {}, {}, tested), keep)

    @property
    def steps(self):
        return sorted(int(path.name[5:14]) for path in self.folder.glob("step-*.npz"))

    @property
    def told(self):
        return [json.loads(line) for line in self._stream.getvalue().splitlines()]


def test_the_last_ones_and_the_best_stay(tmp_path):
    desk = Desk(tmp_path)
    for step, accuracy in ((10, 0.5), (20, 0.9), (30, 0.7), (40, 0.6), (50, 0.8)):
        desk.save(step, accuracy)
    assert desk.steps == [20, 40, 50]
    best = [event["step"] for event in desk.told if event.get("best")]
    assert best == [10, 20]
    removed = [event["file"] for event in desk.told if event["event"] == "checkpoint_removed"]
    assert removed == ["step-000000010.npz", "step-000000030.npz"]
    assert [event["accuracy"] for event in desk.told if "accuracy" in event][-1] == 0.8


def test_equal_accuracies_are_told_apart_by_the_loss_and_then_the_first_is_the_best(tmp_path):
    desk = Desk(tmp_path)
    for step, loss in ((10, 0.5), (20, 0.3), (30, 0.3), (40, float("nan"))):
        desk.save(step, 0.9, loss, keep=1)
    assert desk.steps == [20, 40]


def test_without_an_evaluation_none_is_the_best(tmp_path):
    desk = Desk(tmp_path)
    desk.save(10)
    desk.save(20, keep=1)
    assert desk.steps == [20]
    assert [(event["accuracy"], event["best"]) for event in desk.told if "best" in event] == [
        (None, False), (None, False)
    ]  # fmt: skip


def test_those_of_earlier_segments_count(tmp_path):
    first = Desk(tmp_path)
    first.save(10, 0.9)
    first.save(20, 0.5)
    second = Desk(tmp_path, step=20)
    assert second.keeper.last_good == "step-000000020.npz"
    second.save(30, 0.6)
    assert second.steps == [10, 20, 30]
    second.save(40, 0.6)
    assert second.steps == [10, 30, 40]


def test_what_a_resume_went_back_of_and_what_is_damaged_goes_first(tmp_path):
    first = Desk(tmp_path)
    for step, accuracy in ((10, 0.2), (20, 0.3), (30, 0.99), (40, 0.99)):
        first.save(step, accuracy, keep=9)
    (tmp_path / "step-000000020.npz").write_bytes(b"torn")
    second = Desk(tmp_path, step=10)
    assert second.keeper.last_good == "step-000000010.npz"
    second.save(15, 0.1, keep=3)
    assert second.steps == [10, 15, 40]
    assert second.keeper.last_good == "step-000000015.npz"


def test_other_files_and_a_folder_that_is_not_there(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "step-1.npz").write_text("mine")
    desk = Desk(tmp_path)
    desk.save(10, keep=1)
    assert len(list(tmp_path.iterdir())) == 3
    absent = Desk(tmp_path / "absent")
    assert absent.keeper.last_good is None
    with pytest.raises(Refused, match="absent"):
        absent.save(10)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_never_written(tmp_path, weight):
    desk = Desk(tmp_path)
    desk.save(10)
    with pytest.raises(Refused, match="not finite"):
        desk.save(20, weight=weight)
    assert desk.steps == [10]
    assert desk.keeper.last_good == "step-000000010.npz"


def test_one_deleted_by_somebody_else_is_no_trouble(tmp_path):
    desk = Desk(tmp_path)
    desk.save(10, keep=1)
    (tmp_path / "step-000000010.npz").unlink()
    desk.save(20, keep=1)
    assert desk.steps == [20]
    assert desk.told[-1] == {"event": "checkpoint_removed", "file": "step-000000010.npz"}


def test_minutes_count_from_the_last_checkpoint(tmp_path):
    desk = Desk(tmp_path)
    desk.now += 89
    assert not desk.keeper.is_due(1.5)
    desk.now += 1
    assert desk.keeper.is_due(1.5)
    assert not desk.keeper.is_due(0)
    desk.save(10)
    assert not desk.keeper.is_due(1.5)
    desk.now += 90
    assert desk.keeper.is_due(1.5)
