"""Integrates power to energy, by the trapezoidal rule over session time."""

from collections import deque
from typing import Deque, Optional

# The longest gap between two readings that is integrated: nothing is known of a longer one. With a
# long interval it is three times the usual gap, so that a single missing reading costs nothing.
LONGEST_GAP_S, GAP_FACTOR, LONGEST_SCALED_GAP_S = 30.0, 3.0, 200.0
USUAL_OF = 5  # the usual gap is the median of so many of the newest ones


class Energy:
    """Sums power readings in order of time; ``joules`` is None until there are two readings."""

    def __init__(self) -> None:
        self._t: Optional[float] = None
        self._power_mw = 0.0
        self._gaps: Deque[float] = deque(maxlen=USUAL_OF)
        self.joules: Optional[float] = None

    def pause(self) -> None:
        """Do not integrate from the last reading to the next one."""
        self._t = None

    def add(self, t: float, power_mw: float) -> None:
        """Add a reading: ``power_mw`` in mW at ``t`` seconds of session time."""
        gap = 0.0 if self._t is None else t - self._t
        if gap > 0:
            self._gaps.append(gap)
            if gap <= self._longest_s():
                mean_w = (power_mw + self._power_mw) / 2000.0
                self.joules = (self.joules or 0.0) + mean_w * gap
        if self._t is None or t >= self._t:
            self._t, self._power_mw = t, power_mw

    def _longest_s(self) -> float:
        usual = sorted(self._gaps)[len(self._gaps) // 2]
        return max(LONGEST_GAP_S, min(GAP_FACTOR * usual, LONGEST_SCALED_GAP_S))
