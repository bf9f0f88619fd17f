"""Tables that compare sessions: their results, what these took, and the differences."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.catalog.formats import clock, joules
from nanotrain_tui.drawing.metric_text import cut, part_title
from nanotrain_tui.drawing.overlay import LETTERS
from nanotrain_tui.follow.compare import (
    ComparedRun,
    Reached,
    common_target,
    differences,
    metric_parts,
    primary_metric,
)
from nanotrain_tui.follow.not_finite import in_words
from nanotrain_tui.session.metrics import PERCENT, Metric

MOST_METRICS = 2  # columns of metrics besides the primary one
NAME_CELLS = 16  # the name of a metric above its column is cut to this


def comparison(found: Sequence[ComparedRun]) -> list[str]:
    """Lines of text: the results of each session, values that are not finite, and differences."""
    names = [f"{LETTERS[i]} {one.name}" for i, one in enumerate(found)]
    lines = [*_aligned(_results(found, names)), *_not_finite(found, names)]
    differ = differences(found)
    if not differ:
        return [*lines, "", " Their configurations do not differ."]
    head = ("differs", *(LETTERS[: len(found)]))
    return [*lines, "", *_aligned([head, *((key, *texts) for key, texts in differ.items())])]


def _results(found: Sequence[ComparedRun], names: Sequence[str]) -> list[list[str]]:
    """A header row and a row for each session. The columns depend on the metrics."""
    columns: list[list[str]] = [["", *names]]
    if any(one.begins_at for one in found):  # without forks, own steps and steps are the same
        columns.append(["steps", *map(_steps, found)])
    primary = primary_metric(found)
    if primary is not None:
        columns += _best(found, primary)
    for metric in _others(found, primary):
        best = [one.summary.best(metric.name) for one in found]
        columns.append([_name(metric), *(metric.text(value) for value in best)])
    columns.append(["time", *(clock(one.summary.duration_s) for one in found)])
    columns.append(["energy", *(joules(one.summary.energy_j) for one in found)])
    if primary is not None:
        columns += _target(found, primary)
    return [list(row) for row in zip(*columns, strict=True)]


def _best(found: Sequence[ComparedRun], metric: Metric) -> list[list[str]]:
    """The best value of a metric and its step, or the last value if no value is better."""
    if metric.better is None:
        last = [one.summary.last(metric.name) for one in found]
        return [[_name(metric), *(metric.text(value) for value in last)]]
    best = [one.best(metric.name) for one in found]
    return [
        [f"best {_name(metric)}",
         *(metric.text(one.value(metric.name) if one else None) for one in best)],
        ["at step", *(f"{one.step:,}" if one else "" for one in best)],
    ]  # fmt: skip


def _target(found: Sequence[ComparedRun], metric: Metric) -> list[list[str]]:
    """What each session took to reach the value that all of them reached."""
    wanted = common_target(found, metric.name) if metric.better is not None else None
    if wanted is None:
        return []
    value = f"{100 * wanted:g}%" if metric.format == PERCENT else f"{wanted:g} {metric.unit}"
    reached = [one.reached(metric.name, wanted) for one in found]
    return [[f"to {value.rstrip()}", *("" if one is None else _took(one) for one in reached)]]


def _others(found: Sequence[ComparedRun], primary: Metric | None) -> list[Metric]:
    """At most ``MOST_METRICS`` other metrics that have a best value."""
    known = {
        metric.name: metric
        for one in found
        for metric, _, best in one.summary.metrics.values()
        if best is not None and (primary is None or metric.name != primary.name)
    }
    return list(known.values())[:MOST_METRICS]


def _name(metric: Metric) -> str:
    return cut(metric.label, NAME_CELLS)


def _steps(one: ComparedRun) -> str:
    own = f" ({one.summary.own_steps:,} own)" if one.begins_at else ""
    return f"{one.summary.step:,}{own}"


def _took(reached: Reached) -> str:
    own = f" ({reached.own_steps:,} own)" if reached.own_steps != reached.step else ""
    energy = "" if reached.energy_j is None else f", {joules(reached.energy_j)}"
    return f"step {reached.step:,}{own}, {clock(reached.time_s)}{energy}"


def _not_finite(found: Sequence[ComparedRun], names: Sequence[str]) -> list[str]:
    """A line for each metric of a session with values that are not finite."""
    notes = [
        f" {name}: {part_title(key, one.metrics)} {note}"
        for name, one in zip(names, found, strict=True)
        for key in metric_parts(found)
        if (note := in_words(one.curve(key)))
    ]
    return ["", *notes] if notes else []


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        " " + "  ".join(map(set_cell_size, row, widths)).rstrip()
        for row in rows
    ]  # fmt: skip
