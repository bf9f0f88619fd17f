"""Limits the output that is on its way to the terminal.

Over ssh, neither the writer's queue nor the kernel shows what the terminal has received: both are
empty while seconds of output wait in sockets and routers. So marks are sent with the output. Each
mark asks the terminal for the cursor's position (``ESC [ 6 n``) at a different column. The answer
shows that everything before the mark has arrived.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import NamedTuple

START = 3072  # the first window, in bytes, for a terminal that answers
LEAST, MOST = 512, 65536  # bounds of the window, in bytes
LATE_S = 0.4  # a longer delay in queues makes keys slow
PROBE_S = 0.5  # without an answer for so long, the terminal may never answer
UNANSWERED_START = 8192  # the window until the first answer
ASK_AGAIN_S = 5.0  # after this time an answer may be lost, so send a new mark
GIVE_UP_S = 20.0  # without an answer for so long, the terminal no longer answers
LATENCY_KEPT_S = 60.0  # the latency may grow, so older measurements expire
COLUMNS = 40  # each mark on its way has a different column, so this is the maximum


class Mark(NamedTuple):
    """A question to the terminal without an answer yet."""

    column: int
    total: int  # bytes sent before it
    at: float
    full: bool  # whether more than half of the window was used


class Pacing:
    """The window: how many bytes may be unanswered. It grows while answers arrive quickly.

    Times are seconds of a monotonic clock. One thread sends the marks; another may report the
    answers.
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
        self._latency = (math.inf, math.inf)  # the shortest of this period and of the previous one
        self._period_from = -math.inf
        self._changed = threading.Condition()

    @property
    def in_flight(self) -> int:
        """The number of bytes sent and not answered."""
        return self._sent - self._taken

    def answers(self, now: float) -> bool:
        """Whether the terminal answers marks, or may still do so."""
        with self._changed:
            if self._heard_at is None:
                return self._first_at is None or now - self._first_at < PROBE_S
            return not self._marks or now - max(self._heard_at, self._marks[0].at) < GIVE_UP_S

    def room(self) -> int:
        """The number of bytes that may be sent now if the terminal answers; may be negative."""
        if len(self._marks) >= self._columns:
            return 0  # all columns are used by marks on their way
        return (UNANSWERED_START if self._heard_at is None else self.window) - self.in_flight

    def is_due(self, now: float) -> bool:
        """Whether to send a new mark, because answers may be lost."""
        with self._changed:
            return bool(self._marks) and now - self._marks[-1].at >= ASK_AGAIN_S

    def sent(self, length: int, width: int, now: float) -> int:
        """Count output that is followed by a mark. Returns the column of the mark."""
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
        """The terminal has answered: it has received all output before the mark in this column."""
        with self._changed:
            if not self._marks:
                return
            # An unknown column still answers the oldest mark, because answers come in order.
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
        """Wait until every mark is answered, or until the timeout."""
        with self._changed:
            if self._heard_at is not None:
                self._changed.wait_for(lambda: not self._marks, timeout_s)

    def forget(self) -> None:
        """Forget all output on its way, because another program used the terminal."""
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
            if mark.at >= self._cut_at:  # once for all output that was on its way together
                self.window = max(LEAST, self.window // 2)
                self._cut_at = now
        elif late < LATE_S / 2 and mark.full:
            self.window = min(MOST, self.window + gained)
