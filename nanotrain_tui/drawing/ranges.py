"""The part of its values that a chart shows: where the learning happens.

The first evaluations and losses of a training differ so much from all later ones that an axis with
all of them would show nothing else. So a value counts the more the later it is. Values that leave
this range are drawn at the edge of the chart, and marked there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from nanotrain_tui.drawing.scale import Curves

OUTSIDE = 0.03  # of the weight at each end does not set the range
MARGIN = 0.5  # a value that is this close to the range, in its own size, belongs to it
LEVEL_OUTSIDE = 0.16  # the same of a training curve beside evaluations: its level, not its noise
LEVEL_MARGIN = 0.25
NEWEST = 0.05  # of the values: their mean is always shown
LEAST_EVALUATIONS = 3  # fewer do not show a course

Range = tuple[float, float]  # the lowest and the highest value


def telling_range(curves: Curves) -> Range:
    """The lowest and the highest value to show, of at least one value.

    The evaluations set it, and the level of the training curve beside them. Without evaluations,
    the training curve sets it.
    """
    lines = [curve for curve in curves.lines if curve]
    evaluated = [curve for curve in curves.evaluations if curve]
    courses = [curve for curve in evaluated if len(curve) >= LEAST_EVALUATIONS]
    if not lines or not courses:
        return _around(_course(curve) for curve in [*lines, *evaluated])
    low, high = _around([*map(_course, courses), *map(_level, lines)])
    return _extended((low, high), LEVEL_MARGIN, lines)


def _course(values: Sequence[float]) -> Range:
    """The range of a curve, like the whiskers of a box plot: quantiles and what is near them."""
    return _extended(_quantiles(values, OUTSIDE), MARGIN, [values, [_newest(values)]])


def _level(values: Sequence[float]) -> Range:
    """The range of the level of a noisy curve."""
    newest = _newest(values)
    return _around([_quantiles(values, LEVEL_OUTSIDE), (newest, newest)])


def _newest(values: Sequence[float]) -> float:
    newest = values[-math.ceil(NEWEST * len(values)) :]
    return sum(value / len(newest) for value in newest)


def _extended(known: Range, margin: float, curves: Iterable[Sequence[float]]) -> Range:
    """The range and the values that are close to it."""
    low, high = known
    room = margin * (high - low)
    near = [value for curve in curves for value in curve if low - room <= value <= high + room]
    return min([low, *near]), max([high, *near])


def _around(ranges: Iterable[Range]) -> Range:
    known = list(ranges)
    return min(low for low, _ in known), max(high for _, high in known)


def _quantiles(values: Sequence[float], outside: float) -> Range:
    """The values below and above which ``outside`` of the weight is.

    The weight of a value grows with its index.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    limit = outside * len(values) ** 2 / 2
    return values[_first_after(order, limit)], values[_first_after(order[::-1], limit)]


def _first_after(order: Sequence[int], limit: float) -> int:
    """The first index at which the sum of the weights exceeds the limit."""
    for index in order:
        limit -= index + 0.5
        if limit < 0:
            return index
    return order[-1]
