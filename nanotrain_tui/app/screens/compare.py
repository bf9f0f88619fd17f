"""Compares sessions: their curves, results and differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.widgets.bars import MessageLine
from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.chart_model import WHOLE
from nanotrain_tui.drawing.chart_view import SCALE_TEXTS
from nanotrain_tui.drawing.compare.overlay import draw_overlay
from nanotrain_tui.drawing.compare.tables import comparison
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.follow.compare.runs import AXES, metric_parts

if TYPE_CHECKING:
    from nanotrain_tui.follow.compare.runs import ComparedRun
    from nanotrain_tui.session.metrics import MetricPart

KEYS = " m metric   b step, time, epoch   y scale   up down scroll   Esc back"


class Overlay(LiveWidget):
    """The curves of one metric for all sessions. Each curve ends with the session's letter."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runs: Sequence[ComparedRun] = ()
        self.metric: MetricPart | None = None  # None: no session has a metric
        self.axis = AXES[0]
        self.view = WHOLE  # only its scale is used

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        if self.metric is None:
            return []
        return draw_overlay(
            self.runs, self.metric, self.axis, width, height, self.glyphs, self.view.scale
        )


class CompareScreen(Screen[None]):
    """Compares two to eight sessions."""

    AUTO_FOCUS = "#report"
    DEFAULT_CSS = """
    CompareScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & #overlay { height: 1fr; }
        & #report { height: 1fr; scrollbar-size-vertical: 1; }
        & #report Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
        & #compare-keys { height: 1; background: $panel; color: $foreground; text-wrap: nowrap; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.pop_screen", show=False),
        Binding("m", "metric", show=False),
        Binding("b,x", "axis", show=False),
        Binding("y", "scale", show=False),
    ]

    def __init__(self, library: Library, names: Sequence[str]) -> None:
        super().__init__()
        self._library = library
        self._names = names

    def compose(self) -> ComposeResult:
        yield Overlay(id="overlay")
        with VerticalScroll(id="report"):
            yield Static(" Reading the sessions …", id="tables")
        yield MessageLine(id="message")
        yield Static(Content(KEYS), id="compare-keys")

    def on_mount(self) -> None:
        self._read()

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        try:
            found = self._library.compare(self._names)
        except Refused as error:
            self.app.call_from_thread(self._refused, error.message)
        else:
            self.app.call_from_thread(self._show, found)

    def _refused(self, why: str) -> None:
        self.query_one("#tables", Static).update("")
        self.query_one(MessageLine).say(why, "error")

    def _show(self, found: Sequence[ComparedRun]) -> None:
        overlay = self.query_one(Overlay)
        overlay.runs = found
        overlay.metric = next(iter(metric_parts(found)), None)
        overlay.redraw()
        self.query_one("#tables", Static).update(Content("\n".join(comparison(found))))
        if len({one.summary.data for one in found}) > 1:
            text = "These sessions use different data, so their results are not comparable."
            self.query_one(MessageLine).say(text, "warning")

    def action_metric(self) -> None:
        overlay = self.query_one(Overlay)
        known = metric_parts(overlay.runs)
        if overlay.metric is not None:
            overlay.metric = known[(known.index(overlay.metric) + 1) % len(known)]
            overlay.redraw()

    def action_scale(self) -> None:
        overlay = self.query_one(Overlay)
        overlay.view = overlay.view.scaled()
        overlay.redraw()
        self.query_one(MessageLine).say(SCALE_TEXTS[overlay.view.scale])

    def action_axis(self) -> None:
        overlay = self.query_one(Overlay)
        overlay.axis = AXES[(AXES.index(overlay.axis) + 1) % len(AXES)]
        overlay.redraw()
