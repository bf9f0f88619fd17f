"""Exponential smoothing with the same result as in TensorBoard.

TensorBoard keeps 1,000 points of a run and applies the weight to each. So here a weight applies
to a thousandth of the whole axis, or to one step if there are fewer than 1,000. A column of n such
units has the weight to the power of n. So the curve is the same at every width and zoom, and the
time depends only on the number of columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nanotrain_tui.follow.series import Curve

POINTS = 1000


class Smoothing(NamedTuple):
    """How to smooth a curve."""

    weight: float  # 0 (none) to 1
    unit: float  # the number of steps that the weight applies to
    before: Curve | None = None  # its bins before ``first`` are the start of the average
    first: int = 0  # the first step of the first column


def unit_of(end: int) -> float:
    """The number of steps that a weight applies to, on an axis up to step ``end``."""
    return max(1.0, end / POINTS)


def smooth(
    means: Sequence[float | None], counts: Sequence[float], how: Smoothing
) -> list[float | None]:
    """The debiased moving average of columns. ``counts`` are their steps; None is a gap.

    The result has the same length and the same gaps.
    """
    average = known = 0.0  # ``known``: the sum of the weights, 0 to 1; it corrects the start at 0
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
