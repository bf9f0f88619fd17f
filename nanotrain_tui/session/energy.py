"""Energy from power: what a board took in, by the trapezoid rule over session time."""

from typing import Optional

LONGEST_GAP_S = 30.0  # between two readings; a longer one tells nothing of what was in between


class Energy:
    """Sums power readings in the order of time."""

    def __init__(self) -> None:
        self._t: Optional[float] = None
        self._power_mw = 0.0
        self.joules: Optional[float] = None  # None until there are two readings

    def pause(self) -> None:
        """What comes next does not go on from the reading before."""
        self._t = None

    def add(self, t: float, power_mw: float) -> None:
        """The module took ``power_mw`` at ``t`` seconds of session time."""
        if self._t is not None and 0 < t - self._t <= LONGEST_GAP_S:
            mean_w = (power_mw + self._power_mw) / 2000.0
            self.joules = (self.joules or 0.0) + mean_w * (t - self._t)
        if self._t is None or t >= self._t:
            self._t, self._power_mw = t, power_mw
