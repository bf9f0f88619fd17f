"""Sessions as a table: aligned lines, with colours on a terminal."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nanotrain_tui.catalog.formats import clock, count, joules, moment, plural

from .exit_status import paragraph
from .output import metric_value, table, width

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

SPARK_CELLS = 8
HEADER = ("SESSION", "STATE", "STEP", "TRAINING", "BEST", "TIME", "ENERGY", "STARTED")
FIGURES = ("STEP", "BEST", "TIME", "ENERGY")
STYLES = {
    "running": "green", "paused": "yellow", "starting": "cyan", "not responding": "yellow",
    "failed": "red", "unreadable": "red", "interrupted": "red",
}  # fmt: skip


def print_sessions(summaries: Sequence["SessionSummary"]) -> None:
    """The table; below it tags and notes, and why a recording cannot be read."""
    # Sessions with different metrics in one list name the metric of each value.
    names = {one.primary.metric.name for one in summaries if one.primary}
    rows = [_row(summary, len(names) > 1) for summary in summaries]
    # The day of a session started this year, so that 80 columns hold it all.
    if sys.stdout.isatty():
        _print_rich(rows)
    else:
        print("\n".join(table(HEADER, rows)))
    for summary in summaries:
        notes = _notes(summary)
        if notes:
            print(f"{summary.name}: {notes}")


def _is_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _row(summary: "SessionSummary", named: bool) -> tuple[str, ...]:
    from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
    from nanotrain_tui.drawing.spark import spark

    steps = count(summary.step) + (f"/{count(summary.steps)}" if summary.steps else "")
    return (
        summary.name,
        summary.shown_state,
        steps,
        spark(summary.spark, UNICODE if _is_utf8() else ASCII, SPARK_CELLS) or "-",
        _best(summary, named),
        clock(summary.duration_s),
        joules(summary.energy_j, "-"),
        moment(summary.started, "-"),
    )


def _best(summary: "SessionSummary", named: bool) -> str:
    """The best value of the primary metric, or the last one where no direction is better."""
    found = summary.primary
    if found is None:
        return "-"
    value = metric_value(found.metric, found.last if found.best is None else found.best)
    return f"{value} {found.metric.label}" if named else value


def _notes(summary: "SessionSummary") -> str:
    if summary.problem is not None:
        return paragraph(summary.problem)
    forked = summary.own_steps != summary.step
    own = f"{plural(summary.own_steps, 'step')} of its own, after its parent's" if forked else ""
    tags = " ".join(f"+{tag}" for tag in summary.tags)
    return "  ".join(part for part in (own, tags, paragraph(summary.note)) if part)


def _print_rich(rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # What matters least goes first where the terminal is narrow.
    shown = [name for name in HEADER if width() >= 96 or name != "STARTED"]
    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in shown:
        grid.add_column(name, justify="right" if name in FIGURES else "left", no_wrap=True)
    for row in rows:
        cells = [Text(cell) for cell, name in zip(row, HEADER, strict=True) if name in shown]
        cells[1].stylize(STYLES.get(row[1], ""))
        grid.add_row(*cells)
    Console().print(grid)
