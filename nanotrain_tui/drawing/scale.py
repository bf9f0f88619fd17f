"""Axes: which range to draw, linear or logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

# A range wider than this is drawn on a logarithmic axis: a wild start would flatten the rest.
LOG_FROM_RATIO = 20.0
ROUNDING = 1e-6  # of the mean of fractions
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class Scale(NamedTuple):
    """A y axis from ``low`` to ``high``."""

    low: float
    high: float
    log: bool = False

    def position(self, value: float) -> float:
        """Where a value lies, 0 at ``low`` to 1 at ``high``; what lies outside is on the edge."""
        if value <= self.low:
            return 0.0
        if value >= self.high:
            return 1.0
        if self.log:
            low = math.log(self.low)  # apart, as a quotient may be beyond what a float holds
            return (math.log(value) - low) / (math.log(self.high) - low)
        return (value - self.low) / (self.high - self.low)

    def middle(self) -> float:
        """The value half way up."""
        return (
            math.sqrt(self.low) * math.sqrt(self.high) if self.log else (self.low + self.high) / 2
        )


def fraction_scale(values: Iterable[float]) -> Scale:
    """Up to 1, from the highest of some round floors that leaves no value out.

    Linear where a value is no fraction of 0 to 1.
    """
    shown = list(values)
    lowest = min(shown, default=0.0)
    if lowest < -ROUNDING or max(shown, default=0.0) > 1.0 + ROUNDING:
        return linear_scale(shown)
    floors = (0.0, 0.5, 0.8, 0.9)
    return Scale(max(floor for floor in floors if floor <= max(0.0, lowest)), 1.0)


def log_if_wide(values: Iterable[float]) -> Scale:
    """Logarithmic where the values span a factor of 20 and none is negative, else linear."""
    shown = list(values)
    positive = min((value for value in shown if value > 0), default=0.0)
    wide = positive and max(shown) / positive >= LOG_FROM_RATIO
    return (log_scale(shown) if wide else None) or linear_scale(shown)


def log_scale(values: Iterable[float]) -> Scale | None:
    """A logarithmic axis; None where a value is negative or none is above nought."""
    shown = list(values)
    positive = [value for value in shown if value > 0]
    if not positive or min(shown) < 0:
        return None
    low, high = _round_log(min(positive), up=False), _round_log(max(positive), up=True)
    return Scale(low, high if high > low else _round_log(high * 1.5, up=True), log=True)


def log_or_linear(values: Iterable[float]) -> Scale:
    """Logarithmic where that can be."""
    shown = list(values)
    return log_scale(shown) or linear_scale(shown)


def linear_scale(values: Iterable[float]) -> Scale:
    """A linear axis between round figures, from 0 where that is not far."""
    shown = list(values)
    if not shown:
        return Scale(0.0, 1.0)
    low, high = min(shown), max(shown)
    if 0 <= low < high / 2:
        low = 0.0
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = abs(high) / 2 or 1.0
        low, high = low - margin, high + margin
    step = _round_step((high - low) / 4)
    return Scale(math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step)


def ceiling(value: float) -> float:
    """The next round number at or above a positive value: 1, 2, 5, 10, 20 ..."""
    return _round_log(value, up=True) if value > 0 else 1.0


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in _STEPS if power * factor >= step * (1 - 1e-9))


def _round_log(value: float, up: bool) -> float:
    """The 1, 2 or 5 times a power of ten next to a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    if power == 0.0:
        return value
    slack = 1e-9
    if up:
        return next(power * f for f in (1, 2, 5, 10) if power * f >= value * (1 - slack))
    return next(power * f for f in (5, 2, 1) if power * f <= value * (1 + slack))


def axis_end(x: float, planned: int | None = None, first: int = 64) -> int:
    """The end of an x axis that doubles when full, so that most frames leave the drawing as it is.

    It stops doubling at what is planned.
    """
    end = first
    while end < x:
        end *= 2
    return max(planned, math.ceil(x)) if planned is not None and planned < end else end
