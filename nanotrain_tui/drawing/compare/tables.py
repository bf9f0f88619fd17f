"""Tables that compare sessions: their results, what these took, and the differences."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.drawing.backdrop import LETTERS
from nanotrain_tui.drawing.compare.result_columns import default_target, result_columns
from nanotrain_tui.drawing.metric_text import cut, part_title
from nanotrain_tui.follow.compare.runs import ComparedRun, differences, metric_parts
from nanotrain_tui.follow.not_finite_ranges import in_words

MOST_METRICS = 1  # columns of metrics besides the primary one, so that time and energy fit
NAME_CELLS = 16  # the name of a column is cut to this


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
    left_out = {"state"}  # the list of sessions shows it, and the screen is narrow
    if not any(one.begins_at for one in found):
        left_out.add("steps")  # without forks it only repeats the configuration
    columns = [["", *names]]
    target = default_target(found)
    known = result_columns(found, target, most_metrics=MOST_METRICS, first=LETTERS[0])
    for name, cells in known:
        if name not in left_out:
            columns.append([cut(name, NAME_CELLS), *cells])
    return [list(row) for row in zip(*columns, strict=True)]


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
