"""Sessions as a table: aligned lines, with colours on a terminal."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nanotrain_tui.catalog.formats import count, plural

from .exit_status import paragraph
from .output import metric_value, table, width

if TYPE_CHECKING:
    from nanotrain_tui.drawing.glyphs import Glyphs
    from nanotrain_tui.drawing.lists.session_columns import Column
    from nanotrain_tui.session.summary import SessionSummary

BELOW = ("tags", "note")  # below the table, not in it
STYLES = {
    "running": "green", "paused": "yellow", "starting": "cyan", "not responding": "yellow",
    "failed": "red", "unreadable": "red", "interrupted": "red",
}  # fmt: skip


def print_sessions(summaries: Sequence["SessionSummary"]) -> None:
    """The table; below it tags and notes, and why a recording cannot be read.

    A terminal shows the columns that fit. A file or a pipe gets all of them.
    """
    from nanotrain_tui.drawing.glyphs import ASCII, UNICODE

    glyphs = (UNICODE if _is_utf8() else ASCII)._replace(missing="-")
    # Sessions with different metrics in one list name the metric of each value.
    names = {one.primary.metric.name for one in summaries if one.primary}
    columns = _columns(len(names) > 1)
    if sys.stdout.isatty():
        _print_rich(summaries, columns, glyphs)
    else:
        rows = [[column.text(one, glyphs) or "-" for column in columns] for one in summaries]
        print("\n".join(table([column.name.upper() for column in columns], rows)))
    for summary in summaries:
        notes = _notes(summary)
        if notes:
            print(f"{summary.name}: {notes}")


def _is_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _columns(named: bool) -> list["Column"]:
    """The columns of the sessions screen; the steps that are planned and units are added."""
    from nanotrain_tui.drawing.lists.session_columns import COLUMNS

    own = {"step": lambda one, _: _steps(one), "best": lambda one, _: _best(one, named)}
    return [
        column._replace(text=own.get(column.name, column.text))
        for column in COLUMNS
        if column.name not in BELOW
    ]


def _steps(summary: "SessionSummary") -> str:
    return count(summary.step) + (f"/{count(summary.steps)}" if summary.steps else "")


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


def _print_rich(
    summaries: Sequence["SessionSummary"], columns: Sequence["Column"], glyphs: "Glyphs"
) -> None:
    from rich.console import Console
    from rich.text import Text

    from nanotrain_tui.drawing.lists.session_columns import layout_of

    layout = layout_of(summaries, width(), glyphs, columns)
    console = Console()
    console.print(Text(layout.head().upper(), "bold"), soft_wrap=True)
    for one in summaries:
        line = Text(layout.row(one, glyphs))
        line.stylize(STYLES.get(one.shown_state, ""), *layout.place("state"))
        console.print(line, soft_wrap=True)
