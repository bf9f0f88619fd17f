"""What a chart shows: a metric over steps or a gauge over time, by the view all charts share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nanotrain_tui.drawing.axis import Axis, axis_of, whole_end
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.scale import Scale
from nanotrain_tui.drawing.smoothing import Smoothing, unit_of
from nanotrain_tui.follow.curves import NO_CURVE, WindowCurves
from nanotrain_tui.follow.not_finite import all_of, in_words
from nanotrain_tui.follow.run_state import Mark, RunState
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.metrics import TRAINING

Detail = WindowCurves  # empty: what the state has
Figure = Callable[[float | None, str], str]
WHOLE = ChartView()
NO_DETAIL = WindowCurves()


@dataclass(frozen=True, slots=True)
class Chart:
    """What one chart shows."""

    key: str  # as the view names it
    title: str
    train: Curve  # the line: over steps, or over seconds
    whole: Curve  # the line of all of the session, for what is not in sight
    last: float | None  # of the line, whatever part is shown
    scale: Callable[[Sequence[float]], Scale]
    figure: Figure  # for the title
    batch_figure: Figure  # of one batch: coarser
    label: Callable[[float], str]  # for the axis
    axis: Axis
    marks: tuple[Mark, ...] = ()
    number: int = 0  # its place among the charts of the session, from 1
    has_line: bool = True  # False: evaluations alone
    evaluated_on: str = ""  # the part of the data of the signs; empty: there are none
    test: Curve = NO_CURVE  # the signs: evaluations over steps
    whole_test: Curve = NO_CURVE
    last_test: float | None = None
    has_best: bool = False  # whether some values are better than others
    best: float | None = None
    smoothing: Smoothing | None = None
    over_time: bool = False
    limits: tuple[float, ...] = ()  # lines across: where the guard acts
    axis_from_height: int = 4  # lower, the x axis is left out

    @property
    def is_recorded(self) -> bool:
        """Whether anything of it was recorded."""
        return bool(self.whole or self.whole_test)

    def place(self, columns: int) -> Callable[[float], float]:
        """The column of an x value of the line; outside the chart if it is not known."""
        place = self.axis.of_times(columns) if self.over_time else self.axis.of_steps(columns)
        return place or (lambda _: -1.0)

    def not_finite(self, glyphs: Glyphs) -> tuple[str, str]:
        """What the marks on its upper edge stand for, and that with the steps; empty for none."""
        for who, curve in (("", self.train), (f"{self.evaluated_on} ", self.test)):
            found = all_of(curve)
            if found is not None:
                signs = "".join(map(glyphs.not_finite, found.kinds))
                brief = f"{signs} {who}{found.brief}"
                return brief, brief if self.over_time else f"{signs} {who}{in_words(curve)}"
        return "", ""

    def at(self, step: int) -> tuple[float | None, float | None]:
        """The values of line and signs at a step, or the last ones before it."""
        times = self.axis.times
        x = times.at(step) if self.over_time and times is not None else step
        line = value_at(self.train, x)
        test = value_at(self.test, step)
        return (
            value_at(self.whole, x) if line is None else line,
            value_at(self.whole_test, step) if test is None else test,
        )


class ChartContext:
    """What all charts of a state are made from; worked out once for all of them."""

    def __init__(
        self, state: RunState, view: ChartView = WHOLE, detail: Detail = NO_DETAIL
    ) -> None:
        self.state = state
        self.view = view
        self._detail = detail
        by_step = view.axis == "step" and view.window is None and not detail
        self.axis = (
            axis_of(state, view, NO_CURVE, NO_CURVE)
            if by_step
            else axis_of(state, view, self._times(), self._epochs())
        )

    def with_time(self) -> ChartContext:
        """The same with gauges, which need to know when each step was done."""
        self.axis = axis_of(self.state, self.view, self._times(), self._epochs())
        return self

    def curve(self, metric: str, part: str = TRAINING) -> Curve:
        """A metric of one part of the data, as closely as it is known."""
        return self._detail.curve(metric, part) or self.state.curve(metric, part)

    def gauge_curve(self, name: str) -> Curve | None:
        """A gauge over seconds in the window shown; None where that has not been read."""
        return self._detail.gauges.get(name)

    def _times(self) -> Curve:
        return self._detail.times or self.state.times

    def _epochs(self) -> Curve:
        return self._detail.epochs or self.state.epochs

    def smoothing(self, whole: Curve) -> Smoothing | None:
        """How to smooth a line; None where the view does not."""
        if not self.view.smoothing:
            return None
        unit = unit_of(whole_end(self.state))
        return Smoothing(self.view.smoothing, unit, whole, self.axis.first)


def value_at(curve: Curve, x: float) -> float | None:
    """The mean of the bin of x, else of the last one before that has a value.

    NaN or infinity where that one holds nothing else.
    """
    begin = min(int((x - curve.start) // curve.width), len(curve.counts) - 1)
    for index in range(begin, -1, -1):
        if curve.counts[index]:
            return curve.means[index]
        if index in curve.bad:
            return math.nan if curve.bad[index].nan else math.inf
    return None
