"""How much output may be on its way to the terminal.

Behind sshd neither the writer's queue nor the kernel tells what the terminal has taken: both
are empty while seconds of output wait in sockets and routers. So marks are sent with the output:
each asks the terminal for the cursor's position (``ESC [ 6 n``), from a column of its own, and the
answer tells that everything before the mark has arrived.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import NamedTuple

START = 3072  # bytes on their way before anything is known of a terminal that answers
LEAST, MOST = 512, 65536  # bounds of the window
LATE_S = 0.4  # output that waits longer than this in queues makes keys slow
PROBE_S = 0.5  # a terminal without an answer so long after the first mark may have none
UNANSWERED_START = 8192  # bytes on their way until then
ASK_AGAIN_S = 5.0  # an answer may be lost: a new mark asks again
GIVE_UP_S = 20.0  # a terminal that answered before and is silent for so long no longer does
LATENCY_KEPT_S = 60.0  # a link can become longer: older measurements do not count
COLUMNS = 40  # marks are told apart by the column, so this many may be on their way


class Mark(NamedTuple):
    """A question on its way."""

    column: int
    total: int  # bytes sent up to here
    at: float
    full: bool  # whether the window was in use


class Pacing:
    """The window of bytes that may be unanswered; it grows while answers come soon.

    Times are seconds of any monotonic clock. Questions are sent by one thread, and answers may be
    reported by another.
    """

    def __init__(self) -> None:
        self.window = START
        self._sent = 0
        self._taken = 0
        self._marks: deque[Mark] = deque(maxlen=COLUMNS)
        self._asked = 0
        self._columns = COLUMNS
        self._heard_at: float | None = None  # the last answer
        self._first_at: float | None = None  # the first question
        self._cut_at = -math.inf
        self._latency = (math.inf, math.inf)  # the shortest of this period and of the one before
        self._period_from = -math.inf
        self._changed = threading.Condition()

    @property
    def in_flight(self) -> int:
        """Bytes that were sent and not answered."""
        return self._sent - self._taken

    def answers(self, now: float) -> bool:
        """Whether the terminal tells what it has taken, or may yet do so."""
        with self._changed:
            if self._heard_at is None:
                return self._first_at is None or now - self._first_at < PROBE_S
            return not self._marks or now - max(self._heard_at, self._marks[0].at) < GIVE_UP_S

    def room(self) -> int:
        """Bytes that may be sent now, where the terminal answers; may be negative."""
        if len(self._marks) >= self._columns:
            return 0  # another mark could not be told from one on its way
        return (UNANSWERED_START if self._heard_at is None else self.window) - self.in_flight

    def is_due(self, now: float) -> bool:
        """Whether to ask again, as answers may have been lost."""
        with self._changed:
            return bool(self._marks) and now - self._marks[-1].at >= ASK_AGAIN_S

    def sent(self, length: int, width: int, now: float) -> int:
        """Count output that is followed by a mark; the column the mark is to be sent from."""
        with self._changed:
            self._sent += length
            self._asked += 1
            self._columns = max(1, min(COLUMNS, width))
            column = 1 + self._asked % self._columns
            full = self.in_flight * 2 > self.window
            self._marks.append(Mark(column, self._sent, now, full))
            if self._first_at is None:
                self._first_at = now
            return column

    def answered(self, column: int, now: float) -> None:
        """The terminal told the cursor's column: it has taken all that was sent before the mark."""
        with self._changed:
            if not self._marks:
                return
            # A terminal that answers something else still answers one question after the other.
            known = any(mark.column == column for mark in self._marks)
            mark = self._marks.popleft()
            while known and mark.column != column:
                mark = self._marks.popleft()
            gained = mark.total - self._taken
            self._taken = mark.total
            self._learn(mark, gained, now)
            self._heard_at = now
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> None:
        """Wait until every question is answered, not longer than this."""
        with self._changed:
            if self._heard_at is not None:
                self._changed.wait_for(lambda: not self._marks, timeout_s)

    def forget(self) -> None:
        """Count nothing as on its way: the terminal was handed over meanwhile."""
        with self._changed:
            self._marks.clear()
            self._taken = self._sent
            if self._heard_at is None:
                self._first_at = None

    def _learn(self, mark: Mark, gained: int, now: float) -> None:
        delay = now - mark.at
        if now - self._period_from > LATENCY_KEPT_S:
            self._period_from = now
            self._latency = (math.inf, self._latency[0])
        self._latency = (min(delay, self._latency[0]), self._latency[1])
        late = delay - min(self._latency)
        if late > LATE_S:
            if mark.at >= self._cut_at:  # once for all that was on its way together
                self.window = max(LEAST, self.window // 2)
                self._cut_at = now
        elif late < LATE_S / 2 and mark.full:
            self.window = min(MOST, self.window + gained)
