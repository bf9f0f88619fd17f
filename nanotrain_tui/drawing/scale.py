"""The range of a y axis, linear or logarithmic, and the end of an x axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

# A range wider than this has a logarithmic axis: large first values would flatten the rest.
LOG_FROM_RATIO = 20.0
ROUNDING = 1e-6  # the mean of fractions may be outside of 0 to 1 by this much
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class Scale(NamedTuple):
    """A y axis from ``low`` to ``high``."""

    low: float
    high: float
    log: bool = False

    def position(self, value: float) -> float:
        """The position of a value: 0 at ``low`` and below, 1 at ``high`` and above."""
        if value <= self.low:
            return 0.0
        if value >= self.high:
            return 1.0
        if self.log:
            low = math.log(self.low)  # the quotient of the two values could overflow
            return (math.log(value) - low) / (math.log(self.high) - low)
        return (value - self.low) / (self.high - self.low)

    def middle(self) -> float:
        """The value at position 0.5."""
        return (
            math.sqrt(self.low) * math.sqrt(self.high) if self.log else (self.low + self.high) / 2
        )


def fraction_scale(values: Iterable[float]) -> Scale:
    """A scale up to 1, from 0, 0.5, 0.8 or 0.9: the largest of these that shows every value.

    If a value is outside of 0 to 1, the scale is that of ``linear_scale``.
    """
    shown = list(values)
    lowest = min(shown, default=0.0)
    if lowest < -ROUNDING or max(shown, default=0.0) > 1.0 + ROUNDING:
        return linear_scale(shown)
    floors = (0.0, 0.5, 0.8, 0.9)
    return Scale(max(floor for floor in floors if floor <= max(0.0, lowest)), 1.0)


def log_if_wide(values: Iterable[float]) -> Scale:
    """Logarithmic if no value is negative and the values span a factor of 20, else linear."""
    shown = list(values)
    positive = min((value for value in shown if value > 0), default=0.0)
    wide = positive and max(shown) / positive >= LOG_FROM_RATIO
    return (log_scale(shown) if wide else None) or linear_scale(shown)


def log_scale(values: Iterable[float]) -> Scale | None:
    """A logarithmic scale; None if a value is negative or no value is above 0."""
    shown = list(values)
    positive = [value for value in shown if value > 0]
    if not positive or min(shown) < 0:
        return None
    low, high = _round_log(min(positive), up=False), _round_log(max(positive), up=True)
    return Scale(low, high if high > low else _round_log(high * 1.5, up=True), log=True)


def log_or_linear(values: Iterable[float]) -> Scale:
    """A logarithmic scale if it is possible, else a linear one."""
    shown = list(values)
    return log_scale(shown) or linear_scale(shown)


def linear_scale(values: Iterable[float]) -> Scale:
    """A linear scale between round numbers. It begins at 0 if the values are close to 0."""
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
    """The closest 1, 2 or 5 times a power of ten above or below a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    if power == 0.0:
        return value
    slack = 1e-9
    if up:
        return next(power * f for f in (1, 2, 5, 10) if power * f >= value * (1 - slack))
    return next(power * f for f in (5, 2, 1) if power * f <= value * (1 + slack))


def axis_end(x: float, planned: int | None = None, first: int = 64) -> int:
    """The end of an x axis that holds ``x``. It starts at ``first`` and doubles when it is full.

    So most new values do not move what is already drawn. The axis ends at ``planned`` if that is
    less, but never before ``x``.
    """
    end = first
    while end < x:
        end *= 2
    return max(planned, math.ceil(x)) if planned is not None and planned < end else end
