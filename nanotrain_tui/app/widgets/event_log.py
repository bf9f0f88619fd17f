"""The event log as a widget. It follows the newest line until the user scrolls back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from nanotrain_tui.app.widgets.scrolled_log import ScrolledLog
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.log import MOST_ROWS, draw_event
from nanotrain_tui.drawing.regions.rule import draw_rule
from nanotrain_tui.follow.run_state import LogLine, RunState


class EventLog(ScrolledLog):
    """The events, newest last."""

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
        begin = max(0, end - room)
        newer = Span(f"{self.glyphs.newer} {self._back} newer", "value")
        return [*self._headed(begin, width), *rows[begin + 1 : end]], (newer,)

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

    def oldest(self) -> None:
        """Go to the oldest line."""
        self.scroll_rows(len(self._wrapped(self.content_size.width)))

    def newest(self) -> None:
        """Go to the newest line and follow it."""
        self._back = 0
        self.redraw()

    def _headed(self, row: int, width: int) -> Sequence[Line]:
        """The first visible row. It has the time of its event, even if the event begins above."""
        if row >= len(self._rows):
            return ()
        index = self._event_at(row)
        hidden = row - self._starts[index]
        return draw_event(self.state.log[index], width, self.glyphs, first=hidden)[:1]

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
