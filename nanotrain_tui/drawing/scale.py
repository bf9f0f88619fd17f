"""The y axis of a chart, linear or logarithmic: its ends and its labelled values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from nanotrain_tui.catalog.formats import short

Label = Callable[[float], str]

LABEL_CELLS = 5  # of every label of a y axis, so that no label moves a chart
APART_FROM_ROWS = 6  # in a chart with at least this many rows, a row between two labels is free
_ROUND = (1, 2, 5, 10)
_FINE = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # where a logarithmic axis may end
_LARGEST = 1e300  # a larger value is drawn at the edge; so no difference overflows
ANYWHERE = (-_LARGEST, _LARGEST)
_SLACK = 1e-9


class Curves(NamedTuple):
    """The finite values of the curves in sight, each in the order of x."""

    lines: Sequence[Sequence[float]]
    evaluations: Sequence[Sequence[float]] = ()

    @property
    def values(self) -> list[float]:
        """The values of all curves."""
        return [value for curve in (*self.lines, *self.evaluations) for value in curve]

    def mapped(self, change: Callable[[Sequence[float]], Sequence[float]]) -> Curves:
        """The curves, each changed by a function."""
        return Curves([*map(change, self.lines)], [*map(change, self.evaluations)])


class Scale(NamedTuple):
    """A y axis from ``low`` to ``high``. The values ``ticks`` are labelled."""

    low: float
    high: float
    log: bool = False
    ticks: tuple[float, ...] = ()

    def place(self, value: float) -> float:
        """The position of a value: 0 at ``low``, 1 at ``high``, outside of these if it is."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return -math.inf
        low = math.log(self.low)  # the quotient of the two values could overflow
        return (math.log(value) - low) / (math.log(self.high) - low)

    def position(self, value: float) -> float:
        """The position of a value, 0 to 1: a value outside is at the edge."""
        return max(0.0, min(self.place(value), 1.0))

    def side(self, value: float) -> int:
        """-1 if a value is below the axis, 1 if it is above, 0 if it is on it."""
        place = self.place(value)
        return 1 if place > 1 + _SLACK else -1 if place < -_SLACK else 0

    def row(self, value: float, rows: int) -> int:
        """The row of a value in a chart of ``rows`` rows: 0 is the top one."""
        return rows - 1 - min(rows - 1, int(self.position(value) * rows + _SLACK))

    def row_or_outside(self, value: float, rows: int) -> int:
        """The same as ``row``, but -1 for a value above the axis and ``rows`` for one below it."""
        place = self.place(value)
        if place > 1 + _SLACK:
            return -1
        if place < -_SLACK:
            return rows
        return rows - 1 - min(rows - 1, int(max(0.0, place) * rows + _SLACK))

    def labels(self, rows: int, label: Label) -> dict[int, str]:
        """The texts of the ticks by row."""
        return {self.row(tick, rows): label(tick) for tick in self.ticks}


YAxis = Callable[[Curves, int], Scale]  # from the curves in sight and the rows of the chart


def linear_scale(curves: Curves, rows: int, label: Label = short) -> Scale:
    """A linear axis that holds every value. It begins at 0 if the values are close to 0."""
    values = curves.values
    low, high = min(values, default=0.0), max(values, default=1.0)
    return round_scale(0.0 if 0 <= low < high / 2 else low, high, rows, label)


def round_scale(
    low: float,
    high: float,
    rows: int,
    label: Label = short,
    log: bool = False,
    within: tuple[float, float] = ANYWHERE,
) -> Scale:
    """The axis around ``low`` to ``high``, with as many labels at round values as fit.

    At least two rows have a label, and the labels differ, if there are two rows. The axis does not
    leave ``within`` to show a round value, except if ``low`` and ``high`` do. A logarithmic axis
    needs a positive ``low``.
    """
    low, high = max(-_LARGEST, low), min(high, _LARGEST)
    if log:
        found = _log_scales(max(low, 1 / _LARGEST), high)
    else:
        found = _linear_scales(low, high, rows, (min(low, within[0]), max(high, within[1])))
    first: Scale | None = None
    for scale in found:
        first = first or scale
        if _is_readable(scale, rows, label):
            return scale
    return first._replace(ticks=()) if first else Scale(low, high or 1.0)


def ceiling(value: float) -> float:
    """The next round number at or above a positive value: 1, 2, 5, 10, 20 ..."""
    return next_of(_ROUND, value) if value > 0 else 1.0


def _is_readable(scale: Scale, rows: int, label: Label) -> bool:
    """Whether the labels fit, differ, and stand in rows of their own."""
    texts = [label(tick) for tick in scale.ticks]
    if len(set(texts)) < len(texts) or max(map(len, texts)) > LABEL_CELLS:
        return False
    places = [scale.row(tick, rows) for tick in scale.ticks]
    apart = 2 if rows >= APART_FROM_ROWS else 1 if rows > 1 else 0
    return all(lower - upper >= apart for lower, upper in pairwise(places))


def _linear_scales(
    low: float, high: float, rows: int, within: tuple[float, float]
) -> Iterator[Scale]:
    """Axes with fewer and fewer ticks. Their ends are fifths of a tick's step, or a quarter."""
    if high - low <= _SLACK * max(abs(low), abs(high)):
        margin = abs(high) / 2 or 1.0
        low, high = max(within[0], low - margin), min(high + margin, within[1])
    least = (high - low) / max(1, rows)
    power = math.floor(math.log10(least)) if least > 0 else 0
    steps = (
        (_scaled(mantissa, power + i), _scaled(part, power + i))
        for i in range(15)
        for mantissa, part in ((1, 0.2), (2, 0.5), (5, 1))
    )
    for step, part in steps:
        if least <= step < _LARGEST:
            yield _linear(low, high, step, part, within)


def _linear(
    low: float, high: float, step: float, part: float, within: tuple[float, float]
) -> Scale:
    """The axis with a tick at every multiple of ``step``, at least two; it ends at a ``part``."""
    begin = max(within[0], math.floor(low / part + _SLACK) * part)
    end = min(within[1], math.ceil(high / part - _SLACK) * part)
    first, last = math.ceil(begin / step - _SLACK), math.floor(end / step + _SLACK)
    while last - first < 1:
        down, up = (first - 1) * step, (last + 1) * step
        if down >= within[0] and (begin - down <= up - end or up > within[1]):
            first, begin = first - 1, down
        else:
            last, end = last + 1, up
    return Scale(
        _tidy(begin), _tidy(end), False, tuple(_tidy(i * step) for i in range(first, last + 1))
    )


def _log_scales(low: float, high: float) -> Iterator[Scale]:
    """Logarithmic axes with fewer and fewer ticks."""
    low, high = _before_of(_FINE, low), next_of(_FINE, max(low, high))
    decades = range(math.floor(math.log10(low)) - 1, math.floor(math.log10(high)) + 3)
    for mantissas, every in (((1, 2, 5), 1), *(((1,), n) for n in (1, 2, 3, 5, 10, 20, 50, 100))):
        first = decades.start // every * every
        known = [_scaled(mantissa, power) for power in range(first, decades.stop + every, every)
                 for mantissa in mantissas if -300 <= power < 300]  # fmt: skip
        scale = _log(low, high, known)
        if scale is not None:
            yield scale


def _log(low: float, high: float, known: Sequence[float]) -> Scale | None:
    """The axis with those of the ``known`` ticks that it holds, at least two."""
    first = next((i for i, tick in enumerate(known) if tick >= low * (1 - _SLACK)), len(known))
    last = max((i for i, tick in enumerate(known) if tick <= high * (1 + _SLACK)), default=-1)
    while last - first < 1:
        if first > 0 and (
            last + 1 >= len(known) or low / known[first - 1] <= known[last + 1] / high
        ):
            first -= 1
            low = known[first]
        elif last + 1 < len(known):
            last += 1
            high = known[last]
        else:
            return None
    return Scale(low, high, True, tuple(known[first : last + 1]))


def next_of(mantissas: Sequence[float], value: float) -> float:
    """The closest of the mantissas times a power of ten at or above a positive value."""
    power = math.floor(math.log10(value))
    found = (_scaled(mantissa, power) for mantissa in mantissas)
    return next((one for one in found if one >= value * (1 - _SLACK)), value)


def _before_of(mantissas: Sequence[float], value: float) -> float:
    """The closest of the mantissas times a power of ten at or below a positive value."""
    power = math.floor(math.log10(value))
    found = (_scaled(mantissa, power) for mantissa in reversed(mantissas))
    return next((one for one in found if one <= value * (1 + _SLACK)), value)


def _scaled(mantissa: float, power: int) -> float:
    """``mantissa`` times a power of ten, as it is written in decimal."""
    return float(f"{mantissa:g}e{power}")


def _tidy(value: float) -> float:
    """A round value as it is written in decimal: multiples of 0.1 are not exact."""
    return float(f"{value:.12g}") + 0.0  # + 0.0: not -0
