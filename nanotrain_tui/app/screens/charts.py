"""The charts screen: all charts of a session on one x axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from nanotrain_tui.app.keys.actions import bindings
from nanotrain_tui.app.screens.live_screen import View
from nanotrain_tui.app.widgets.bars import KeyLine, MessageLine
from nanotrain_tui.app.widgets.charts import ChartWidget
from nanotrain_tui.app.widgets.scrubber import Scrubber
from nanotrain_tui.drawing.backdrop import Backdrop
from nanotrain_tui.drawing.chart_model import Chart, Detail
from nanotrain_tui.drawing.chart_stack import cells_across, draw_stack, visible
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.charts.table import stacked
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.drawing.scale import LABEL_CELLS
from nanotrain_tui.drawing.waiting import draw_waiting, waiting_text
from nanotrain_tui.follow.run_state import RunState


class ChartStack(ChartWidget):
    """All charts, one above the other."""

    def charts_of(self, state: RunState) -> Sequence[Chart]:
        return stacked(state, self.view, self.detail, self.behind)

    @property
    def draws_more_than_charts(self) -> bool:
        return True  # the header

    @property
    def cells_across(self) -> int:
        return cells_across(self.content_size.width)

    @property
    def first_cell(self) -> int:
        return LABEL_CELLS + 1

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.post_message(self.Scrolled(-1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.post_message(self.Scrolled(1))

    def with_room(self, charts: Sequence[Chart]) -> Sequence[Chart]:
        """The charts that fit on the screen."""
        return visible(charts, self.view, self.content_size.height)

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        # Without a step, telemetry has no place on an axis of steps.
        charts = self.drawn_charts if self.state.has_values else ()
        lines = draw_stack(
            self.state, self.view, charts, width, height, self.glyphs, self.shows_raw
        )
        if not charts:
            text = waiting_text(self.state, self.glyphs)
            lines += draw_waiting("", text, width, height - len(lines), self.glyphs)
        return lines


class ChartsScreen(View):
    """Draws the states it gets. Keys call the app's ``perform``, as on the dashboard."""

    DEFAULT_CSS = """
    ChartsScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & > ChartStack { height: 1fr; }
        & > Scrubber { display: none; height: 1; }
        &.-replay > Scrubber { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chart")]

    def __init__(self, opened: Callable[[], None]) -> None:
        super().__init__()
        self._opened = opened

    def on_mount(self) -> None:
        """Call ``opened`` when the size of the screen is known."""
        self.call_after_refresh(self._opened)

    def compose(self) -> ComposeResult:
        yield ChartStack()
        yield MessageLine()
        yield KeyLine()
        yield Scrubber()

    @property
    def footer(self) -> str:
        return "charts"

    @property
    def stack(self) -> ChartStack:
        return self.query_one(ChartStack)

    def show_state(self, state: RunState) -> None:
        """Draw a session's state."""
        self.set_class(state.replay is not None, "-replay")
        self.stack.update_state(state)
        if state.replay is not None:
            self.query_one(Scrubber).update_state(state)

    def show_view(self, view: ChartView, detail: Detail, behind: Backdrop) -> None:
        """Draw the last state with another view, or other sessions behind."""
        self.stack.update_view(view, detail, behind)
        self.stack.update_state(self.stack.state)
