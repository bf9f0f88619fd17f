"""How fast training goes and when it will end."""

from __future__ import annotations

import math
from collections import deque

SMOOTHED_OVER_S = 5.0  # of training time
ROWS_MUST_DO_AFTER_S = 2.5
LONGEST_ETA_S = 366 * 86400.0


class Speed:
    """Training speed, smoothed over time spent in updates: pauses and evaluations do not count.

    It is taken between events and samples, which say exactly when which step was done. Rows of
    steps do not, once they are merged; only where nothing else was recorded for long they must do.
    """

    def __init__(self) -> None:
        self._idle: deque[tuple[float, float]] = deque(maxlen=32)
        self.restart()

    def restart(self) -> None:
        """Forget the speed: a new process, maybe another machine's load."""
        self._steps = self._samples = self._seconds = 0.0
        self._evaluation_s: float | None = None
        self._at: tuple[float, int] | None = None

    def idle(self, t0: float, t1: float) -> None:
        """Between these session times no update ran."""
        if t1 > t0:
            self._idle.append((t0, t1))

    def evaluated(self, t: float, seconds: float | None) -> None:
        """An evaluation took this long and ended at ``t``."""
        if seconds is None or not 0 <= seconds < LONGEST_ETA_S:
            return
        self.idle(t - seconds, t)
        before = seconds if self._evaluation_s is None else self._evaluation_s
        self._evaluation_s = 0.7 * before + 0.3 * seconds

    def trained(self, t: float, step: int, batch_size: int | None) -> None:
        """The steps up to ``step`` are completed at about ``t``."""
        if self._at is None or t - self._at[0] > ROWS_MUST_DO_AFTER_S:
            self.reached(t, step, batch_size)

    def reached(self, t: float, step: int, batch_size: int | None) -> None:
        """At ``t`` so many steps were done, of this many examples each since the last word."""
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
        """Training examples a second; None while unknown."""
        return self._samples / self._seconds if self._seconds and self._samples else None

    def eta_s(self, steps: int, evaluations: int) -> float | None:
        """Seconds for so many more updates and evaluations; None while unknown."""
        if not self._seconds or not self._steps:
            return None
        eta = steps * self._seconds / self._steps + evaluations * (self._evaluation_s or 0.0)
        return eta if eta < LONGEST_ETA_S else None
