"""Which updates were done when, whichever metrics were reported of them."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from nanotrain_tui.session.recording.records import StepsRow


def timeline(rows: Iterable[StepsRow]) -> list[StepsRow]:
    """The rows of all metrics as one: each update once, in the order of steps.

    Where rows overlap, the times are those of the row that begins first.
    """
    found: list[StepsRow] = []
    done = 0
    for row in sorted(rows, key=attrgetter("first_step")):
        if row.last_step > done:
            found.append(row.after(done))
            done = row.last_step
    return found
