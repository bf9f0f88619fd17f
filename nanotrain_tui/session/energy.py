"""Energy from power: what a board took in, by the trapezoid rule over session time."""

from collections import deque
from typing import Deque, Optional

# Between two readings; a longer gap tells nothing of what was in between. Where readings come
# seldom it may be three times the usual, so that one that failed costs nothing.
LONGEST_GAP_S, SELDOM, LONGEST_SELDOM_GAP_S = 30.0, 3.0, 200.0
USUAL_OF = 5  # the newest gaps


class Energy:
    """Sums power readings in the order of time."""

    def __init__(self) -> None:
        self._t: Optional[float] = None
        self._power_mw = 0.0
        self._gaps: Deque[float] = deque(maxlen=USUAL_OF)
        self.joules: Optional[float] = None  # None until there are two readings

    def pause(self) -> None:
        """What comes next does not go on from the reading before."""
        self._t = None

    def add(self, t: float, power_mw: float) -> None:
        """The module took ``power_mw`` at ``t`` seconds of session time."""
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
        return max(LONGEST_GAP_S, min(SELDOM * usual, LONGEST_SELDOM_GAP_S))
