"""The data of a chart: a metric over steps or a gauge over time, in the view all charts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nanotrain_tui.drawing.axis import Axis, axis_of, extent
from nanotrain_tui.drawing.backdrop import (
    NOTHING_BEHIND,
    BackCurve,
    Backdrop,
    back_curves,
    has_parent,
)
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.curve_cells import value_at
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.scale import YAxis
from nanotrain_tui.drawing.smoothing import Smoothing, unit_of
from nanotrain_tui.follow.curves import NO_CURVE, NO_WINDOW, WindowCurves
from nanotrain_tui.follow.not_finite_ranges import all_of, in_words
from nanotrain_tui.follow.run_state import Mark, RunState
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.metrics import TRAINING, Metric

Detail = WindowCurves  # empty: the curves of the state are used
Figure = Callable[[float | None, str], str]
WHOLE = ChartView()
NO_DETAIL = NO_WINDOW


@dataclass(frozen=True, slots=True)
class Chart:
    """The data of one chart and how it is drawn."""

    key: str  # unique among the charts of a session
    title: str
    train: Curve  # drawn as a line: over steps, or over seconds if ``over_time``
    whole: Curve  # the same for the whole session
    last: float | None  # the newest value of the line, even if it is not in the window
    scale: YAxis  # from the values in the window to the y axis
    figure: Figure  # the text of a value in the title
    batch_figure: Figure  # the text of a value of one batch: less precise
    label: Callable[[float], str]  # the text of a value on the y axis
    axis: Axis
    marks: tuple[Mark, ...] = ()
    number: int = 0  # its position among the charts of the session, from 1
    has_line: bool = True  # False: there are only evaluations
    evaluated_on: str = ""  # the part of the data of ``test``; empty: there are no evaluations
    test: Curve = NO_CURVE  # drawn as a line with spots: evaluations over steps
    whole_test: Curve = NO_CURVE  # the same for the whole session
    last_test: float | None = None
    has_best: bool = False  # whether some values are better than others
    best: float | None = None
    smoothing: Smoothing | None = None
    over_time: bool = False
    in_steps: bool = False  # whether a value stays until the next one: jumps are no slopes
    limits: tuple[float, ...] = ()  # drawn as horizontal lines: the limits of the heat guard
    axis_from_height: int = 4  # a chart with fewer lines has no x axis
    behind: Sequence[BackCurve] = ()  # curves of other sessions
    newest: int = 0  # the step at which their values are shown if there is no cursor

    @property
    def is_recorded(self) -> bool:
        """Whether the session has recorded a value of it."""
        return bool(self.whole or self.whole_test)

    def place(self, columns: int) -> Callable[[float], float]:
        """A function from an x value of the line to its column; -1 if no time is known."""
        place = self.axis.of_times(columns) if self.over_time else self.axis.of_steps(columns)
        return place or (lambda _: -1.0)

    def not_finite(self, glyphs: Glyphs) -> tuple[str, str]:
        """What the symbols in the top row mean: in brief, and with the steps.

        Both are empty if all values are finite.
        """
        for who, curve in (("", self.train), (f"{self.evaluated_on} ", self.test)):
            found = all_of(curve)
            if found is not None:
                signs = "".join(map(glyphs.not_finite, found.kinds))
                brief = f"{signs} {who}{found.brief}"
                return brief, brief if self.over_time else f"{signs} {who}{in_words(curve)}"
        return "", ""

    def at(self, step: int) -> tuple[float | None, float | None]:
        """The value of the line and of the evaluations at a step, or the last ones before it."""
        times = self.axis.times
        x = times.at(step) if self.over_time and times is not None else step
        line = value_at(self.train, x)
        test = value_at(self.test, step)
        return (
            value_at(self.whole, x) if line is None else line,
            value_at(self.whole_test, step) if test is None else test,
        )


class ChartContext:
    """What all charts of a state have in common. It is computed once."""

    def __init__(
        self,
        state: RunState,
        view: ChartView = WHOLE,
        detail: Detail = NO_DETAIL,
        behind: Backdrop = NOTHING_BEHIND,
    ) -> None:
        self.state = state
        self.view = view
        self._detail = detail
        self._others = behind
        self._lead = has_parent(behind, state.begins_at)
        by_step = view.axis == "step" and view.window is None and not detail
        self.axis = self._axis(NO_CURVE, NO_CURVE) if by_step else self._axis_with_time()

    def _axis(self, times: Curve, epochs: Curve) -> Axis:
        return axis_of(self.state, self.view, times, epochs, self._lead)

    def _axis_with_time(self) -> Axis:
        return self._axis(self._times(), self._epochs())

    def with_time(self) -> ChartContext:
        """Add the session time of each step, which charts of gauges need; returns this object."""
        self.axis = self._axis_with_time()
        return self

    def behind(self, metric: Metric) -> Sequence[BackCurve]:
        """The curves of a metric of the other sessions."""
        return back_curves(self._others, metric, self.axis, self.state.begins_at)

    def curve(self, metric: str, part: str = TRAINING) -> Curve:
        """A metric on one part of the data, in the smallest bins that are known."""
        return self._detail.curve(metric, part) or self.state.curve(metric, part)

    def gauge_curve(self, name: str) -> Curve | None:
        """A gauge over seconds in the window; None if the window has not been read yet."""
        return self._detail.gauges.get(name)

    def _times(self) -> Curve:
        return self._detail.times or self.state.times

    def _epochs(self) -> Curve:
        return self._detail.epochs or self.state.epochs

    def smoothing(self, whole: Curve) -> Smoothing | None:
        """How to smooth a line; None if the view has no smoothing."""
        if not self.view.smoothing:
            return None
        first, last = extent(self.state, self._lead)
        unit = unit_of(last - first)
        return Smoothing(self.view.smoothing, unit, whole, self.axis.first)
