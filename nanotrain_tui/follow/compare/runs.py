"""Compared sessions: their settings, their results, and what these took."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from nanotrain_tui.catalog import format_value
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.not_finite_ranges import in_words
from nanotrain_tui.follow.run_state import Mark
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.follow.trace import Trace, steps_of, trace_of_curve, trace_of_values
from nanotrain_tui.session.metrics import (
    DOWN,
    PERCENT,
    TRAINING,
    Metric,
    MetricPart,
    Metrics,
)
from nanotrain_tui.session.recording.records import Evaluation
from nanotrain_tui.session.summary import SessionSummary

AXES = ("step", "time", "epoch")


class Setting(NamedTuple):
    """A value of the configuration at the start and at the end of a session."""

    start: Any  # None if the key did not apply to the other choices
    now: Any
    edits: int  # the number of edits of it, including those that were undone
    last_edit: int | None  # the step after which it was edited last

    def text(self, key: str) -> str:
        """The value of ``key``: ``0.001``, or ``0.001 -> 0.0005 (edited at 400)``."""
        if not self.edits and self.start == self.now:
            return _value_text(key, self.now)
        often = f"{self.edits} times, last " if self.edits > 1 else ""
        at = f" {often}at {self.last_edit}" if self.last_edit is not None else ""
        both = (
            _value_text(key, self.now)
            if self.start == self.now
            else f"{_value_text(key, self.start)} -> {_value_text(key, self.now)}"
        )
        return f"{both} (edited{at})"


@dataclass(frozen=True)
class Reached:
    """What a session took to reach a value of a metric."""

    step: int
    own_steps: int  # without the steps of a fork's parent
    time_s: float  # session time
    energy_j: float | None  # None where no power was recorded


_MISSING = Setting(None, None, 0, None)


@dataclass(frozen=True)
class ComparedRun:
    """One session of a comparison."""

    name: str
    summary: SessionSummary
    settings: Mapping[str, Setting]  # by key, without those of the machine
    metrics: Metrics
    evaluations: Sequence[Evaluation]
    energy: Sequence[tuple[float, float]]  # (session time in seconds, joules until then)
    marks: Sequence[Mark]  # the events that charts mark, by step
    window: WindowCurves  # of the whole session
    tensorflow: str | None
    board: str | None

    @property
    def begins_at(self) -> int:
        """The step of the checkpoint that a fork began from; 0 for other sessions."""
        return self.summary.step - self.summary.own_steps

    def best(self, metric: str) -> Evaluation | None:
        """The evaluation with the best value of a metric; the first one of several equal ones."""
        best: Evaluation | None = None
        for one in self._evaluations_of(metric):
            value = one.metrics[metric]
            if math.isfinite(value) and (
                best is None or self.metrics.get(metric).is_better(value, best.metrics[metric])
            ):
                best = one
        return best

    def reached(self, metric: str, value: float) -> Reached | None:
        """When a metric reached ``value`` or a better one for the first time; None if never."""
        known = self.metrics.get(metric)
        for one in self._evaluations_of(metric):
            found = one.metrics[metric]
            if found == value or known.is_better(found, value):
                own = one.step - self.begins_at
                return Reached(one.step, own, one.t, self.energy_at(one.t))
        return None

    def _evaluations_of(self, metric: str) -> Iterator[Evaluation]:
        part = self.metrics.get(metric).shown_of
        return (one for one in self.evaluations if one.on == part and metric in one.metrics)

    def energy_at(self, t: float) -> float | None:
        """The joules until a session time in seconds; None if no power was recorded."""
        until = [joules for at, joules in self.energy if at <= t]
        return until[-1] if until else (0.0 if self.energy else None)

    def curve(self, key: MetricPart) -> Curve:
        """A metric on one part of the data over steps."""
        return self.window.curve(*key)

    def events(self, axis: str) -> list[tuple[float, Mark]]:
        """The events and their places on ``axis``, one of AXES; times are in seconds."""
        place = self._placing(axis)
        return [(mark.t if axis == "time" else place(mark.step), mark) for mark in self.marks]

    def trace(self, key: MetricPart, axis: str) -> Trace:
        """A metric on one part of the data over ``axis``, one of AXES; times are in seconds."""
        place, curve = self._placing(axis), self.curve(key)
        first, last = steps_of(self.window.curves.values())  # the same for every metric
        extent = place(first), place(last)
        if key.part == TRAINING:
            held = not self.metrics.get(key.metric).is_result and curve.jumps
            curve = curve.stepped() if held else curve
            return trace_of_curve(curve, place)._replace(extent=extent, held=held)
        values = [
            (one.step, one.metrics[key.metric])
            for one in self.evaluations
            if one.on == key.part and key.metric in one.metrics
        ]
        return trace_of_values(values, place)._replace(note=in_words(curve), extent=extent)

    def _placing(self, axis: str) -> Callable[[int], float]:
        """A function from a step to its place on the axis."""
        if axis == "step":
            return float
        curve = self.window.times if axis == "time" else self.window.epochs
        known = [(0, 0.0)] if axis == "epoch" else []
        known += [
            (min(curve.end, curve.start + (i + 1) * curve.width - 1), curve.means[i])
            for i in range(len(curve.counts))
            if curve.counts[i]
        ]
        return lambda step: _between(known, step)


def differences(runs: Sequence[ComparedRun]) -> dict[str, list[str]]:
    """The settings that are not equal in all sessions: for each key the texts of their values."""
    found: dict[str, list[str]] = {}
    for key in dict.fromkeys(key for one in runs for key in one.settings):
        values = [one.settings.get(key, _MISSING).text(key) for one in runs]
        if len(set(values)) > 1:
            found[key] = values
    columns: Mapping[str, Callable[[ComparedRun], str]] = {
        "data": lambda one: one.summary.data or "-",
        "TensorFlow": lambda one: one.tensorflow or "-",
        "board": lambda one: one.board or "-",
    }
    for name, text_of in columns.items():
        values = [text_of(one) for one in runs]
        if len(set(values)) > 1:
            found[name] = values
    return found


def metric_parts(runs: Sequence[ComparedRun]) -> list[MetricPart]:
    """The curves that can be compared: evaluations before training, primary metrics first."""
    found: dict[MetricPart, int] = {}
    for one in runs:
        primary = one.metrics.primary
        for key in one.metrics.parts:
            is_primary = primary is not None and key.metric == primary.name
            rank = 2 * (key.part == TRAINING) + (not is_primary)
            found[key] = min(rank, found.get(key, rank))
    return sorted(found, key=lambda key: found[key])


def primary_metric(runs: Sequence[ComparedRun]) -> Metric | None:
    """The primary metric of the first session that has one. It decides which session is best."""
    return next((one.metrics.primary for one in runs if one.metrics.primary), None)


def common_target(runs: Sequence[ComparedRun], metric: str) -> float | None:
    """The best value of a metric that every evaluated session reached; None without evaluations.

    It is rounded to a whole percentage, or to two digits for other metrics. It is rounded so that
    every session still reaches it.
    """
    best = [(one, found) for one in runs if (found := one.best(metric)) is not None]
    if not best:
        return None
    known = best[0][0].metrics.get(metric)
    values = [found.metrics[metric] for _, found in best]
    if known.better == DOWN:
        worst = max(values)
        return worst if not worst else _rounded(worst, known, math.ceil, -1e-9)
    worst = min(values)
    return worst if not worst else _rounded(worst, known, math.floor, 1e-9)


def _rounded(value: float, metric: Metric, whole: Callable[[float], int], slack: float) -> float:
    digits = 2 if metric.format == PERCENT else 1 - math.floor(math.log10(abs(value)))
    return round(whole(value * 10.0**digits + slack) * 10.0**-digits, max(0, digits))


def _value_text(key: str, value: Any) -> str:
    return "-" if value is None else format_value(key, value) or "none"


def _between(known: Sequence[tuple[int, float]], step: int) -> float:
    """Interpolate linearly between (step, value) pairs, which are in order of steps."""
    if not known:
        return 0.0
    index = bisect_right(known, step, key=itemgetter(0))
    before, after = known[max(0, index - 1)], known[min(index, len(known) - 1)]
    if after[0] <= before[0] or step <= before[0]:
        return before[1]
    fraction = (step - before[0]) / (after[0] - before[0])
    return before[1] + fraction * (after[1] - before[1])
