"""Draws the line that titles a region of the screen."""

from __future__ import annotations

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit, width_of

LEAST_RULE = 3  # cells between the title and the note


def draw_rule(title: str, note: Line, width: int, glyphs: Glyphs, about: str = "") -> Line:
    """``─ Board  from tegrastats ──────── limited by the GPU`` in exactly ``width`` cells.

    ``about`` follows the title, and ``note`` is at the right edge. Both are left out, ``about``
    first, if there is no room.
    """
    bar = glyphs.horizontal
    left: Line = (Span(f"{bar} ", "muted"), Span(title, "title"))
    described: Line = (*left, Span(f"  {about}", "muted")) if about else left
    for start in (described, left):
        room = width - width_of(start) - width_of(note) - 2 * bool(note)
        if room >= LEAST_RULE:
            rule = Span(" " + bar * (room - 1), "muted")
            end = (Span(" "), *note, Span(" ")) if note else ()
            return (*start, rule, *end)
    if note:
        return draw_rule(title, (), width, glyphs, about)
    return fit(left, width, glyphs.ellipsis)
