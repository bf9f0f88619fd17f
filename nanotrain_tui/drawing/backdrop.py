"""The sessions that are drawn behind the curves of the session shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from nanotrain_tui.drawing.axis import Axis, Ruler, ruler_of
from nanotrain_tui.drawing.curve_cells import evaluations, value_at
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.metric_text import cut
from nanotrain_tui.drawing.plot import Columns, resample
from nanotrain_tui.follow.curves import NO_WINDOW, WindowCurves
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.metrics import TRAINING, Metric

PARENT = "P"  # the letter of a fork's parent
LETTERS = "ABCDEFGH"  # those of other sessions
NAME_CELLS = 16  # the name of a session in a title is cut to this


class Other(NamedTuple):
    """Another session, with the letter that marks its curves."""

    letter: str
    state: RunState
    detail: WindowCurves = NO_WINDOW  # of the steps shown, if the charts are zoomed in

    @property
    def name(self) -> str:
        """``mnist-1``; ``parent mnist-1`` for the parent of a fork."""
        return f"parent {self.state.name}" if self.letter == PARENT else self.state.name

    def curves(self, metric: str, part: str) -> tuple[Curve, Curve]:
        """A metric in the smallest bins that are known, and for the whole session."""
        whole = self.state.curve(metric, part)
        return self.detail.curve(metric, part) or whole, whole


Backdrop = tuple[Other, ...]
NOTHING_BEHIND: Backdrop = ()


class Placing(NamedTuple):
    """Where the steps of another session are on the x axis."""

    ruler: Ruler | None  # from its steps to the unit of the axis; None: the unit is steps
    begin: float = 0.0  # added to that unit

    def columns(self, axis: Axis, columns: int) -> Callable[[float], float]:
        """A function from a step of that session to its column on the axis."""
        ruler = self.ruler
        if ruler is None:
            return axis.of_steps(columns)
        low, high = axis.low - self.begin, axis.high - self.begin
        return lambda step: (ruler.at(step) - low) * columns / (high - low)

    def steps(self, axis: Axis) -> tuple[float, float]:
        """The first and the last step of that session on the axis."""
        if self.ruler is None:
            return axis.first, axis.last
        low, high = axis.low - self.begin, axis.high - self.begin
        return self.ruler.step_at(low), self.ruler.step_at(high)


class BackCurve(NamedTuple):
    """A curve of another session, and where its steps are on the x axis."""

    letter: str
    name: str
    curve: Curve  # over steps: evaluations, or the training line if there are none
    placing: Placing
    whole: Curve  # the same for the whole session
    held: bool = False  # whether a value stays until the next one: no slopes

    def columns(self, axis: Axis, columns: int) -> Columns:
        """The curve in ``columns`` columns, to the edges if it continues outside of the axis."""
        place = self.placing.columns(axis, columns)
        if self.held:
            return resample(self.curve, columns, place, steps=True)
        found = evaluations(self.curve, columns, place)
        places = [
            (place(self.whole.start + i * self.whole.width), self.whole.means[i])
            for i, count in enumerate(self.whole.counts)
            if count
        ]
        for (x0, y0), (x1, y1) in pairwise(places):
            for edge, x in ((0.0, 0), (float(columns), columns - 1)):
                if x0 < edge <= x1 and found.means[x] is None:
                    found.means[x] = y0 + (y1 - y0) * (edge - x0) / (x1 - x0)
        return found

    def value(self, step: int) -> float | None:
        """Its value at a step, or the last one before it."""
        found = value_at(self.curve, step)
        return value_at(self.whole, step) if found is None else found


def has_parent(behind: Backdrop, begins_at: int) -> bool:
    """Whether there are steps of the parent before the first step of a fork."""
    parents = [one.state for one in behind if one.letter == PARENT]
    return begins_at > 0 and any(state.step >= begins_at for state in parents)


def back_curves(behind: Backdrop, metric: Metric, axis: Axis, begins_at: int) -> list[BackCurve]:
    """The curves of a metric of the other sessions, as far as they are recorded."""
    found = []
    for one in behind:
        curve, whole = one.curves(metric.name, metric.shown_of)
        if not whole:
            curve, whole = one.curves(metric.name, TRAINING)
        placing = placing_of(one, axis, begins_at)
        if whole and placing is not None:
            held = not metric.is_result and whole.jumps
            if held:
                curve, whole = curve.stepped(), whole.stepped()
            found.append(BackCurve(one.letter, one.name, curve, placing, whole, held))
    return found


def placing_of(one: Other, axis: Axis, begins_at: int) -> Placing | None:
    """Where the steps of another session are on the axis; None if that is not known.

    ``begins_at`` is the first step of the session shown, if it is a fork.
    """
    rulers = {"time": one.state.times, "epoch": one.state.epochs}
    if axis.kind not in rulers:
        return Placing(None)
    ruler = ruler_of(rulers[axis.kind])
    if ruler is None:
        return None
    if one.letter == PARENT and axis.kind == "time" and axis.ruler:
        # Its time at the fork is ours.
        return Placing(ruler, axis.ruler.at(begins_at) - ruler.at(begins_at))
    return Placing(ruler)


def steps_shown(one: Other, axis: Axis, begins_at: int) -> tuple[int, int] | None:
    """The steps of another session on the axis; None if it has none there."""
    placing = placing_of(one, axis, begins_at)
    if placing is None:
        return None
    low, high = placing.steps(axis)
    first, last = max(1, math.floor(low)), min(one.state.step, math.ceil(high))
    return (first, last) if first <= last else None


def legend(curves: Sequence[BackCurve], glyphs: Glyphs, values: Sequence[str] = ()) -> Line:
    """``  A mnist-1 93.12%  B mnist-2 94.01%``: the letters, names and values of the curves."""
    texts = [f" {text}" for text in values] or [""] * len(curves)
    return tuple(
        Span(f"  {one.letter} {cut(one.name, NAME_CELLS, glyphs.ellipsis)}{text}", "muted")
        for one, text in zip(curves, texts, strict=True)
    )
