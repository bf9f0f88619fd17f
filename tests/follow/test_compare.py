"""What a comparison says of each session: settings, targets, energy, and curves on an axis."""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from recorded import Recording

from nanotrain_tui.follow.compare.read import RunReader, read_run
from nanotrain_tui.follow.compare.runs import (
    ComparedRun,
    Setting,
    _between,
    common_target,
    differences,
    metric_parts,
    primary_metric,
)
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.metrics import MetricPart
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Steps

EVALUATED = {10: 0.5, 20: 0.8, 30: 0.6, 40: 0.8}


def recording(home: Path, accuracies: dict[int, float] = EVALUATED, **keys: object) -> Recording:
    """40 steps, 10 a second, evaluated after each ten; 5 W all the time."""
    made = Recording(home, **keys).started()
    for step, accuracy in accuracies.items():
        made.steps(10)
        made.t = step / 10
        made.recorder.sample(made.t, step, {"source": "psutil", "power_total_mw": 5000})
        made.evaluated(loss=1 - accuracy, accuracy=accuracy)
    return made


def run_of(home: Path, accuracies: dict[int, float] = EVALUATED, **keys: object) -> ComparedRun:
    return read_run(recording(home, accuracies, **keys).finished())


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (Setting(0.1, 0.1, 0, None), "0.1"),
        (Setting(0.1, 0.2, 0, None), "0.1 -> 0.2 (edited)"),
        (Setting(0.1, 0.2, 1, 7), "0.1 -> 0.2 (edited at 7)"),
        (Setting(0.1, 0.2, 2, 7), "0.1 -> 0.2 (edited 2 times, last at 7)"),
        (Setting(0.1, 0.1, 2, 7), "0.1 (edited 2 times, last at 7)"),
        (Setting(None, 0.2, 1, 0), "- -> 0.2 (edited at 0)"),
        (Setting("", "", 0, None), "none"),
        (Setting(None, None, 0, None), "-"),
    ],
)
def test_a_setting_is_its_beginning_its_end_and_its_edits(setting: Setting, text: str) -> None:
    assert setting.text("optimizer.learning_rate") == text


def test_edits_are_counted_where_the_value_changed(tmp_path: Path) -> None:
    made = recording(tmp_path)
    for step, before, after in ((40, 0.0, 0.3), (40, 0.3, 0.3), (50, 0.3, 0.5)):
        made.steps(step - made.step)
        made.event("edited", who="ann@nano", changes={"model.dropout": [before, after]})
    found = read_run(made.finished())
    assert found.settings["model.dropout"] == Setting(0.0, 0.5, 2, 50)
    assert found.settings["train.steps"].edits == 0
    assert not [key for key in found.settings if key.startswith(("telemetry.", "guard."))]


def test_a_value_is_reached_by_the_first_evaluation_that_is_as_good(tmp_path: Path) -> None:
    found = run_of(tmp_path)
    best = found.best("accuracy")
    assert best is not None and best.step == 20, "the first of equals"
    reached = found.reached("accuracy", 0.8)
    assert reached is not None
    assert (reached.step, reached.own_steps, reached.time_s) == (20, 20, 2.0)
    assert reached.energy_j == pytest.approx(5.0), "a second between two readings"
    reached = found.reached("accuracy", 0.55)
    assert reached is not None and reached.step == 20
    assert found.reached("accuracy", 0.81) is None
    reached = found.reached("loss", 0.5)
    assert reached is not None and reached.step == 10
    least = found.best("loss")
    assert least is not None and least.step == 20


def test_a_fork_counts_its_own_steps(tmp_path: Path) -> None:
    fork = Recording(tmp_path, parent=("mnist-1", 500)).started().steps(20).evaluated()
    found = read_run(fork.finished())
    assert found.begins_at == 500
    reached = found.reached("accuracy", 0.9)
    assert reached is not None and (reached.step, reached.own_steps) == (520, 20)


def test_the_energy_until_a_time(tmp_path: Path) -> None:
    found = run_of(tmp_path)
    until = [found.energy_at(t) for t in (0.5, 1.0, 1.5, 2.0, 3.0, 9.0)]
    assert until == pytest.approx([0, 0, 0, 5, 10, 15])
    silent = read_run(Recording(tmp_path).started().steps(5).finished())
    assert silent.energy_at(1.0) is None


@pytest.mark.parametrize(
    ("axis", "place", "extent"),
    [("step", 20, (1, 40)), ("time", 1.01, (0.001, 3.01)), ("epoch", 20 / 600, (1 / 600, 1 / 15))],
)
def test_a_trace_along_an_axis(
    tmp_path: Path, axis: str, place: float, extent: tuple[float, float]
) -> None:
    trace = run_of(tmp_path).trace(MetricPart("accuracy", "test"), axis)
    assert trace.extent == pytest.approx(extent, rel=0.02)
    assert [mean for _, mean in trace.points] == [0.5, 0.8, 0.6, 0.8]
    assert trace.points[1][0] == pytest.approx(place, rel=0.02)


def test_a_step_between_two_known_times_has_the_time_between_them() -> None:
    known = [(10, 1.0), (20, 3.0), (40, 4.0)]
    found = [_between(known, step) for step in (5, 10, 15, 20, 35, 40, 99)]
    assert found == pytest.approx([1.0, 1.0, 2.0, 3.0, 3.75, 4.0, 4.0])
    assert _between([], 7) == 0.0


def test_only_epochs_begin_at_zero(tmp_path: Path) -> None:
    found = run_of(tmp_path)
    assert found._placing("epoch")(0) == 0.0 < found._placing("epoch")(1)
    assert found._placing("time")(0) == found._placing("time")(1) > 0.0


def test_what_is_not_the_same_in_all(tmp_path: Path) -> None:
    first = run_of(tmp_path)
    second = run_of(tmp_path, optimizer__learning_rate=0.5, data__name="digits")
    found = differences([first, second])
    assert found["optimizer.learning_rate"] == ["0.0001", "0.5"]
    assert "train.batch_size" not in found and "TensorFlow" not in found
    assert differences([first, first]) == {}


def test_the_curves_that_can_be_compared(tmp_path: Path) -> None:
    runs = [run_of(tmp_path), run_of(tmp_path)]
    primary = primary_metric(runs)
    assert primary is not None and primary.name == "accuracy"
    keys = metric_parts(runs)
    assert keys[0] == MetricPart("accuracy", "test") and keys[1] == MetricPart("loss", "test")
    assert keys[2] == MetricPart("accuracy", "training")
    assert primary_metric([]) is None and metric_parts([]) == []


@pytest.mark.parametrize(
    ("metric", "best", "target"),
    [
        ("accuracy", (0.8, 0.9), 0.8), ("accuracy", (0.829, 0.9), 0.82), ("accuracy", (1.0,), 1.0),
        ("loss", (0.8, 0.9), 0.2), ("loss", (0.877, 0.9), 0.13), ("accuracy", (0.0, 0.5), 0.0),
    ],
)  # fmt: skip
def test_a_target_that_all_reached(
    tmp_path: Path, metric: str, best: tuple[float, ...], target: float
) -> None:
    runs = [run_of(tmp_path, {10: 0.0, 20: accuracy, 30: 0.0}) for accuracy in best]
    found = common_target(runs, metric)
    assert found == pytest.approx(target)
    assert found is not None and all(one.reached(metric, found) for one in runs)


def test_no_target_where_nothing_was_evaluated(tmp_path: Path) -> None:
    silent = read_run(Recording(tmp_path).started().steps(5).finished())
    assert common_target([silent], "accuracy") is None
    assert common_target([silent, run_of(tmp_path)], "accuracy") == pytest.approx(0.8)
    lost = run_of(tmp_path, {10: math.nan})
    assert lost.best("accuracy") is None


def test_a_damaged_recording_says_why(tmp_path: Path) -> None:
    folder = Recording(tmp_path).started().finished()
    Path(folder.recording).write_bytes(b"nothing")
    with pytest.raises(RecordingError):
        read_run(folder)


# --- reading it again -----------------------------------------------------------------------


def same(one: ComparedRun, other: ComparedRun) -> None:
    """Both have the same curves, evaluations, settings and results."""
    assert repr(one.window) == repr(other.window)  # the mean of an empty bin is NaN
    assert list(one.evaluations) == list(other.evaluations)
    assert one.settings == other.settings
    assert one.energy == other.energy
    assert one.metrics == other.metrics
    assert one.marks == other.marks
    unlike = {"spark": [], "energy_j": None}  # of the spark only the list of sessions makes use
    assert one.summary._replace(**unlike) == other.summary._replace(**unlike)
    assert one.summary.energy_j == pytest.approx(other.summary.energy_j)


def test_what_is_read_bit_by_bit_is_what_is_read_at_once(tmp_path: Path) -> None:
    made = Recording(tmp_path)
    with made.alive():
        reader = RunReader(made.folder)
        reader.read()
        made.started()
        for step in range(10, 90, 10):
            made.steps(10, chunk=4)
            made.t = step / 10
            made.recorder.sample(made.t, step, {"source": "psutil", "power_total_mw": 5000 + step})
            if step == 40:
                made.event("edited", who="ann@nano", changes={"model.dropout": [0.0, 0.3]})
                made.event("checkpoint", file="one")
                made.event("checkpoint", file="two")
            if step == 60:
                made.event("checkpoint_removed", file="one")
                made.event("paused", who="ann@nano")
            made.evaluated(loss=1 - step / 100, accuracy=step / 100)
            made.recorder.commit()
            same(reader.read(), read_run(made.folder))
        assert reader.read() is reader.read(), "nothing is new"
    made.finished()
    last = reader.read()
    assert last.summary.state == "finished"
    assert [(one.step, one.kind) for one in last.marks] == [
        (40, "edited"), (40, "checkpoint"), (60, "paused"),
    ]  # fmt: skip
    assert last.marks[0].text == "dropout off → 0.3 by ann@nano"
    same(last, read_run(made.folder))
    reader.close()


def test_only_what_is_new_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = recording(tmp_path)
    read: list[int] = []
    rows = SessionReader.read_steps

    def counted(self: SessionReader, metric: str, first: int, last: int) -> list[Steps]:
        found = rows(self, metric, first, last)
        read.extend(len(one.values) for one in found)
        return found

    monkeypatch.setattr(SessionReader, "read_steps", counted)
    with made.alive():
        made.recorder.commit()
        reader = RunReader(made.folder)
        reader.read()
        read.clear()
        made.steps(5)
        assert reader.read().curve(MetricPart("loss")).end == 45
        reader.close()
    assert sum(read) == 5 * 3, "the steps that are new, of three metrics"


def test_a_resume_is_read_from_its_start(tmp_path: Path) -> None:
    made = recording(tmp_path)
    with made.alive():
        made.recorder.commit()
        reader = RunReader(made.folder)
        assert reader.read().summary.step == 40
        made.begin(20, resumed_from="step-20")
        made.started().steps(3).evaluated(accuracy=0.1)
        made.recorder.commit()
        found = reader.read()
        assert [one.text for one in found.marks] == ["resumed from step 20"]
        assert found.summary.step == 23 and [one.step for one in found.evaluations] == [10, 20, 23]
        same(found, read_run(made.folder))
        reader.close()


def test_the_board_is_the_one_that_trained_last(tmp_path: Path) -> None:
    made = recording(tmp_path)
    for board in ("Jetson Nano", "Orin NX"):
        made.recorder.commit()
        last = made.folder.recording
        with closing(sqlite3.connect(last)) as file, file:
            environment = json.dumps({"board": board})
            file.execute("UPDATE segments SET environment = ?", (environment,))
        assert read_run(made.folder).board == board


def test_a_host_that_was_killed_is_seen(tmp_path: Path) -> None:
    made = recording(tmp_path)
    with made.alive():
        made.recorder.commit()
        reader = RunReader(made.folder)
        assert reader.read().summary.state == "running"
    assert reader.read().summary.state == "interrupted"
    reader.close()


def test_events_are_on_every_axis(tmp_path: Path) -> None:
    made = recording(tmp_path)
    made.event("paused", who="ann@nano")
    found = read_run(made.finished())
    assert [(x, mark.kind) for x, mark in found.events("step")] == [(40.0, "paused")]
    assert [x for x, _ in found.events("time")] == [4.0]
    assert [x for x, _ in found.events("epoch")] == pytest.approx([40 * 100 / 60000], rel=0.01)


def test_a_learning_rate_is_held_and_a_result_is_not(tmp_path: Path) -> None:
    found = run_of(tmp_path)
    assert found.trace(MetricPart("learning_rate"), "step").held
    assert not found.trace(MetricPart("loss"), "step").held, "also if it changes seldom"
    assert not found.trace(MetricPart("accuracy", "test"), "step").held
