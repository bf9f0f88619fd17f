"""The event log as a widget. It follows the newest line until the user scrolls back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from textual import events
from textual.binding import Binding

from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.log import draw_event
from nanotrain_tui.follow.run_state import LogLine, RunState

WHEEL_ROWS = 3


class EventLog(LiveWidget, can_focus=True):
    """The events, newest last. Scrolls with the mouse wheel, and with keys if it has the focus."""

    BINDINGS = [  # noqa: RUF012  (Textual's own form)
        Binding("up,k", "back(1)", "Scroll to older lines", show=False),
        Binding("down,j", "back(-1)", "Scroll to newer lines", show=False),
        Binding("pageup,ctrl+b", "back_page(1)", "Scroll back one page", show=False),
        Binding("pagedown,ctrl+f", "back_page(-1)", "Scroll forward one page", show=False),
        Binding("home,g", "oldest", "Go to the oldest line", show=False),
        Binding("end,G", "newest", "Go to the newest line", show=False),
    ]

    _rows: Sequence[Line] = ()
    _starts: Sequence[int] = ()  # the first row of each event
    _rows_of: tuple[tuple[LogLine, ...], int] = ((), 0)
    _back = 0  # rows below the visible part

    def update_state(self, state: RunState) -> None:
        """Show this state's log. If the user has scrolled back, the visible lines stay."""
        before = self.state
        if state.name != before.name:
            self._back = 0
        elif self._back and before.log:
            # Lines are added, and a new best evaluation removes the line of the one before.
            last = before.log[self._event_at(len(self._rows) - self._back - 1)].seq
            self._back += self._rows_after(last, state.log) - self._rows_after(last, before.log)
        super().update_state(state)

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        rows = self._wrapped(width)
        self._back = max(0, min(self._back, len(rows) - height))
        end = len(rows) - self._back
        begin = max(0, end - height)
        shown = [*self._headed(begin, width), *rows[begin + 1 : end]]
        if not self._back:
            return shown
        hint = f"{self.glyphs.newer} {self._back} newer"
        return [*shown[:-1], fit((Span(hint, "muted"),), width)]

    def action_back(self, rows: int) -> None:
        """Scroll by rows; back if positive."""
        self._back = max(0, self._back + rows)
        self.redraw()

    def action_back_page(self, pages: int) -> None:
        """Scroll by pages; back if positive."""
        self.action_back(pages * max(1, self.content_size.height - 1))

    def action_oldest(self) -> None:
        """Go to the oldest line."""
        self.action_back(len(self._rows))

    def action_newest(self) -> None:
        """Go to the newest line and follow it."""
        self._back = 0
        self.redraw()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_back(WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_back(-WHEEL_ROWS)

    def _headed(self, row: int, width: int) -> Sequence[Line]:
        """The first visible row. It has the time of its event, even if the event begins above."""
        if row >= len(self._rows):
            return ()
        index = self._event_at(row)
        hidden = row - self._starts[index]
        return draw_event(self.state.log[index], width, self.glyphs, hidden)[:1]

    def _event_at(self, row: int) -> int:
        """The index in the log of the event to which a row belongs."""
        return max(0, bisect_right(self._starts, row) - 1)

    def _rows_after(self, seq: int, log: Sequence[LogLine]) -> int:
        """The number of rows of the events after ``seq``."""
        width = self.content_size.width
        return sum(len(draw_event(line, width, self.glyphs)) for line in log if line.seq > seq)

    def _wrapped(self, width: int) -> Sequence[Line]:
        """All rows at this width. Drawn again only for new lines or a new width."""
        log, drawn_width = self._rows_of
        if log != self.state.log or drawn_width != width:
            drawn = [draw_event(line, width, self.glyphs) for line in self.state.log]
            self._rows = [row for rows in drawn for row in rows]
            self._starts = [0, *accumulate(len(rows) for rows in drawn)][: len(drawn)]
            self._rows_of = (self.state.log, width)
        return self._rows
