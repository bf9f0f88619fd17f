"""The speed of the training and the remaining time."""

from __future__ import annotations

import math
from collections import deque

SMOOTHED_OVER_S = 5.0  # seconds of training time
ROWS_MUST_DO_AFTER_S = 2.5  # without an event or a sample, rows of steps are used
LONGEST_ETA_S = 366 * 86400.0


class Speed:
    """The training speed, smoothed over time. Pauses and evaluations do not count.

    It is measured between events and samples, because these have the exact time of a step. Rows of
    steps have it only until they are merged. They are used only if nothing else was recorded for a
    while.
    """

    def __init__(self) -> None:
        self._idle: deque[tuple[float, float]] = deque(maxlen=32)
        self.restart()

    def restart(self) -> None:
        """Reset the speed, because a new process may run on another machine."""
        self._steps = self._samples = self._seconds = 0.0
        self._evaluation_s: float | None = None
        self._at: tuple[float, int] | None = None

    def idle(self, t0: float, t1: float) -> None:
        """No update ran between these session times, in seconds."""
        if t1 > t0:
            self._idle.append((t0, t1))

    def evaluated(self, t: float, seconds: float | None) -> None:
        """An evaluation ended at session time ``t`` and took ``seconds``."""
        if seconds is None or not 0 <= seconds < LONGEST_ETA_S:
            return
        self.idle(t - seconds, t)
        before = seconds if self._evaluation_s is None else self._evaluation_s
        self._evaluation_s = 0.7 * before + 0.3 * seconds

    def trained(self, t: float, step: int, batch_size: int | None) -> None:
        """A row of steps up to ``step`` was completed at about session time ``t``."""
        if self._at is None or t - self._at[0] > ROWS_MUST_DO_AFTER_S:
            self.reached(t, step, batch_size)

    def reached(self, t: float, step: int, batch_size: int | None) -> None:
        """The steps up to ``step`` were completed at session time ``t``, with this batch size."""
        if not -math.inf < t < math.inf:
            return
        before, self._at = self._at, (t, step)
        if before is None or t <= before[0] or step <= before[1]:
            return
        t0 = before[0]
        seconds = t - t0 - sum(max(0.0, min(b, t) - max(a, t0)) for a, b in self._idle)
        if seconds <= 0:
            return
        steps = step - before[1]
        keep = math.exp(-seconds / SMOOTHED_OVER_S)
        self._steps = keep * self._steps + steps
        self._samples = keep * self._samples + steps * (batch_size or 0)
        self._seconds = keep * self._seconds + seconds

    def samples_per_s(self) -> float | None:
        """Training examples per second; None if it is not known yet."""
        return self._samples / self._seconds if self._seconds and self._samples else None

    def eta_s(self, steps: int, evaluations: int) -> float | None:
        """The seconds that these updates and evaluations will take; None if it is not known."""
        if not self._seconds or not self._steps:
            return None
        eta = steps * self._seconds / self._steps + evaluations * (self._evaluation_s or 0.0)
        return eta if eta < LONGEST_ETA_S else None
