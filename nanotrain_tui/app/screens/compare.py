"""Compares sessions: their curves, results and differences. It follows those that run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.widgets.bars import MessageLine
from nanotrain_tui.app.widgets.content import content_of
from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.chart_model import WHOLE
from nanotrain_tui.drawing.chart_view import SCALE_TEXTS
from nanotrain_tui.drawing.compare.overlay import Shown, cells_across, draw_overlay, end_of
from nanotrain_tui.drawing.compare.tables import comparison
from nanotrain_tui.drawing.lines import RUN_ROLES, Line
from nanotrain_tui.follow.compare.runs import AXES, metric_parts

if TYPE_CHECKING:
    from nanotrain_tui.follow.compare.runs import ComparedRun
    from nanotrain_tui.session.metrics import MetricPart

KEYS = " m metric  b axis  y scale  Left Right cursor  Up Down scroll  Esc back"
EVERY_S = 2.0  # while one of the sessions runs
READING_FRACTION = 0.1  # at most this part of the time is spent reading
OTHER_DATA = "These sessions use different data, so their results are not comparable."


class Overlay(LiveWidget):
    """The curves of one metric for all sessions. Letters mark the curve of each session."""

    DEFAULT_CSS = "".join(
        f"Overlay > .live--{role} {{ color: ${role}; }}\n" for role in RUN_ROLES
    ) + "".join(
        f"Overlay:nocolor > .live--{role} {{ text-style: bold; }}\n" for role in RUN_ROLES[1::2]
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runs: Sequence[ComparedRun] = ()
        self.metric: MetricPart | None = None  # None: no session has a metric
        self.axis = AXES[0]
        self.view = WHOLE  # only its scale is used
        self.cursor: float | None = None  # on the axis

    @property
    def shown(self) -> Shown | None:
        """What is drawn; None if no session has a metric."""
        if self.metric is None:
            return None
        return Shown(self.metric, self.axis, self.view.scale, self.cursor)

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        shown = self.shown
        return draw_overlay(self.runs, shown, width, height, self.glyphs) if shown else []

    def move(self, by: int) -> None:
        """Move the cursor by a number of cells, from the end if there is none."""
        across = cells_across(self.content_size.width)
        if self.shown is not None:
            end = end_of(self.runs, self.shown)
            here = across if self.cursor is None else int(self.cursor / end * across)
            self.put(here + by)

    def put(self, cell: int) -> None:
        """Put the cursor on a cell of the x axis, or on the nearest one."""
        across = cells_across(self.content_size.width)
        if self.shown is not None:
            end = end_of(self.runs, self.shown)
            self.cursor = (max(0, min(cell, across - 1)) + 0.5) * end / across
            self.redraw()

    def on_click(self, event: events.Click) -> None:
        across = cells_across(self.content_size.width)
        cell = event.screen_x - self.content_region.x - (self.content_size.width - across)
        if 0 <= cell < across:
            event.stop()
            self.put(int(cell))


class Report(VerticalScroll, inherit_bindings=False):
    """The tables. Left and right are the keys of the cursor, so they scroll nothing here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", show=False), Binding("down,j", "scroll_down", show=False),
        Binding("pageup,ctrl+b", "page_up", show=False),
        Binding("pagedown,ctrl+f", "page_down", show=False),
    ]  # fmt: skip


class CompareScreen(Screen[None]):
    """Compares two to eight sessions."""

    AUTO_FOCUS = "#report"
    DEFAULT_CSS = """
    CompareScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & #overlay { height: 1fr; }
        & #report { height: auto; max-height: 50%; scrollbar-size-vertical: 1; }
        & #report Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
        & #compare-keys { height: 1; background: $panel; color: $foreground; text-wrap: nowrap; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.pop_screen", show=False),
        Binding("m", "metric", show=False),
        Binding("b,x", "axis", show=False),
        Binding("y", "scale", show=False),
        Binding("left,h", "cursor(-1)", show=False),
        Binding("right,l", "cursor(1)", show=False),
        Binding("home,g", "cursor(-1000000)", show=False),
        Binding("end,G", "no_cursor", show=False),
    ]

    def __init__(self, library: Library, names: Sequence[str], every_s: float = EVERY_S) -> None:
        super().__init__()
        self._library = library
        self._names = names
        self._every_s = every_s
        self._left = threading.Event()

    def compose(self) -> ComposeResult:
        yield Overlay(id="overlay")
        with Report(id="report"):
            yield Static(" Reading the sessions …", id="tables")
        yield MessageLine(id="message")
        yield Static(Content(KEYS), id="compare-keys")

    @property
    def overlay(self) -> Overlay:
        return self.query_one(Overlay)

    def on_mount(self) -> None:
        self._read()

    def on_unmount(self) -> None:
        self._left.set()

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        """Read the sessions until none of them runs, or the screen is left."""
        try:
            found = self._library.compare(self._names)
        except Refused as error:
            self._post(self._refused, error.message)
            return
        shown: list[ComparedRun] = []
        while not self._left.is_set():
            begun = time.monotonic()
            try:
                runs = found.read()
            except Refused as error:
                self._post(self._refused, error.message)
                break
            if [id(one) for one in runs] != [id(one) for one in shown]:
                shown = runs
                self._post(self._show, runs)
            if not any(one.summary.is_live for one in runs):
                break
            took_s = time.monotonic() - begun
            self._left.wait(max(self._every_s, took_s / READING_FRACTION))
        found.close()

    def _post(self, method: Callable[..., None], what: object) -> None:
        """Call a method in the app's thread, unless the screen was left."""
        if not self._left.is_set():
            self.app.call_later(method, what)

    def _refused(self, why: str) -> None:
        if not self.overlay.runs:
            self.query_one("#tables", Static).update("")
        self.query_one(MessageLine).say(why, "error")

    def _show(self, found: Sequence[ComparedRun]) -> None:
        overlay = self.overlay
        first = not overlay.runs
        overlay.runs = found
        if overlay.metric not in metric_parts(found):
            overlay.metric = next(iter(metric_parts(found)), None)
        overlay.redraw()
        self.query_one("#tables", Static).update(content_of(comparison(found), overlay.glyphs))
        if first and len({one.summary.data for one in found}) > 1:
            self.query_one(MessageLine).say(OTHER_DATA, "warning")

    def action_metric(self) -> None:
        overlay = self.overlay
        known = metric_parts(overlay.runs)
        if overlay.metric is not None:
            overlay.metric = known[(known.index(overlay.metric) + 1) % len(known)]
            overlay.redraw()

    def action_scale(self) -> None:
        overlay = self.overlay
        overlay.view = overlay.view.scaled()
        overlay.redraw()
        self.query_one(MessageLine).say(SCALE_TEXTS[overlay.view.scale])

    def action_axis(self) -> None:
        overlay = self.overlay
        overlay.axis = AXES[(AXES.index(overlay.axis) + 1) % len(AXES)]
        overlay.cursor = None
        overlay.redraw()

    def action_cursor(self, by: int) -> None:
        self.overlay.move(by)

    def action_no_cursor(self) -> None:
        self.overlay.cursor = None
        self.overlay.redraw()
