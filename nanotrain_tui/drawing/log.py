"""Draws the event log as lines. Long events are wrapped at words."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells

from nanotrain_tui.catalog.formats import clock
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.follow.run_state import LogLine

TIME_CELLS = 5  # at least; a time with hours is longer
MOST_ROWS = 4  # of one event, if no other number is given
_ROLES = {"good": "good", "warning": "warning", "error": "error"}


def draw_event(
    line: LogLine, width: int, glyphs: Glyphs, most: int = MOST_ROWS, first: int = 0
) -> list[Line]:
    """At most ``most`` rows of an event, each ``width`` cells: time, symbol of its level, text.

    ``first`` leaves out rows at the beginning. The first row that is drawn has time and symbol.
    """
    role = _ROLES.get(line.level, "")
    time = f"{clock(line.t):>{TIME_CELLS}} "
    sign = glyphs.levels.get(line.level, " ")
    room = width - cell_len(time) - 2
    if room < 12:  # too narrow for both: the text is more important than the time
        time, room = "", width - 2
    rows = wrap(line.text, max(1, room))
    if len(rows) > most:
        rows = [*rows[: most - 1], rows[most - 1] + glyphs.ellipsis]
    drawn: list[Line] = []
    for i, text in enumerate(rows[first:]):
        before = time if i == 0 else " " * len(time)
        signed = f"{sign} " if i == 0 else "  "
        parts = (Span(before, "muted"), Span(signed, role), Span(text, role))
        drawn.append(fit(parts, width, glyphs.ellipsis))
    return drawn


def wrap(text: str, width: int) -> list[str]:
    """The text in rows of at most ``width`` cells, broken at spaces if possible."""
    rows: list[str] = []
    row = ""
    for word in text.split(" "):
        joined = f"{row} {word}" if row else word
        if cell_len(joined) <= width:
            row = joined
            continue
        if row:
            rows.append(row)
        *full, row = chop_cells(word, width) or [""]
        rows.extend(full)
    return [*rows, row]
