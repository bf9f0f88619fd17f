"""Exponential smoothing as TensorBoard does it, in work that grows with the columns drawn alone.

TensorBoard weighs the 1,000 points it keeps of a run; so a weight here is that of a thousandth of
the whole axis, of one step where there are fewer. A column that stands for more or less of them
gets the weight raised to as many: the same weight draws the same curve at every width and zoom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nanotrain_tui.follow.series import Curve

POINTS = 1000


class Smoothing(NamedTuple):
    """How to smooth: ``weight`` a ``unit`` of steps, after the bins of ``before``."""

    weight: float
    unit: float
    before: Curve | None = None  # what was before the first column
    first: int = 0  # the first step of that column


def unit_of(end: int) -> float:
    """The steps that a weight is meant for, on an axis up to ``end``."""
    return max(1.0, end / POINTS)


def smooth(
    means: Sequence[float | None], counts: Sequence[float], how: Smoothing
) -> list[float | None]:
    """The debiased moving average of columns, each of so many steps; gaps stay gaps."""
    average = known = 0.0  # ``known``: the weights so far, 0 to 1, that make up for the start at 0
    columns = list(zip(means, counts, strict=True))
    result: list[float | None] = []
    for mean, steps in [*_bins_before(how), *columns]:
        if mean is None:
            result.append(None)
            continue
        kept = how.weight ** (steps / how.unit)
        average = average * kept + mean * (1 - kept)
        known = known * kept + (1 - kept)
        result.append(average / known if known else mean)
    return result[len(result) - len(columns) :]


def _bins_before(how: Smoothing) -> Iterable[tuple[float | None, float]]:
    curve = how.before
    if curve is None:
        return []
    whole = max(0, (how.first - curve.start) // curve.width)
    return [
        (mean, count)
        for mean, count in zip(curve.means[:whole], curve.counts[:whole], strict=True)
        if count
    ]
