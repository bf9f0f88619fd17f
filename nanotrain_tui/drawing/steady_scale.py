"""Keeps the y axes of a running session still while its newest values make small differences.

Without this, the noise of a training moves an axis to and fro, and all of the chart with it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial

from nanotrain_tui.drawing.chart_model import Chart
from nanotrain_tui.drawing.scale import Curves, Scale

LEAST_USED = 0.75  # an axis of which less is used is replaced
_SLACK = 1e-9


class SteadyScales:
    """The y axes that were drawn last."""

    def __init__(self) -> None:
        self._about: Hashable = None
        self._drawn: dict[tuple[str, int], Scale] = {}

    def hold(self, charts: Sequence[Chart], about: Hashable) -> list[Chart]:
        """The charts with the axes they had, where these still fit.

        ``about``: the session and the view. If it is another one, no axis is kept.
        """
        if about != self._about:
            self._about = about
            self._drawn.clear()
        return [replace(chart, scale=partial(self._scale, chart)) for chart in charts]

    def _scale(self, chart: Chart, curves: Curves, rows: int) -> Scale:
        scale, before = chart.scale(curves, rows), self._drawn.get((chart.key, rows))
        if before is not None and fits(before, scale):
            return before
        self._drawn[chart.key, rows] = scale
        return scale


def fits(before: Scale, wanted: Scale) -> bool:
    """Whether an axis can stay: the wanted one is within it and uses most of it."""
    if before.log != wanted.log:
        return False
    low, high = before.place(wanted.low), before.place(wanted.high)
    return low >= -_SLACK and high <= 1 + _SLACK and high - low >= LEAST_USED - _SLACK
