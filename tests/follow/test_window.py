"""A window has exactly the requested steps, in small bins."""

import math
from pathlib import Path

import pytest
from recorded import Recording, accuracy_at, loss_at, tutorial_run

from nanotrain_tui.follow.series import Curve
from nanotrain_tui.follow.window import read_window
from nanotrain_tui.session.recording.reader import SessionReader


def points(curve: Curve) -> dict[int, float]:
    """The means of the bins with values, by the first x of each."""
    return {
        curve.start + i * curve.width: mean for i, mean in enumerate(curve.means) if curve.counts[i]
    }


def test_a_small_window_has_a_bin_for_every_step(tmp_path: Path) -> None:
    with SessionReader(tutorial_run(tmp_path)) as reader:
        window = read_window(reader, 150, 250)
    loss = window.curve("loss")
    assert (loss.start, loss.width, loss.end) == (150, 1, 250)
    assert points(loss) == pytest.approx({step: loss_at(step) for step in range(150, 251)})
    assert points(window.curve("accuracy", "test")) == pytest.approx({201: accuracy_at(201)})
    with SessionReader(tutorial_run(tmp_path)) as reader:
        accuracy = read_window(reader, 1, 150).curve("accuracy", "test")
    assert points(accuracy) == pytest.approx({1: 0.1, 101: accuracy_at(101)})
    assert points(window.times)[200] == pytest.approx(0.2, abs=0.03)
    assert points(window.epochs)[200] == pytest.approx(200 * 100 / 60000)


@pytest.mark.parametrize(("bins", "piece"), [(16, 1000), (64, 1), (64, 64), (512, 333)])
def test_a_window_of_all_steps_is_the_whole_session(
    tmp_path: Path, bins: int, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nanotrain_tui.follow.window.PIECE_STEPS", piece)
    with SessionReader(tutorial_run(tmp_path)) as reader:
        window = read_window(reader, 0, 10**9, bins)
    loss = window.curve("loss")
    assert len(loss.counts) <= bins and sum(loss.counts) == 1000
    assert (loss.high, loss.last) == (pytest.approx(loss_at(1)), pytest.approx(loss_at(1000)))
    times = list(points(window.times).values())
    assert times == sorted(times) and times[-1] == pytest.approx(1.0)


def test_a_window_beyond_the_end_is_empty(tmp_path: Path) -> None:
    with SessionReader(tutorial_run(tmp_path)) as reader:
        window = read_window(reader, 2000, 3000)
    assert not any(window.curves.values()) and not any(window.gauges.values())
    assert not window.times and not window.epochs


def test_after_a_resume_each_step_counts_once_and_edits_change_the_epochs(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started().steps(200)
    recording.begin(from_step=100)
    recording.started().steps(50, losses={120: math.nan})
    recording.event("edited", changes={"train.batch_size": [100, 50]})
    recording.steps(50)
    with SessionReader(recording.finished()) as reader:
        window = read_window(reader, 1, 300)
    loss = window.curve("loss")
    assert sum(loss.counts) == 199 and loss.end == 200
    assert [(one.nan, one.first, one.last) for one in loss.not_finite.values()] == [(1, 120, 120)]
    epochs = points(window.epochs)
    assert epochs[150] == pytest.approx(150 * 100 / 60000)
    assert epochs[200] == pytest.approx((150 * 100 + 50 * 50) / 60000)


def test_gauges_are_cut_to_the_time_the_steps_took(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    for power_mw in range(1000, 11000, 1000):
        recording.steps(100, chunk=100)
        recording.t += 0.4
        recording.recorder.sample(recording.t, recording.step, {"power_total_mw": power_mw})
        recording.t += 0.5
    with SessionReader(recording.finished()) as reader:
        window = read_window(reader, 301, 600)
    power = window.gauges["power"]
    assert power.start == 3 and points(power) == {3: 4.0, 4: 5.0}
    assert not window.gauges["gpu_load"]
