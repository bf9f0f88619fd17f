"""The results of compared sessions as columns of text, for the screen and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nanotrain_tui.catalog.formats import MISSING, clock, count, joules
from nanotrain_tui.drawing.metric_text import difference
from nanotrain_tui.follow.compare.runs import ComparedRun, Reached, common_target, primary_metric
from nanotrain_tui.session.metrics import PERCENT, Metric

MOST_METRICS = 3  # columns of metrics besides that of the target


class Target(NamedTuple):
    """A value of a metric that the sessions should reach."""

    metric: Metric
    value: float | None  # None: no session was evaluated

    def reached_by(self, run: ComparedRun) -> Reached | None:
        """What a session took to reach the value; None if it never reached it."""
        return None if self.value is None else run.reached(self.metric.name, self.value)

    @property
    def text(self) -> str:
        """``93%``, ``0.5 mm``; empty if there is no value."""
        if self.value is None:
            return ""
        if self.metric.format == PERCENT:
            return f"{100 * self.value:g}%"
        return f"{self.value:g} {self.metric.unit}".rstrip()


def default_target(runs: Sequence[ComparedRun]) -> Target | None:
    """The best value of the primary metric that all sessions reached; None without a metric."""
    metric = primary_metric(runs)
    if metric is None:
        return None
    return Target(metric, common_target(runs, metric.name) if metric.better else None)


class Column(NamedTuple):
    """A column of the table: its name, and the text for each session."""

    name: str
    cells: Sequence[str]


def result_columns(
    runs: Sequence[ComparedRun],
    target: Target | None,
    missing: str = MISSING,
    most_metrics: int = MOST_METRICS,
    first: str = "first",
) -> list[Column]:
    """State, steps, metrics, time, energy, and what each session took to reach the target.

    ``missing`` is the text of an unknown value. ``most_metrics`` is the maximum number of metrics
    besides that of the target. ``first`` names the first session, to which the others are compared.
    """
    columns = [
        Column("state", [one.summary.shown_state for one in runs]),
        Column("steps", [_steps(one) for one in runs]),
    ]
    if target is not None:
        columns += _primary(runs, target.metric, missing, first)
    for metric in _others(runs, target)[:most_metrics]:
        best = [one.summary.best(metric.name) for one in runs]
        columns.append(_metric_column(f"best {metric.label}", metric, best, missing))
    columns += [
        Column("time", [clock(one.summary.duration_s) for one in runs]),
        Column("energy", [joules(one.summary.energy_j, missing) for one in runs]),
    ]
    if target is not None and target.text:
        columns.append(Column(f"to {target.text}", [_took(target.reached_by(one)) for one in runs]))
    return columns


def _primary(runs: Sequence[ComparedRun], metric: Metric, missing: str, first: str) -> list[Column]:
    """The best value of a metric, its difference to that of the first session, and its step.

    The last value if no value is better.
    """
    if metric.better is None:
        last = [one.summary.last(metric.name) for one in runs]
        return [_metric_column(f"last {metric.label}", metric, last, missing),
                _differences(metric, last, missing, first)]  # fmt: skip
    best = [one.best(metric.name) for one in runs]
    values = [one.value(metric.name) if one else None for one in best]
    steps = [count(one.step) if one else missing for one in best]
    return [
        _metric_column(f"best {metric.label}", metric, values, missing),
        _differences(metric, values, missing, first),
        Column("at step", steps),
    ]


def _differences(
    metric: Metric, values: Sequence[float | None], missing: str, first: str
) -> Column:
    """``+0.29``, ``-0.018``: each value minus that of the first session."""
    texts = [difference(metric, value, values[0], missing) for value in values[1:]]
    return Column(f"vs {first}", [missing, *texts])


def _metric_column(
    name: str, metric: Metric, values: Sequence[float | None], missing: str
) -> Column:
    return Column(name, [metric.text(value, missing) for value in values])


def _others(runs: Sequence[ComparedRun], target: Target | None) -> list[Metric]:
    """The other metrics that have a best value."""
    known = {
        metric.name: metric
        for one in runs
        for metric, _, best in one.summary.metrics.values()
        if best is not None and (target is None or metric.name != target.metric.name)
    }
    return list(known.values())


def _steps(run: ComparedRun) -> str:
    """``600``, or for a fork ``600 (300 own)``."""
    own = f" ({count(run.summary.own_steps)} own)" if run.begins_at else ""
    return f"{count(run.summary.step)}{own}"


def _took(reached: Reached | None) -> str:
    if reached is None:
        return "never"
    own = f" ({count(reached.own_steps)} own)" if reached.own_steps != reached.step else ""
    energy = "" if reached.energy_j is None else f", {joules(reached.energy_j)}"
    return f"step {count(reached.step)}{own}, {clock(reached.time_s)}{energy}"
