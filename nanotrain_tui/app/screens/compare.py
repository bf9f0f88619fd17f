"""Compares sessions: their curves, results and differences. It follows those that run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from nanotrain_tui.app.keys.keymap import FooterItem
from nanotrain_tui.app.screens.help import Help, lines_of
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.widgets.bars import Holds, KeyLine, MessageLine
from nanotrain_tui.app.widgets.content import content_of
from nanotrain_tui.app.widgets.overlay import Overlay
from nanotrain_tui.drawing.chart_view import SCALE_TEXTS
from nanotrain_tui.drawing.compare.tables import comparison
from nanotrain_tui.drawing.legend import comparison_legend
from nanotrain_tui.follow.compare.runs import AXES, metric_parts

if TYPE_CHECKING:
    from nanotrain_tui.follow.compare.runs import ComparedRun

EVERY_S = 2.0  # while one of the sessions runs
READING_FRACTION = 0.1  # at most this part of the time is spent reading
OTHER_DATA = "These sessions use different data, so their results are not comparable."


class Key(NamedTuple):
    """Keys of the comparison. ``shown`` is for the help, and for the footer with a ``label``."""

    keys: str
    action: str
    shown: str = ""
    label: str = ""
    help: str = ""


KEYS = (
    Key("m", "metric", "m", "metric", "Show the next metric."),
    Key("b,x", "axis", "b", "axis", "Change the x axis: step, session time, epoch."),
    Key("y", "scale", "y", "scale", "Change the y axis: automatic, from 0, logarithmic."),
    Key("left,h", "cursor(-1)", "Left Right", "cursor", "Move the cursor; its values are above."),
    Key("right,l", "cursor(1)"),
    Key("home,g", "cursor(-1000000)", "Home End", "", "Go to the start; remove the cursor."),
    Key("end,G", "no_cursor"),
    Key("left_square_bracket", "event(-1)", "[ ]", "event", "Go to the previous or next event."),
    Key("right_square_bracket", "event(1)"),
    Key("up,k", "scroll(-1)", "Up Down", "", "Scroll the tables."),
    Key("down,j", "scroll(1)"),
    Key("pageup,ctrl+b", "page(-1)", "PgUp PgDn", "", "Scroll the tables by one page."),
    Key("pagedown,ctrl+f", "page(1)"),
    Key("question_mark,f1", "help", "?", "help", "Explain the keys and the signs."),
    Key("escape,q", "app.pop_screen", "Esc", "back", "Return to the list of sessions."),
)
FOOTER = [FooterItem(one.action, one.shown, one.label, True) for one in KEYS if one.label]


class Report(VerticalScroll, inherit_bindings=False):
    """The tables. The keys are those of the screen."""


class CompareScreen(Screen[None]):
    """Compares two to eight sessions."""

    AUTO_FOCUS = "#report"
    DEFAULT_CSS = """
    CompareScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & #overlay { height: 1fr; }
        & #report { height: auto; max-height: 50%; scrollbar-size-vertical: 1; }
        & #report Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(one.keys, one.action, show=False) for one in KEYS
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
        yield KeyLine(id="compare-keys")

    @property
    def overlay(self) -> Overlay:
        return self.query_one(Overlay)

    def on_mount(self) -> None:
        self.query_one(KeyLine).show(FOOTER)
        self._read()

    @on(KeyLine.Clicked)
    async def _footer_clicked(self, message: KeyLine.Clicked) -> None:
        message.stop()
        await self.run_action(message.action)

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
        self._say(why, "error")

    def _show(self, found: Sequence[ComparedRun]) -> None:
        overlay = self.overlay
        first = not overlay.runs
        overlay.runs = found
        if overlay.metric not in metric_parts(found):
            overlay.metric = next(iter(metric_parts(found)), None)
        overlay.redraw()
        self._draw_tables()
        if first and len({one.summary.data for one in found}) > 1:
            self._say(OTHER_DATA, "warning")

    def on_resize(self) -> None:
        if self.overlay.runs:
            self._draw_tables()

    def _draw_tables(self) -> None:
        lines = comparison(self.overlay.runs, self.size.width)
        self.query_one("#tables", Static).update(content_of(lines, self.overlay.glyphs))

    # --- keys ------------------------------------------------------------------------------

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
        self._say(SCALE_TEXTS[overlay.view.scale])

    def action_axis(self) -> None:
        overlay = self.overlay
        overlay.axis = AXES[(AXES.index(overlay.axis) + 1) % len(AXES)]
        self.action_no_cursor()

    def action_cursor(self, by: int) -> None:
        self.overlay.move(by)
        self._say_events()

    def action_no_cursor(self) -> None:
        self.overlay.cursor = None
        self.overlay.redraw()
        self.query_one(MessageLine).check()

    def action_event(self, direction: int) -> None:
        if self.overlay.to_event(direction):
            self._say_events()
        else:
            self._say_here(f"There is no event {'before' if direction < 0 else 'after'} this.")

    @on(Overlay.Pointed)
    def _say_events(self) -> None:
        self._say_here(self.overlay.events_here)

    def _say_here(self, text: str) -> None:
        """Show a message about the place of the cursor, as long as the cursor is there."""
        overlay = self.overlay
        here = overlay.cursor
        self._say(text, holds=lambda: overlay.cursor == here)

    def _say(self, text: str, level: str = "info", holds: Holds | None = None) -> None:
        self.query_one(MessageLine).say(text, level, holds)

    def action_scroll(self, by: int) -> None:
        self.query_one(Report).scroll_relative(y=by, animate=False)

    def action_page(self, direction: int) -> None:
        report = self.query_one(Report)
        report.scroll_relative(y=direction * max(1, report.size.height - 1), animate=False)

    def action_help(self) -> None:
        keys = [(one.shown, one.help) for one in KEYS if one.help]
        leave = ("^q", "Close the dashboard; sessions keep running.")
        signs = comparison_legend(self.overlay.glyphs)
        groups = {"Keys of the comparison": [*keys, leave], "Lines and signs": signs}
        self.app.push_screen(Help(lines_of(groups)))
