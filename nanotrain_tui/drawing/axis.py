"""The x axis that all charts share: steps, session time or epochs."""

from __future__ import annotations

import math
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from nanotrain_tui.catalog.formats import clock, plural, short
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.scale import next_of
from nanotrain_tui.follow.run_state import Mark, RunState
from nanotrain_tui.follow.series import Curve

FIRST_STEPS = 64  # an axis of steps is never shorter, unless fewer steps are planned
LEAD = 8  # the axis of a fork begins by this part of its steps before the fork
GROWTH = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.4, 8, 10)  # the ends of an axis, by power of ten
ROUND_TIMES = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 40, 50, 60)


@dataclass(frozen=True, slots=True)
class Ruler:
    """Converts steps to another unit and back, by linear interpolation.

    ``steps`` and ``values`` have the same length, at least 2, and are in ascending order. Outside
    the known steps the first or the last line is extended.
    """

    steps: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, step: float) -> float:
        """The value at a step."""
        return _between(self.steps, self.values, step)

    def step_at(self, value: float) -> float:
        """The step at a value."""
        return _between(self.values, self.steps, value)


def ruler_of(curve: Curve) -> Ruler | None:
    """A ruler from a curve whose values grow with the step; None with fewer than two values."""
    knots = []
    for i, (count, mean) in enumerate(zip(curve.counts, curve.means, strict=True)):
        if count:
            begin = curve.start + i * curve.width
            knots.append(((begin + min(begin + curve.width - 1, curve.end)) / 2, mean))
    if knots and curve.last is not None and curve.end > knots[-1][0]:
        knots.append((curve.end, curve.last))
    if len(knots) < 2:
        return None
    return Ruler(tuple(step for step, _ in knots), tuple(accumulate((v for _, v in knots), max)))


def _between(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    index = max(1, min(bisect_right(xs, x), len(xs) - 1))
    x0, x1, y0, y1 = xs[index - 1], xs[index], ys[index - 1], ys[index]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0) if x1 > x0 else y1


@dataclass(frozen=True, slots=True)
class Axis:
    """An x axis from ``low`` to ``high``, in the unit of its ``kind``.

    The unit is steps ("step"), seconds of session time ("time") or epochs ("epoch"). ``first`` and
    ``last`` are the first and the last step on it.
    """

    first: int
    last: int
    low: float
    high: float
    kind: str = "step"
    ruler: Ruler | None = None  # from steps to the unit of the kind; None: the unit is steps
    times: Ruler | None = None  # from steps to session time in seconds

    def of_steps(self, columns: int) -> Callable[[float], float]:
        """A function from a step to its column, which may lie outside of 0 to ``columns``."""
        low, high, ruler = self.low, self.high, self.ruler
        if ruler is None:
            return lambda step: (step - low) * columns / (high - low)
        return lambda step: (ruler.at(step) - low) * columns / (high - low)

    def of_times(self, columns: int) -> Callable[[float], float] | None:
        """A function from a session time in seconds to its column; None if no time is known."""
        low, high, times = self.low, self.high, self.times
        if self.kind == "time":
            return lambda t: (t - low) * columns / (high - low)
        if times is None:
            return None
        place = self.of_steps(columns)
        return lambda t: place(times.step_at(t))

    def cell(self, step: int, across: int) -> int | None:
        """The cell of a step, 0 to ``across`` - 1; None if the step is outside of the axis."""
        if not self.first <= step <= self.last:
            return None
        return max(0, min(int(self.of_steps(across)(step)), across - 1))

    def mark_cell(self, mark: Mark, across: int) -> int | None:
        """The cell of a mark; None if it is outside of the axis.

        An axis of session time places a mark by its time, because a pause has a length there.
        """
        if self.kind != "time":
            return self.cell(mark.step, across)
        if not self.low <= mark.t <= self.high:
            return None
        return min(int((mark.t - self.low) * across / (self.high - self.low)), across - 1)

    def step_of(self, cell: int, across: int) -> int:
        """The first step of a cell."""
        x = self.low + cell * (self.high - self.low) / across
        step = x if self.ruler is None else self.ruler.step_at(x)
        return math.ceil(step)

    def step_in(self, cell: int, across: int) -> int:
        """The step in the middle of a cell, or the one that covers it."""
        x = self.low + (cell + 0.5) * (self.high - self.low) / across
        step = math.floor(x if self.ruler is None else self.ruler.step_at(x))
        found = self.cell(step, across)
        next_step = found is not None and found < cell and self.cell(step + 1, across) == cell
        return max(self.first, min(step + next_step, self.last))

    def labels(self) -> tuple[str, str, str]:
        """The texts of the start, of the end, and of the end in at most five cells."""
        if self.kind == "time":
            return clock(self.low), clock(self.high), clock(self.high)
        if self.kind == "epoch":
            return short(self.low), f"{short(self.high)} epochs", short(self.high)
        first = f"{self.first:,}" if self.first < 10**6 else short(self.first)
        return first, plural(self.last, "step"), short(self.last)


def axis_of(
    state: RunState, view: ChartView, times: Curve, epochs: Curve, lead: bool = False
) -> Axis:
    """The axis of a view. ``times`` and ``epochs`` are session time (s) and epochs over steps.

    The axis shows steps if what the view asks for is not known. ``lead``: see ``extent``.
    """
    first, last = view.shown(extent(state, lead))
    clock_ruler = ruler_of(times)
    ruler = {"time": clock_ruler, "epoch": ruler_of(epochs)}.get(view.axis)
    if ruler is None:
        return Axis(first, last, first, last + 1, times=clock_ruler)
    low, high = max(0.0, ruler.at(first)), ruler.at(last + 1)
    if view.window is None and view.axis == "time":
        low, high = 0.0, max(1.0, state.elapsed_s) if state.ended else time_end(state.elapsed_s)
    return Axis(first, last, low, max(high, low + 1e-6), view.axis, ruler, clock_ruler)


def extent(state: RunState, lead: bool = False) -> tuple[int, int]:
    """The first and the last step of the axis that shows the whole session.

    A fork begins at the step of its checkpoint, or a little before it if there is a ``lead``: the
    last steps of its parent. A session that ended fills the axis.
    """
    first = state.begins_at
    if state.ended:
        last = max(first + 1, state.step)
    else:
        planned = None if state.steps is None else state.steps - first
        last = first + axis_end(state.step - first, planned)
    return first - (min(first, (last - first) // LEAD) if lead else 0), last


def axis_end(x: float, planned: int | None = None) -> int:
    """The end of an x axis that holds ``x``. It grows by about a quarter when it is full.

    So at least four fifths are used, and most new values do not move what is already drawn. The
    axis ends at ``planned`` if that is less, but never before ``x``.
    """
    if planned is not None and x > planned:
        return math.ceil(x)
    end = next_of(GROWTH, max(x, FIRST_STEPS))
    return max(1, min(round(end), planned or sys.maxsize))


def time_end(seconds: float) -> int:
    """The end of an axis of session time: a round time that grows by about a quarter."""
    unit = 86400 if seconds > 86400 else 3600 if seconds > 3600 else 60
    end = max(seconds / unit, 1.0)
    if unit == 86400:
        return round(next_of(GROWTH, end) * unit)
    return round(next(part for part in ROUND_TIMES if part >= end - 1e-9) * unit)


def room_for(x: float, kind: str) -> float:
    """The end of an x axis of a kind of ``chart_view.AXES`` that holds ``x`` and still grows."""
    if kind == "time":
        return float(time_end(x))
    return float(axis_end(x)) if kind == "step" else next_of(GROWTH, x)
