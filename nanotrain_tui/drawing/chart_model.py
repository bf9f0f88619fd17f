"""What a chart shows: a metric over steps or a gauge over time, by the view all charts share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from nanotrain_tui.catalog.formats import figure, percent, short
from nanotrain_tui.drawing.axis import Axis, axis_of, whole_end
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.scale import Scale, accuracy_scale, linear_scale, log_scale, loss_scale
from nanotrain_tui.drawing.smoothing import Smoothing, unit_of
from nanotrain_tui.follow.curves import NO_CURVE, WindowCurves
from nanotrain_tui.follow.not_finite import all_of, in_words
from nanotrain_tui.follow.run_state import Gauge, Mark, RunState
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.metrics import TEST, TRAINING

Detail = WindowCurves  # empty: what the state has
Figure = Callable[[float | None, str], str]
WHOLE = ChartView()
NO_DETAIL = WindowCurves()


@dataclass(frozen=True, slots=True)
class Chart:
    """What one chart shows."""

    name: str  # as the view names it
    title: str
    train: Curve  # the line: over steps, or over seconds
    test: Curve  # the single signs, over steps
    whole: Curve  # the line of all of the session, for what is not in sight
    whole_test: Curve
    last: float | None  # of the line, whatever part is shown
    last_test: float | None
    best: float | None
    scale: Callable[[Sequence[float]], Scale]
    figure: Figure  # for the title
    batch_figure: Figure  # of one batch: coarser
    label: Callable[[float], str]  # for the axis
    axis: Axis
    marks: tuple[Mark, ...] = ()
    smoothing: Smoothing | None = None
    over_time: bool = False
    limits: tuple[float, ...] = ()  # lines across: where the guard acts
    axis_from_height: int = 4  # lower, the x axis is left out

    def place(self, columns: int) -> Callable[[float], float]:
        """The column of an x of the line; outside where it cannot be told."""
        place = self.axis.of_times(columns) if self.over_time else self.axis.of_steps(columns)
        return place or (lambda _: -1.0)

    def not_finite(self, glyphs: Glyphs) -> tuple[str, str]:
        """What the marks on its upper edge stand for, and that with the steps; empty for none."""
        for who, curve in (("", self.train), ("test ", self.test)):
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


class Charts:
    """Makes the charts of a state; what they share is worked out once."""

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

    def with_time(self) -> Charts:
        """The same with gauges, which need to know when each step was done."""
        self.axis = axis_of(self.state, self.view, self._times(), self._epochs())
        return self

    def accuracy(self) -> Chart:
        """Accuracy: higher is better."""
        state = self.state
        return Chart(
            name="accuracy",
            title="Accuracy",
            train=self._curve("accuracy"),
            test=self._curve("accuracy", TEST),
            whole=state.curve("accuracy"),
            whole_test=state.curve("accuracy", TEST),
            last=state.curve("accuracy").last,
            last_test=state.curve("accuracy", TEST).last,
            best=state.curve("accuracy", TEST).high,
            scale=accuracy_scale,
            figure=percent,
            batch_figure=_whole_percent,
            label=_whole_percent,
            axis_from_height=6,  # the chart of the loss below it has the same one
            axis=self.axis,
            marks=state.marks,
            smoothing=self._smoothing(state.curve("accuracy")),
        )

    def loss(self) -> Chart:
        """Loss: lower is better."""
        state = self.state
        return Chart(
            name="loss",
            title="Loss",
            train=self._curve("loss"),
            test=self._curve("loss", TEST),
            whole=state.curve("loss"),
            whole_test=state.curve("loss", TEST),
            last=state.curve("loss").last,
            last_test=state.curve("loss", TEST).last,
            best=state.curve("loss", TEST).low,
            scale=SCALES[self.view.scale],
            figure=figure,
            batch_figure=figure,
            label=short,
            axis=self.axis,
            marks=state.marks,
            smoothing=self._smoothing(state.curve("loss")),
        )

    def learning_rate(self) -> Chart:
        """The learning rate in force, as it is: nothing in it to smooth."""
        return self._single(
            "learning_rate", "Learning rate", self._curve("learning_rate"),
            self.state.curve("learning_rate"), self.state.curve("learning_rate").last,
            SCALES[self.view.scale], figure, short,
        )  # fmt: skip

    def _limits(self, unit: str) -> tuple[float, ...]:
        known = self.state.heat_limits
        return (known.resume, known.pause) if known is not None and unit == "°C" else ()

    def gauge(self, name: str, title: str) -> Chart:
        """A gauge, as it was measured."""
        gauge = self.state.gauges.get(name) or Gauge("")
        scale = _shares if gauge.unit == "%" else linear_scale
        written = partial(_with_unit, unit=gauge.unit)
        curve = self._detail.gauges.get(name) or gauge.curve
        limits = self._limits(gauge.unit)  # in sight, however far away
        chart = self._single(
            name, title, curve, gauge.curve, gauge.now,
            lambda values: scale([*values, *limits]), written, short, over_time=True,
        )  # fmt: skip
        return replace(chart, limits=limits)

    def _single(
        self,
        name: str,
        title: str,
        line: Curve,
        whole: Curve,
        last: float | None,
        scale: Callable[[Sequence[float]], Scale],
        written: Figure,
        label: Callable[[float], str],
        over_time: bool = False,
    ) -> Chart:
        return Chart(
            name=name,
            title=title,
            train=line,
            test=NO_CURVE,
            whole=whole,
            whole_test=NO_CURVE,
            last=last,
            last_test=None,
            best=None,
            scale=scale,
            figure=written,
            batch_figure=written,
            label=label,
            axis=self.axis,
            marks=self.state.marks,
            over_time=over_time,
        )

    def _curve(self, metric: str, part: str = TRAINING) -> Curve:
        return self._detail.curve(metric, part) or self.state.curve(metric, part)

    def _times(self) -> Curve:
        return self._detail.times or self.state.times

    def _epochs(self) -> Curve:
        return self._detail.epochs or self.state.epochs

    def _smoothing(self, whole: Curve) -> Smoothing | None:
        if not self.view.smoothing:
            return None
        unit = unit_of(whole_end(self.state))
        return Smoothing(self.view.smoothing, unit, whole, self.axis.first)


def log_or_linear(values: Sequence[float]) -> Scale:
    """Logarithmic where that can be."""
    return log_scale(values) or linear_scale(values)


SCALES: Mapping[str, Callable[[Sequence[float]], Scale]] = {
    "auto": loss_scale, "linear": linear_scale, "log": log_or_linear,
}  # fmt: skip


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


def _whole_percent(value: float | None, missing: str = "") -> str:
    return percent(value, missing, digits=0)


def _shares(_: Sequence[float]) -> Scale:
    return Scale(0.0, 100.0)


def _with_unit(value: float | None, missing: str, unit: str) -> str:
    return missing if value is None else f"{short(value)}{'' if unit == '%' else ' '}{unit}"
