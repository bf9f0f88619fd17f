"""Tables that compare sessions: their results, what these took, and the differences."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.catalog.formats import MISSING
from nanotrain_tui.drawing.backdrop import LETTERS
from nanotrain_tui.drawing.compare.result_columns import default_target, result_columns
from nanotrain_tui.drawing.lines import Line, Span, run_role
from nanotrain_tui.drawing.metric_text import cut, part_title
from nanotrain_tui.follow.compare.runs import ComparedRun, differences, metric_parts
from nanotrain_tui.follow.not_finite_ranges import in_words

MOST_METRICS = 1  # columns of metrics besides the primary one, so that time and energy fit
NAME_CELLS = 16  # the name of a column is cut to this
LEAST_SESSION_CELLS = 12  # the name of a session is never cut to less


def comparison(found: Sequence[ComparedRun], width: int) -> list[Line]:
    """The results of each session, values that are not finite, and differences.

    What belongs to a session has its colour. A long name leaves room for the figures.
    """
    figures = _results(found, list(LETTERS[: len(found)]))
    room = width - sum(map(cell_len, _aligned(figures)[0])) - 2 * len(figures[0])
    names = [
        f"{LETTERS[i]} {cut(one.name, max(LEAST_SESSION_CELLS, room))}"
        for i, one in enumerate(found)
    ]
    roles = [run_role(i) for i in range(len(found))]
    results = [
        figures[0],
        *([name, *row[1:]] for name, row in zip(names, figures[1:], strict=True)),
    ]
    head, *rows = _aligned(results)
    lines = [_in_role(head, "muted"), *map(_in_role, rows, roles), *_not_finite(found, names)]
    differ = differences(found)
    if not differ:
        return [*lines, (), (Span(" Their configurations do not differ."),)]
    first = ("differs", *(LETTERS[: len(found)]))
    table = _aligned([first, *((key, *texts) for key, texts in differ.items())])
    return [*lines, (), *(_in_roles(cells, ("muted", *roles)) for cells in table)]


def _results(found: Sequence[ComparedRun], names: Sequence[str]) -> list[list[str]]:
    """A header row and a row for each session. The columns depend on the metrics."""
    left_out = {"state"}  # the list of sessions shows it, and the screen is narrow
    if not any(one.begins_at for one in found):
        left_out.add("steps")  # without forks it only repeats the configuration
    columns = [["", *names]]
    target = default_target(found)
    known = result_columns(found, target, most_metrics=MOST_METRICS, first=LETTERS[0])
    for name, cells in known:
        if name not in left_out and set(cells) != {MISSING}:
            columns.append([cut(name, NAME_CELLS), *cells])
    return [list(row) for row in zip(*columns, strict=True)]


def _not_finite(found: Sequence[ComparedRun], names: Sequence[str]) -> list[Line]:
    """A line for each metric of a session with values that are not finite."""
    notes: list[Line] = [
        (Span(f" {name}: {part_title(key, one.metrics)} {note}", run_role(index)),)
        for index, (name, one) in enumerate(zip(names, found, strict=True))
        for key in metric_parts(found)
        if (note := in_words(one.curve(key)))
    ]
    return [(), *notes] if notes else []


def _aligned(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The cells of each row, as wide as the widest of their column."""
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [list(map(set_cell_size, row, widths)) for row in rows]


def _in_role(cells: Sequence[str], role: str) -> Line:
    return (Span((" " + "  ".join(cells)).rstrip(), role),)


def _in_roles(cells: Sequence[str], roles: Sequence[str]) -> Line:
    """The cells of a row, each in its role."""
    last = len(cells) - 1
    return tuple(
        Span(f"{'' if i else ' '}{text.rstrip() if i == last else f'{text}  '}", role)
        for i, (text, role) in enumerate(zip(cells, roles, strict=True))
    )
