"""Which checkpoints stay."""

import io
import json

import numpy as np
import pytest

from nanotrain_tui.trainer.checkpoints.files import Checkpoint, Evaluation
from nanotrain_tui.trainer.checkpoints.manager import CheckpointManager, files_of
from nanotrain_tui.trainer.protocol import Events
from nanotrain_tui.trainer.settings import Refused


def made(step, accuracy=None, loss=1.0, weight=1.0):
    tested = None if accuracy is None else Evaluation(step, {"loss": loss, "accuracy": accuracy})
    state = {"weight_0": np.full(3, weight, np.float32)}
    return Checkpoint(state, step, 0, 0, 0, {}, {}, tested)


class Desk:
    """A checkpoint manager, its clock and its events."""

    def __init__(self, folder, step=0, recorded=None):
        self.now, self._stream, self.folder = 100.0, io.BytesIO(), folder
        files = files_of(str(folder), step, recorded)
        self.manager = CheckpointManager(
            str(folder), Events(self._stream), files, clock=lambda: self.now
        )

    def save(self, step, accuracy=None, loss=1.0, keep=2, weight=1.0):
        self.manager.save(made(step, accuracy, loss, weight), keep)

    def test(self, step, accuracy, loss=1.0, weight=1.0):
        """An evaluation came to this."""
        saved = made(step, accuracy, loss, weight)
        self.manager.hold_if_best(saved.tested, lambda: saved)

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


def test_the_first_of_equals_is_the_best(tmp_path):
    desk = Desk(tmp_path)
    for step, loss in ((10, 0.5), (20, 0.3), (30, 0.3)):
        desk.save(step, 0.9, loss, keep=1)
    desk.test(35, 0.9)
    assert desk.manager.held_step is None
    assert desk.steps == [10, 30]


@pytest.mark.parametrize(
    ("loss", "accuracy"), [(np.nan, 0.99), (np.inf, 0.99), (0.1, np.nan), (0.1, np.inf)]
)
def test_a_diverged_evaluation_is_never_the_best(tmp_path, loss, accuracy):
    desk = Desk(tmp_path)
    desk.save(10, 0.2)
    desk.save(20, accuracy, loss)
    desk.test(30, accuracy, loss)
    desk.test(40, 0.5, weight=np.inf)
    assert desk.manager.held_step is None
    assert [(event["step"], event["best"]) for event in desk.told] == [(10, True), (20, False)]
    assert desk.told[-1]["score"] is None
    assert desk.told[-1]["tested"]["step"] == 20


def test_what_the_record_is_told_of_an_evaluation(tmp_path):
    desk = Desk(tmp_path)
    desk.save(10, 0.5, 2.0)
    desk.save(20)
    first, second = desk.told
    assert first["tested"] == {"step": 10, "metrics": {"loss": 2.0, "accuracy": 0.5}}
    assert first["score"] == {"metric": "accuracy", "value": 0.5}
    assert first["accuracy"] == 0.5
    assert second["tested"] is second["score"] is None
    assert "accuracy" not in second


def test_the_best_waits_in_memory_and_is_written_once_a_minute(tmp_path):
    desk = Desk(tmp_path)
    for step in range(1, 60):
        desk.now += 1.5
        desk.test(step, step / 100)
        if desk.manager.best_is_due:
            desk.manager.write_best(2)
    assert desk.steps == [40]
    assert desk.manager.held_step == 59
    desk.manager.write_best(2)
    assert desk.steps == [40, 59]
    assert not desk.manager.best_is_due
    written = [event for event in desk.told if event["event"] == "checkpoint"]
    assert [(event["step"], event["held"], event["best"]) for event in written] == [
        (40, True, True), (59, True, True)
    ]  # fmt: skip


def test_a_better_one_takes_the_place_of_the_one_that_waits(tmp_path):
    desk = Desk(tmp_path)
    desk.test(10, 0.5)
    desk.test(20, 0.4)
    assert desk.manager.held_step == 10
    desk.test(30, 0.6)
    assert desk.manager.held_step == 30
    held = [event["step"] for event in desk.told if event["event"] == "held"]
    assert held == [10, 30]


def test_there_is_one_copy_at_most(tmp_path):
    desk = Desk(tmp_path)
    desk.test(10, 0.5)

    def copy():
        assert desk.manager.held_step is None
        return made(20, 0.6)

    desk.manager.hold_if_best(Evaluation(20, {"loss": 1.0, "accuracy": 0.6}), copy)
    assert desk.manager.held_step == 20


@pytest.mark.parametrize(("accuracy", "waits"), [(0.5, None), (0.6, None), (0.4, 10), (None, 10)])
def test_a_checkpoint_as_good_as_the_one_that_waits_takes_its_place(tmp_path, accuracy, waits):
    desk = Desk(tmp_path)
    desk.test(10, 0.5)
    desk.save(20, accuracy)
    assert desk.manager.held_step == waits


def test_the_best_of_earlier_segments_has_to_be_beaten(tmp_path):
    first = Desk(tmp_path)
    first.save(10, 0.9)
    first.save(30, 0.95)
    second = Desk(tmp_path, step=20)  # step 30 is run again
    second.test(25, 0.9)
    assert second.manager.held_step is None
    second.test(28, 0.92)
    assert second.manager.held_step == 28
    second.manager.write_best(2)
    assert second.told[-2]["best"] is True
    assert second.steps == [10, 28]


def test_a_file_that_a_power_cut_left_off_the_record_is_not_the_best(tmp_path):
    first = Desk(tmp_path)
    first.save(10, 0.5)
    first.save(20, 0.9)
    second = Desk(tmp_path, step=20, recorded=["step-000000010.npz"])
    second.test(25, 0.6)
    assert second.manager.held_step == 25


def test_without_a_folder_none_waits(tmp_path):
    manager = CheckpointManager(None, Events(io.BytesIO()))
    manager.hold_if_best(
        Evaluation(1, {"loss": 1.0, "accuracy": 0.5}), lambda: pytest.fail("a copy was made")
    )
    assert manager.held_step is None


def test_a_best_that_cannot_be_written_waits_on(tmp_path):
    desk = Desk(tmp_path / "absent")
    desk.test(10, 0.5)
    desk.now += 60
    assert desk.manager.best_is_due
    with pytest.raises(Refused, match="absent"):
        desk.manager.write_best(2)
    assert desk.manager.held_step == 10
    assert not desk.manager.best_is_due


def test_without_an_evaluation_none_is_the_best(tmp_path):
    desk = Desk(tmp_path)
    desk.save(10)
    desk.save(20, keep=1)
    assert desk.steps == [20]
    assert [event["best"] for event in desk.told if "best" in event] == [False, False]


def test_those_of_earlier_segments_count(tmp_path):
    first = Desk(tmp_path)
    first.save(10, 0.9)
    first.save(20, 0.5)
    second = Desk(tmp_path, step=20)
    assert second.manager.last_good == "step-000000020.npz"
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
    assert second.manager.last_good == "step-000000010.npz"
    second.save(15, 0.1, keep=3)
    assert second.steps == [10, 15, 40]
    assert second.manager.last_good == "step-000000015.npz"


def test_other_files_and_a_folder_that_is_not_there(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "step-1.npz").write_text("mine")
    desk = Desk(tmp_path)
    desk.save(10, keep=1)
    assert len(list(tmp_path.iterdir())) == 3
    absent = Desk(tmp_path / "absent")
    assert absent.manager.last_good is None
    with pytest.raises(Refused, match="absent"):
        absent.save(10)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_never_written(tmp_path, weight):
    desk = Desk(tmp_path)
    desk.save(10)
    with pytest.raises(Refused, match="not finite"):
        desk.save(20, weight=weight)
    assert desk.steps == [10]
    assert desk.manager.last_good == "step-000000010.npz"


def test_one_deleted_by_somebody_else_is_no_trouble(tmp_path):
    desk = Desk(tmp_path)
    desk.save(10, keep=1)
    (tmp_path / "step-000000010.npz").unlink()
    desk.save(20, keep=1)
    assert desk.steps == [20]
    assert desk.told[-1] == {"event": "checkpoint_removed", "file": "step-000000010.npz"}


def test_a_checkpoint_that_cannot_be_written_is_due_again_in_time(tmp_path):
    """Not at once: the network is evaluated before each try."""
    desk = Desk(tmp_path / "absent")
    desk.now += 90
    assert desk.manager.is_due(1.5)
    with pytest.raises(Refused, match="absent"):
        desk.save(10)
    assert not desk.manager.is_due(1.5)
    desk.now += 90
    assert desk.manager.is_due(1.5)


def test_minutes_count_from_the_last_checkpoint(tmp_path):
    desk = Desk(tmp_path)
    desk.now += 89
    assert not desk.manager.is_due(1.5)
    desk.now += 1
    assert desk.manager.is_due(1.5)
    assert not desk.manager.is_due(0)
    desk.save(10)
    assert not desk.manager.is_due(1.5)
    desk.now += 90
    assert desk.manager.is_due(1.5)
