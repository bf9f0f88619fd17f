"""The event log as a widget. It follows the newest line until the user scrolls back."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from nanotrain_tui.app.keys.actions import bindings
from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.log import MOST_ROWS, draw_event
from nanotrain_tui.drawing.regions.rule import draw_rule
from nanotrain_tui.follow.run_state import LogLine, RunState

WHEEL_ROWS = 3


class EventLog(LiveWidget, can_focus=True):
    """The events, newest last. Scrolls with the mouse wheel, and with keys if it has the focus."""

    BINDINGS = bindings("log")

    _rows: Sequence[Line] = ()
    _rows_of: tuple[tuple[LogLine, ...], int] = ((), 0)
    _back = 0  # rows below the visible part

    def update_state(self, state: RunState) -> None:
        """Show this state's log. If the user has scrolled back, the visible lines stay."""
        before = self.state
        if self._back and state.log and before.log and state.name == before.name:
            newest = before.log[-1].seq
            added = [line for line in state.log if line.seq > newest]
            width = self.content_size.width
            self._back += sum(len(draw_event(line, width, self.glyphs)) for line in added)
        elif state.name != before.name:
            self._back = 0
        super().update_state(state)

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        """A title and the rows from the newest one, or from where the user has scrolled to."""
        room = max(0, height - 1)
        shown, note = self._scrolled(width, room) if self._back else ((), ())
        rule = draw_rule("Events", note, width, self.glyphs)
        return [rule, *(shown or self._newest(width, room))]

    def _scrolled(self, width: int, room: int) -> tuple[Sequence[Line], Line]:
        """The rows where the user has scrolled to, and how many are below them."""
        rows = self._wrapped(width)
        self._back = max(0, min(self._back, len(rows) - room))
        if not self._back:
            return (), ()
        end = len(rows) - self._back
        newer = Span(f"{self.glyphs.newer} {self._back} newer", "value")
        return rows[max(0, end - room) : end], (newer,)

    def _newest(self, width: int, room: int) -> Sequence[Line]:
        """The newest events. The first of them is cut at its end: its head says what it is."""
        shown: list[Line] = []
        for line in reversed(self.state.log):
            most = min(MOST_ROWS, room - len(shown))
            if most <= 0:
                break
            shown = [*draw_event(line, width, self.glyphs, most), *shown]
        return shown

    def scroll_rows(self, rows: int) -> None:
        """Scroll by rows; back if positive."""
        self._back = max(0, self._back + rows)
        self.redraw()

    def page(self, pages: int) -> None:
        """Scroll by pages; back if positive."""
        self.scroll_rows(pages * max(1, self.content_size.height - 2))

    def oldest(self) -> None:
        """Go to the oldest line."""
        self.scroll_rows(len(self._wrapped(self.content_size.width)))

    def newest(self) -> None:
        """Go to the newest line and follow it."""
        self._back = 0
        self.redraw()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)

    def _wrapped(self, width: int) -> Sequence[Line]:
        """All rows at this width. Drawn again only for new lines or a new width."""
        log, drawn_width = self._rows_of
        if log != self.state.log or drawn_width != width:
            self._rows = [
                row for line in self.state.log for row in draw_event(line, width, self.glyphs)
            ]
            self._rows_of = (self.state.log, width)
        return self._rows
