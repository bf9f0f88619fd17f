"""The charts of a session as widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nanotrain_tui.app.actions import bindings
from nanotrain_tui.app.chart_drawing import (
    SIGN_ROLES,
    Chart,
    accuracy_chart,
    cell_of,
    cells_across,
    draw_chart,
    loss_chart,
)
from nanotrain_tui.app.lines import Line
from nanotrain_tui.app.live import LiveWidget
from nanotrain_tui.app.scale import clock
from nanotrain_tui.follow.run_state import Mark, RunState


class MetricChart(LiveWidget, can_focus=True):
    """Training and test values of one metric over steps. From 16x4 up; fills what it is given.

    While it has the focus a cursor stands on a step: the title tells the values there, and each
    move answers with what was done there.
    """

    TILES = 3
    BINDINGS = bindings("chart")

    chart: Callable[[RunState], Chart]
    _cursor: int | None = None  # a step

    def update_state(self, state: RunState) -> None:
        """Show this state; most of the work is saved where the curves stand still."""
        if state.name != self.state.name:
            self._cursor = None
        same = type(self).chart(state) == type(self).chart(self.state)
        self.state = state
        if not same:
            self.redraw()

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        cursor = self.cursor if self.has_focus else None
        return draw_chart(type(self).chart(self.state), width, height, self.glyphs, cursor)

    @property
    def cursor(self) -> int:
        """The step it stands on: the newest, until it is moved."""
        return self.state.step if self._cursor is None else min(self._cursor, self.state.step)

    def to_mark(self, direction: int) -> str:
        """To the next mark before (-1) or after (1); what was done there."""
        steps = sorted({mark.step for mark in self.state.marks if mark.kind in SIGN_ROLES})
        if direction < 0:
            found = next((step for step in reversed(steps) if step < self.cursor), None)
        else:
            found = next((step for step in steps if step > self.cursor), None)
        if found is None:
            return f"No mark {'before' if direction < 0 else 'after'} step {self.cursor:,}."
        return self._place(found, lambda mark: mark.step == found)

    def to_column(self, direction: int) -> str:
        """One column to the left (-1) or right (1); what was done there."""
        across, end = self._axis()
        column = max(0, cell_of(self.cursor, end, across) + direction)
        step = min(self.state.step, -(-column * (end + 1) // across))
        return self._place(step, lambda mark: cell_of(mark.step, end, across) == column)

    def to_end(self, first: bool) -> str:
        """To the first or the newest step; what was done there."""
        step = 0 if first else self.state.step
        told = self._place(step, lambda mark: mark.step == step)
        if not first:
            self._cursor = None  # goes on with the training
        return told

    def _place(self, step: int, there: Callable[[Mark], bool]) -> str:
        self._cursor = step
        self.redraw()
        marks = [mark for mark in self.state.marks if there(mark)]
        # What was changed says more than that a checkpoint was written just then.
        marks.sort(key=lambda mark: list(SIGN_ROLES).index(mark.kind), reverse=True)
        told = [f"step {mark.step:,}, {clock(mark.t)}: {mark.text}" for mark in marks]
        return "; ".join(told) or f"step {step:,}: nothing was done here."

    def _axis(self) -> tuple[int, int]:
        width, height = self.content_size
        return max(1, cells_across(width, height)), type(self).chart(self.state).end

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()


class AccuracyChart(MetricChart):
    """Accuracy: the training batches as a line, the evaluations as marks."""

    chart = staticmethod(accuracy_chart)


class LossChart(MetricChart):
    """Loss: the training batches as a line, the evaluations as marks; logarithmic if it must be."""

    chart = staticmethod(loss_chart)
