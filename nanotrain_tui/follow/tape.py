"""A recording as a tape with positions, and the rows between any two positions.

When a session has ended it is compacted: then a row of steps may span many events. So positions
are given by events and samples, which have a step, and rows of steps are cut at that step.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby
from operator import attrgetter
from typing import NamedTuple

from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Batch, Place, StepsRow

CHUNK_STEPS = 1 << 19  # values of all metrics together that are read at once
CHUNK_ROWS = 4096  # events, samples and segments that are read at once


class Position(NamedTuple):
    """The number of events, samples and segments before a position, and the last step before it."""

    rows: int = 0
    step: int = 0


class Tape:
    """The order of the rows of a recording. Any method may raise RecordingError."""

    def __init__(self, reader: SessionReader) -> None:
        self._reader = reader
        self.load()

    def load(self) -> None:
        """Read the recording again, because that of a running session has grown."""
        self._places = _in_order(self._reader.places())
        # Times of different tables may be slightly out of order; these never decrease.
        self._times = list(accumulate((place.t for place in self._places), max))
        self._rows: dict[int, list[StepsRow]] = {}
        for row in self._reader.steps_rows():
            self._rows.setdefault(row.segment, []).append(row)
        self._clock = {segment: timeline(rows) for segment, rows in self._rows.items()}
        self.end_t = max([0.0, *self._times[-1:], *(c[-1].t1 for c in self._clock.values())])
        self.last_step = max((self._last_step(segment) for segment in self._rows), default=0)

    @property
    def end(self) -> Position:
        """The position after all rows."""
        if not self._places:
            return Position()
        last = self._places[-1]
        return Position(len(self._places), max(last.step, self._last_step(last.segment)))

    def at_time(self, t: float) -> Position:
        """The position at ``t`` seconds of session time."""
        if t >= self.end_t:
            return self.end
        rows = bisect.bisect_right(self._times, t)
        if not rows:
            return Position()
        last = self._places[rows - 1]
        step = max(last.step, self._done_at(last.segment, t))
        if rows < len(self._places) and self._places[rows].segment == last.segment:
            step = min(step, max(last.step, self._places[rows].step))
        return Position(rows, step)

    def at_seq(self, seq: int) -> Position:
        """The position after the event or sample with this seq."""
        rows = bisect.bisect_right(self._places, seq, key=attrgetter("seq"))
        return Position(rows, self._places[rows - 1].step) if rows else Position()

    def at_step(self, step: int) -> Position:
        """The position after a step; the last one if the step was run again."""
        rows = len(self._places)
        while rows > 1 and self._places[rows - 1].step > step:
            rows -= 1
        if not rows:
            return Position()
        last = max(self._places[rows - 1].step, self._last_step(self._places[rows - 1].segment))
        return Position(rows, min(step, last))

    def time_of(self, position: Position) -> float:
        """The session time, in seconds, of a position."""
        if not position.rows:
            return 0.0
        place, t = self._places[position.rows - 1], self._times[position.rows - 1]
        if position.step > place.step:
            clock = self._clock.get(place.segment, [])
            index = bisect.bisect_right(clock, position.step, key=attrgetter("first_step")) - 1
            if index >= 0:
                t = max(t, clock[index].time_of(position.step))
        return t

    def between(self, begin: Position, end: Position) -> Iterator[Batch]:
        """The rows from one position to a later one, in batches of limited size."""
        segment = self._places[begin.rows - 1].segment if begin.rows else 0
        runs = [
            (key, list(run))
            for key, run in groupby(self._places[begin.rows : end.rows], attrgetter("segment"))
        ]
        if not runs or runs[0][0] != segment:
            runs.insert(0, (segment, []))
        for index, (key, rows) in enumerate(runs):
            for start in range(0, len(rows), CHUNK_ROWS):
                part = rows[start : start + CHUNK_ROWS]
                yield self._reader.read_range(part[0].seq, part[-1].seq)
            is_last = index == len(runs) - 1
            after = begin.step if key == segment else -1
            until = end.step if is_last else self._last_step(key)
            yield from self._steps(key, after, until, self.time_of(end))

    def _steps(self, segment: int, after: int, until: int, t: float) -> Iterator[Batch]:
        waiting: list[StepsRow] = []
        size = 0
        for row in self._rows.get(segment, ()):
            if row.first_step > until or row.last_step <= after:
                continue
            waiting.append(row)
            size += row.updates
            if size >= CHUNK_STEPS:
                yield self._reader.read_rows(waiting, after, until, t)
                waiting, size = [], 0
        if waiting:
            yield self._reader.read_rows(waiting, after, until, t)

    def _done_at(self, segment: int, t: float) -> int:
        clock = self._clock.get(segment, [])
        index = bisect.bisect_right(clock, t, key=attrgetter("t0")) - 1
        return clock[index].done_at(t) if index >= 0 else 0

    def _last_step(self, segment: int) -> int:
        clock = self._clock.get(segment)
        return clock[-1].last_step if clock else 0


def _in_order(places: list[Place]) -> list[Place]:
    """Replace each step by the highest one so far: a checkpoint may have an earlier step."""
    for index in range(1, len(places)):
        before, place = places[index - 1 : index + 1]
        if place.segment == before.segment and place.step < before.step:
            places[index] = place._replace(step=before.step)
    return places


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
