"""The charts of the dashboard as widgets."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textual import events
from textual.message import Message

from nanotrain_tui.app.keys.actions import bindings
from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.backdrop import NOTHING_BEHIND, Backdrop
from nanotrain_tui.drawing.chart import cells_across, draw_chart
from nanotrain_tui.drawing.chart_model import NO_DETAIL, WHOLE, Chart, Detail
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.charts.table import main_charts
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.drawing.waiting import draw_waiting, waiting_text
from nanotrain_tui.follow.run_state import RunState


class ChartWidget(LiveWidget):
    """Shows charts of a state with a view. A subclass chooses the charts."""

    TILES = 3
    needs_session = True

    view: ChartView = WHOLE
    detail: Detail = NO_DETAIL
    behind: Backdrop = NOTHING_BEHIND
    _charts: Sequence[Chart] = ()

    def update_view(self, view: ChartView, detail: Detail, behind: Backdrop) -> None:
        """Take this view, and the sessions behind. They are drawn with the next state."""
        self.view = view
        self.detail = detail
        self.behind = behind

    def update_state(self, state: RunState) -> None:
        """Show this state. Draws only if the charts have changed."""
        before = self._charts, self.state.is_known, self.state.has_values
        self.state, self._charts = state, self.charts_of(state)
        changed = before != (self._charts, state.is_known, state.has_values)
        if changed or self.draws_more_than_charts:
            self.redraw()

    def charts_of(self, state: RunState) -> Sequence[Chart]:
        """The charts that this widget shows."""
        raise NotImplementedError

    @property
    def drawn_charts(self) -> Sequence[Chart]:
        """The charts of the state."""
        return self._charts or self.charts_of(self.state)

    @property
    def draws_more_than_charts(self) -> bool:
        """Whether to draw again even if the charts have not changed."""
        return self.has_focus or not self.state.has_values  # the cursor, or why there are none

    @property
    def cells_across(self) -> int:
        """The width of the x axis, in cells."""
        return max(1, cells_across(*self.content_size))

    class Pointed(Message):
        """A cell of the x axis, which has ``across`` cells, was clicked."""

        def __init__(self, cell: int, across: int) -> None:
            super().__init__()
            self.cell = cell
            self.across = across

    class Scrolled(Message):
        """The mouse wheel was turned over the charts."""

        def __init__(self, charts: int) -> None:
            super().__init__()
            self.charts = charts  # down if positive

    @property
    def first_cell(self) -> int:
        """The cell of this widget's content at which the x axis begins."""
        return self.content_size.width - self.cells_across

    def on_click(self, event: events.Click) -> None:
        # The event's own x is that of the tile that was clicked.
        cell = event.screen_x - self.content_region.x - self.first_cell
        if 0 <= cell < self.cells_across:
            event.stop()
            self.post_message(self.Pointed(int(cell), self.cells_across))

    @property
    def shows_raw(self) -> bool:
        """Whether to draw the raw curve behind the smoothed one; this needs colours."""
        return "NO_COLOR" not in os.environ


class MetricChart(ChartWidget, can_focus=True):
    """One of the main charts of a session: a metric in training and in evaluations.

    It needs at least 16x4 cells. While it has the focus, it has a cursor, and the title shows the
    values at the cursor's step.
    """

    BINDINGS = bindings("chart")

    def __init__(self, place: int, *, glyphs: Glyphs | None = None, id: str | None = None) -> None:
        """``place``: the index of the main chart; 0 is the upper one."""
        super().__init__(glyphs=glyphs, id=id)
        self._place = place

    def charts_of(self, state: RunState) -> Sequence[Chart]:
        return main_charts(state, self.view, self.detail, self.behind)[self._place :][:1]

    @property
    def has_chart(self) -> bool:
        """Whether the session has a metric for this chart. The upper chart is always shown."""
        return self._place == 0 or bool(self._charts)

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        charts = self.drawn_charts
        if not charts:
            return []
        if not self.state.has_values:
            text = waiting_text(self.state, self.glyphs) if self._place == 0 else ""
            return draw_waiting(charts[0].title, text, width, height, self.glyphs)
        cursor = self.view.at(self.state.step) if self.has_focus else None
        return draw_chart(charts[0], width, height, self.glyphs, cursor, self.shows_raw)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()
