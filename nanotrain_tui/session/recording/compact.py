"""Merges rows of steps into fewer, larger ones, so that ten million steps open quickly."""

import bisect
import sqlite3
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from nanotrain_tui.session.events import EVENTS

MOST_STEPS_A_ROW = 4096
TIME_ERROR_S = 0.25  # how far a step's time may move when rows share one rate
_PAGE_ROWS = 1000

_MOVABLE = tuple(kind for kind, entry in EVENTS.items() if entry.movable)


class _Part(NamedTuple):
    seq: int
    segment: int
    metric: str
    first_step: int
    updates: int
    t0: float
    t1: float
    data: bytes


class _Merger:
    """Collects rows that become one, as long as a straight line describes all of their times.

    The line starts at (0 steps, t0); ``low`` and ``high`` bound the rates, in seconds a step,
    that pass every boundary so far within TIME_ERROR_S.
    """

    def __init__(self, part: _Part) -> None:
        self.parts = [part]
        self.count = part.updates
        self.low = 0.0
        self.high = float("inf")

    def take(self, part: _Part) -> bool:
        """Add the part if it fits."""
        first, last = self.parts[0], self.parts[-1]
        total = self.count + part.updates
        if part.first_step != last.first_step + last.updates or total > MOST_STEPS_A_ROW:
            return False
        low, high = self.low, self.high
        for t in (last.t1, part.t0):
            low = max(low, (t - TIME_ERROR_S - first.t0) / self.count)
            high = min(high, (t + TIME_ERROR_S - first.t0) / self.count)
        if not low <= (part.t1 - first.t0) / total <= high:
            return False
        self.parts.append(part)
        self.count, self.low, self.high = total, low, high
        return True

    def row(self) -> Tuple[Any, ...]:
        first, last = self.parts[0], self.parts[-1]
        data = b"".join(part.data for part in self.parts)
        return (
            last.seq,
            first.segment,
            first.metric,
            first.first_step,
            self.count,
            first.t0,
            last.t1,
            data,
        )


def compact(connection: sqlite3.Connection) -> None:
    """Merge neighbouring rows of steps; the merged row gets the seq of the last one.

    Rows are not merged across an event whose order matters (an edit, a pause), if the time of a
    step would change by more than 0.25 s, or beyond 4096 steps. Raises sqlite3.Error; then nothing
    has changed.
    """
    connection.execute("BEGIN IMMEDIATE")
    marks = ", ".join("?" * len(_MOVABLE))
    barriers = [
        row[0]
        for row in connection.execute(
            "SELECT seq FROM events WHERE kind NOT IN (" + marks + ") ORDER BY seq", _MOVABLE
        )
    ]
    open_rows: Dict[str, _Merger] = {}
    seq = -1
    while True:
        page = connection.execute(
            "SELECT seq, segment, metric, first_step, count, t0, t1, data FROM steps "
            "WHERE seq > ? ORDER BY seq LIMIT ?",
            (seq, _PAGE_ROWS),
        ).fetchall()
        if not page:
            break
        for part in map(_Part._make, page):
            merger = open_rows.get(part.metric)
            if merger is not None and _joins(merger, part, barriers):
                continue
            if merger is not None:
                _replace(connection, merger)
            open_rows[part.metric] = _Merger(part)
        seq = page[-1][0]
    for merger in open_rows.values():
        _replace(connection, merger)
    connection.execute("COMMIT")
    _give_back_space(connection)


def _joins(merger: _Merger, part: _Part, barriers: Sequence[int]) -> bool:
    last = merger.parts[-1]
    if last.segment != part.segment:
        return False
    if bisect.bisect(barriers, last.seq) != bisect.bisect(barriers, part.seq):
        return False
    return merger.take(part)


def _replace(connection: sqlite3.Connection, merger: _Merger) -> None:
    if len(merger.parts) == 1:
        return
    seqs: List[Tuple[int]] = [(part.seq,) for part in merger.parts]
    connection.executemany("DELETE FROM steps WHERE seq = ?", seqs)
    connection.execute("INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)", merger.row())


def _give_back_space(connection: sqlite3.Connection) -> None:
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if free * 4 > pages:
        connection.execute("VACUUM")
