"""Draws the processes that hold the most memory."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.catalog.formats import gigabytes, megabytes
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.telemetry.memory_users import MemoryUser

TITLE = "Processes with most memory"
LEAST_LINES = 3  # the title and two processes: one alone says little
LEAST_MB = 1.0
_SIZE_CELLS = 8


def draw_memory_users(
    users: Sequence[MemoryUser], width: int, height: int, glyphs: Glyphs
) -> list[Line]:
    """At most ``height`` lines of ``width`` cells, the largest process first.

    No lines where there is room for less than ``LEAST_LINES``.
    """
    shown = [user for user in users if user.mb >= LEAST_MB][: max(0, height - 1)]
    if not shown or height < LEAST_LINES:
        return []
    lines: list[Line] = [(Span(TITLE, "muted"),)]
    lines += [(Span(f"{_size(user.mb):>{_SIZE_CELLS}}"), Span(f"  {user.name}", "muted"))
              for user in shown]  # fmt: skip
    return [fit(line, width, glyphs.ellipsis) for line in lines]


def _size(mb: float) -> str:
    return megabytes(mb) if mb < 1000 else gigabytes(mb)
