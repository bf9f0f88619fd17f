"""The time of each update, whichever metrics were recorded for it."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from nanotrain_tui.session.recording.records import StepsRow


def timeline(rows: Iterable[StepsRow]) -> list[StepsRow]:
    """Merge the rows of all metrics: each update occurs once, in the order of steps.

    Where rows overlap, the row that begins first has the times.
    """
    found: list[StepsRow] = []
    done = 0
    for row in sorted(rows, key=attrgetter("first_step")):
        if row.last_step > done:
            found.append(row.after(done))
            done = row.last_step
    return found
