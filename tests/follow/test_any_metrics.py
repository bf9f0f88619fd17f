"""Metrics with any names are recorded, verified, read and folded without a change."""

from __future__ import annotations

import contextlib
import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_sessions import STEADY
from recorded import Recording, bytes_of

from nanotrain_tui.follow.compare.read import read_run
from nanotrain_tui.follow.compare.runs import common_target, metric_parts
from nanotrain_tui.follow.curves import NO_CURVE
from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.follow.window import read_window
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import (
    MOST_METRICS,
    Metric,
    MetricPart,
    declaration_of,
    is_metric_name,
)
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.session.summary import summarise

pytestmark = pytest.mark.slow

NAMES = st.sampled_from(
    ["loss", "mae", "Mean error (°C)", "test_loss", "iou", "x" * 120]
) | st.text(min_size=1, max_size=8).filter(is_metric_name)
VALUES = st.sampled_from([0.0, 0.5, -2.0, 1e30, math.nan, math.inf, -math.inf])
METRICS = st.builds(
    Metric,
    NAMES,
    st.just("a title"),
    st.sampled_from(["", "ms"]),
    st.sampled_from(["up", "down", None]),
    st.sampled_from(["percent", "number"]),
    st.sampled_from([("training",), ("training", "test"), ("validation",)]),
    st.sampled_from(["step", "epoch"]),
)
PARTS = st.sampled_from(["test", "validation", "fold 3"])
ROWS = st.tuples(st.just("row"), NAMES, st.integers(0, 3), st.lists(VALUES, min_size=1, max_size=9))
ACTS = st.one_of(
    ROWS,
    ROWS,
    st.tuples(st.just("evaluated"), st.dictionaries(NAMES, VALUES, min_size=1), PARTS),
    st.tuples(st.just("started"), st.lists(METRICS, max_size=3)),
    st.tuples(st.just("resumed"), st.floats(0, 1)),
    st.tuples(st.just("commit")),
)


class Told:
    """Records actions, and keeps their expected result in plain Python."""

    def __init__(self, home: Path) -> None:
        self.recording = Recording(home)
        self.values: dict[MetricPart, dict[int, float]] = {}
        self._ends: dict[str, int] = {}
        self._from_step = 0

    def row(self, name: str, gap: int, values: list[float]) -> None:
        first = self._ends.get(name, self._from_step) + 1 + gap
        last = self._ends[name] = first + len(values) - 1
        recording = self.recording
        end = recording.t + 0.25
        data = bytes_of({name: values})
        recording.recorder.steps(first, len(values), recording.t, end, data)
        recording.t, recording.step = end, max(recording.step, last)
        kept = self.values.setdefault(MetricPart(name), {})
        kept.update(zip(range(first, last + 1), values, strict=True))

    def evaluated(self, values: dict[str, float], part: str) -> None:
        self.recording.event("evaluated", metrics=values, on=part)
        for name, value in values.items():
            self.values.setdefault(MetricPart(name, part), {})[self.recording.step] = value

    def started(self, declared: list[Metric]) -> None:
        self.recording.started(metrics=declaration_of(declared))

    def resumed(self, fraction: float) -> None:
        self._from_step = int(self.recording.step * fraction)
        self.recording.begin(from_step=self._from_step)
        self._ends.clear()
        for kept in self.values.values():
            for step in [step for step in kept if step > self._from_step]:
                del kept[step]

    def commit(self) -> None:
        self.recording.recorder.commit()


def state_of(folder: SessionFolder) -> RunState:
    with contextlib.closing(Follower(LocalSource(folder.path))) as follower:
        return follower.follow()


def same(one: float | None, other: float) -> bool:
    return one is not None and (one == pytest.approx(other) or (one != one and other != other))


@given(st.lists(ACTS, max_size=12))
@settings(STEADY, deadline=None, max_examples=40)
def test_any_metrics_come_back_as_they_were_given(acts: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        report = Told(Path(home))
        for act in acts:
            getattr(report, act[0])(*act[1:])
        live = state_of(report.recording.folder)
        folder = report.recording.finished()
        assert verify_file(folder.recording, foreign=True).problems == []
        state = state_of(folder)
        assert live.curves.keys() <= state.curves.keys() and live.step <= state.step
        with SessionReader(folder) as reader:
            for key, values in report.values.items():
                check_curve(state, reader, key, values)
            assert reader.known_metrics() == state.metrics
            assert reader.position()[0] == state.step == report.recording.step
            replay = Replay(reader, lambda: 0.0)
            replay.seek_time(replay.end_t)
            assert repr(replay.state().curves) == repr(state.curves)
        assert set(summarise(folder).metrics) == {
            key.metric for key in report.values if key.part != "training" and report.values[key]
        } - {one.name for one in state.metrics if not counts(report, one)}


def counts(report: Told, metric: Metric) -> bool:
    """Whether there is an evaluation of the part that the list of sessions shows."""
    return bool(report.values.get(MetricPart(metric.name, metric.shown_of)))


def check_curve(
    state: RunState, reader: SessionReader, key: MetricPart, values: dict[int, float]
) -> None:
    curve = state.curve(*key)
    not_finite = sum(one.total for one in curve.not_finite.values())
    finite = [value for value in values.values() if math.isfinite(value)]
    if key.part == "training":  # of an evaluation that was repeated both values are in the curve
        assert sum(curve.counts) + not_finite == len(values)
    if values:
        assert same(curve.last, values[max(values)]) and curve.end == max(values)
        if key.part == "training":
            assert read_window(reader, 1, 10**6).curve(*key).end == max(values)
    else:
        assert not curve
    if finite and key.part == "training":
        assert same(curve.low, min(finite)) and same(curve.high, max(finite))
    if key.part == "training":
        rows = reader.metric_series(key.metric)
        assert {
            row.first_step + i: repr(value) for row in rows for i, value in enumerate(row.values)
        }.keys() == values.keys()


def test_the_number_of_curves_is_limited_with_a_notice(tmp_path: Path) -> None:
    report = Told(tmp_path)
    for number in range(MOST_METRICS + 3):
        report.row(f"metric {number:03}", 0, [1.0])
    state = state_of(report.recording.finished())
    assert len(state.curves) == len(state.metrics) == MOST_METRICS and state.step == 1
    assert state.curve("metric 066") is NO_CURVE
    (notice,) = state.notices
    assert f"first {MOST_METRICS} metrics" in notice


def test_speed_and_times_need_no_loss(tmp_path: Path) -> None:
    report = Told(tmp_path)
    report.started([Metric("score", "Score", better="up", on=("training", "test"))])
    for _ in range(40):
        report.row("score", 0, [0.5] * 10)
    report.commit()
    with report.recording.alive():
        state = state_of(report.recording.folder)
    assert state.step == 400 and state.samples_per_s == pytest.approx(4000, rel=0.01)
    with SessionReader(report.recording.finished()) as reader:
        window = read_window(reader, 101, 200)
    assert window.times.last == pytest.approx(5.0) and window.times.end == 200
    assert window.epochs.last == pytest.approx(200 * 100 / 60000)


def test_a_divergence_of_any_metric_ends_with_a_finite_value_of_it(tmp_path: Path) -> None:
    report = Told(tmp_path)
    report.row("mae", 0, [math.nan])
    report.recording.event("diverged", metric="mae", value="nan", policy="continue")
    report.row("iou", 1, [0.5])
    report.commit()
    diverged = state_of(report.recording.folder).diverged
    assert diverged is not None and (diverged.metric, diverged.value) == ("mae", "nan")
    report.row("mae", 0, [1.0])
    assert state_of(report.recording.finished()).diverged is None


def test_sessions_compare_by_what_they_report(tmp_path: Path) -> None:
    found = []
    for best in (0.72, 0.6512):
        report = Told(tmp_path)
        report.started([
            Metric("mae", "MAE", better="down", on=("training", "test")),
            Metric("iou", "IoU", better="up", format="percent", on=("test",)),
        ])  # fmt: skip
        for value in (best / 2, best, best / 3):
            report.row("mae", 0, [1.0 / value])
            report.evaluated({"mae": 1.0 / value, "iou": value}, "test")
        found.append(read_run(report.recording.finished()))
    texts = [key.text for key in metric_parts(found)]
    assert texts == ["test_iou", "test_mae", "mae"]
    assert common_target(found, "iou") == 0.65 and common_target(found, "mae") == 1.6
    first = found[0]
    reached = first.reached("iou", 0.65)
    assert reached is not None and reached.step == 2
    assert first.best("mae") == first.best("iou") == first.evaluations[1]
