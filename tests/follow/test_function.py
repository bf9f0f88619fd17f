"""The network's function in the recording: read, followed, kept over resumes, distrusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from batches import Rows, batch_of
from recorded import Recording

from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.function import Function, function_of
from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.session.recording.needed_schema import ANY_METRICS, NeededSchema
from nanotrain_tui.session.recording.reader import SessionReader

AXIS = {"name": "x", "low": -1.0, "high": 1.0, "points": 3}
GRID: dict[str, Any] = {
    "axes": [AXIS], "truth": [0.0, 1.0, 0.0], "samples": [[-0.5, 0.4], [0.5, 0.6]],
}  # fmt: skip
DATA = {"name": "curve", "train": 2, "test": 1, "shape": [1], "grid": GRID}


def started(data: dict[str, Any] = DATA) -> Rows:
    return Rows().segment().event("configured", config={}).event("started", steps=9, data=data)


def evaluated(rows: Rows, outputs: Any) -> Rows:
    return rows.steps([1.0] * 2).event("evaluated", loss=1.0, outputs=outputs)


def function_in(rows: Rows) -> Function | None:
    fold = Fold("curve-1")
    fold.add(batch_of(rows))
    return fold.state().function


def test_the_last_evaluation_counts() -> None:
    assert function_in(Rows().begin()) is None
    found = function_in(started())
    assert found is not None and (found.outputs, found.step) == ((), 0)
    assert found.truth == (0.0, 1.0, 0.0) and found.samples[0] == (-0.5, 0.4)
    found = function_in(evaluated(evaluated(started(), [1, 2, 3]), [4, 5.5, "nan"]))
    assert found is not None and found.step == 4
    assert found.outputs[:2] == (4.0, 5.5) and found.outputs[2] != found.outputs[2]


@pytest.mark.parametrize("outputs", [None, [], [1, 2], [1, 2, 3, 4], ["a", 1, 2], "abc", 7])
def test_outputs_for_other_points_are_ignored(outputs: Any) -> None:
    found = function_in(evaluated(evaluated(started(), [1, 2, 3]), outputs))
    assert found is not None and (found.outputs, found.step) == ((1.0, 2.0, 3.0), 2)


def test_a_resume_keeps_outputs_of_steps_before_it_only() -> None:
    rows = evaluated(started(), [1, 2, 3])
    for from_step, kept in ((2, True), (1, False)):
        again = Rows()
        again.extend(rows)
        again.t, again.step = rows.t, rows.step
        again.segment(from_step).event("configured", config={})
        again.event("started", steps=9, data=DATA)
        found = function_in(again)
        assert found is not None and bool(found.outputs) is kept


@pytest.mark.parametrize(
    "grid",
    [
        None,
        7,
        {},
        {"axes": []},
        {"axes": [AXIS] * 3},
        {"axes": [{**AXIS, "points": 1}]},
        {"axes": [{**AXIS, "points": 10**9}]},
        {"axes": [{**AXIS, "low": 1.0}]},
        {"axes": [{**AXIS, "high": "nan"}]},
        {"axes": [{**AXIS, "high": "inf"}]},
        {"axes": [{"low": -1.7e308, "high": 1.7e308, "points": 3}]},
    ],
)
def test_a_grid_that_cannot_be_drawn_is_none(grid: Any) -> None:
    assert function_of({"grid": grid}) is None


def test_what_is_wrong_in_a_grid_is_left_out() -> None:
    grid = {"axes": [AXIS], "truth": [1.0], "samples": [[1], [0.0, "nan"], "ab", [0.5, 2]]}
    found = function_of({"grid": grid})
    assert found is not None and found.truth == () and found.samples == ((0.5, 2.0),)


def test_a_replay_shows_the_outputs_of_its_position(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    seen: dict[int, tuple[float, ...]] = {}
    with recording.alive():
        recording.event("configured", config={})
        recording.event("started", steps=90, data=DATA)
        for value in (0.1, 0.2, 0.3):
            recording.steps(10)
            recording.event("evaluated", loss=value, outputs=[value] * 3)
            seen[recording.step] = (value,) * 3
        recording.event("finished")
    with SessionReader(recording.close()) as reader:
        replay = Replay(reader, lambda: 0.0)
        for step in (20, 10, 30, 10):
            replay.seek_step(step)
            function = replay.state().function
            assert function is not None and function.outputs == seen[step]


def test_recordings_of_a_function_need_schema_2_for_their_metrics() -> None:
    declared = {"rmse": {"title": "RMSE", "better": "down", "on": ["test"]}}
    body = {"steps": 1, "data": DATA, "metrics": declared}
    assert NeededSchema().of_event("started", body) == ANY_METRICS
