"""The sessions that are drawn behind the curves of the session shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from nanotrain_tui.drawing.axis import Axis, Ruler, ruler_of
from nanotrain_tui.drawing.curve_cells import evaluations
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.metric_text import cut
from nanotrain_tui.drawing.plot import Columns
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

    @property
    def name(self) -> str:
        """``mnist-1``; ``parent mnist-1`` for the parent of a fork."""
        return f"parent {self.state.name}" if self.letter == PARENT else self.state.name


Backdrop = tuple[Other, ...]
NOTHING_BEHIND: Backdrop = ()


class BackCurve(NamedTuple):
    """A curve of another session, and where its steps are on the x axis."""

    letter: str
    name: str
    curve: Curve  # over steps: evaluations, or the training line if there are none
    ruler: Ruler | None  # from its steps to the unit of the axis; None: the unit is steps
    begin: float = 0.0  # added to that unit

    def columns(self, axis: Axis, columns: int) -> Columns:
        """The curve in ``columns`` columns, to the edges if it continues outside of the axis."""
        place = self._place(axis, columns)
        found = evaluations(self.curve, columns, place)
        places = [
            (place(self.curve.start + i * self.curve.width), self.curve.means[i])
            for i, count in enumerate(self.curve.counts)
            if count
        ]
        for (x0, y0), (x1, y1) in pairwise(places):
            for edge, x in ((0.0, 0), (float(columns), columns - 1)):
                if x0 < edge <= x1 and found.means[x] is None:
                    found.means[x] = y0 + (y1 - y0) * (edge - x0) / (x1 - x0)
        return found

    def _place(self, axis: Axis, columns: int) -> Callable[[float], float]:
        """A function from a step of that session to its column on the axis."""
        ruler = self.ruler
        if ruler is None:
            return axis.of_steps(columns)
        low, high = axis.low - self.begin, axis.high - self.begin
        return lambda step: (ruler.at(step) - low) * columns / (high - low)


def has_parent(behind: Backdrop, begins_at: int) -> bool:
    """Whether there are steps of the parent before the first step of a fork."""
    parents = [one.state for one in behind if one.letter == PARENT]
    return begins_at > 0 and any(state.step >= begins_at for state in parents)


def back_curves(behind: Backdrop, metric: Metric, axis: Axis, begins_at: int) -> list[BackCurve]:
    """The curves of a metric of the other sessions, as far as they are recorded."""
    found = []
    for one in behind:
        curve = one.state.curve(metric.name, metric.shown_of)
        curve = curve or one.state.curve(metric.name, TRAINING)
        rulers = {"time": one.state.times, "epoch": one.state.epochs}
        ruler = ruler_of(rulers[axis.kind]) if axis.kind in rulers else None
        if not curve or (ruler is None and axis.kind in rulers):
            continue
        begin = 0.0
        if one.letter == PARENT and axis.kind == "time" and ruler and axis.ruler:
            begin = axis.ruler.at(begins_at) - ruler.at(begins_at)  # its time at the fork is ours
        found.append(BackCurve(one.letter, one.name, curve, ruler, begin))
    return found


def legend(curves: Sequence[BackCurve], glyphs: Glyphs, values: Sequence[str] = ()) -> Line:
    """``  A mnist-1 93.12%  B mnist-2 94.01%``: the letters, names and values of the curves."""
    texts = [f" {text}" for text in values] or [""] * len(curves)
    return tuple(
        Span(f"  {one.letter} {cut(one.name, NAME_CELLS, glyphs.ellipsis)}{text}", "muted")
        for one, text in zip(curves, texts, strict=True)
    )
