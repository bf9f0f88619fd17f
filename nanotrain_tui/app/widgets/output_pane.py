"""The output of a script or a trainer. It follows the newest line until the user scrolls back."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.app.widgets.scrolled_log import ScrolledLog
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.log import wrap
from nanotrain_tui.drawing.regions.rule import draw_rule
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.script.output import OutputLine

NOTHING = "Nothing was printed yet."


class OutputPane(ScrolledLog):
    """The last lines of the session's log, newest last."""

    _end: int | None = None  # the place in the log of the first line below; None: the newest

    def update_state(self, state: RunState) -> None:
        """Show this state's output. If the user has scrolled back, the visible lines stay."""
        newest = state.output[-1].at if state.output else 0
        if state.name != self.state.name or (self._end is not None and self._end > newest):
            self._end = None
        super().update_state(state)

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        """A title, and the rows from the newest one or from where the user has scrolled to."""
        rows: list[Line] = []
        lines, room = self.state.output, max(0, height - 1)
        last = sum(self._end is None or one.at < self._end for one in lines)
        first = last
        while first and len(rows) < room:
            first -= 1
            rows = [*_wrapped(lines[first], width), *rows]
        rows = rows[-room:] if room else []
        while last < len(lines) and len(rows) < room:  # the oldest page is full, too
            rows += _wrapped(lines[last], width)
            last += 1
        newer = len(lines) - last
        note = (Span(f"{self.glyphs.newer} {newer} newer", "value"),) if newer else ()
        if not lines:
            rows = [(Span(NOTHING, "muted"),)]
        return [draw_rule("Output", note, width, self.glyphs), *rows[:room]]

    def scroll_rows(self, rows: int) -> None:
        """Scroll by lines of the log; back if positive."""
        places = [one.at for one in self.state.output]
        now = places.index(self._end) if self._end in places else len(places)
        then = max(min(1, len(places)), now - rows)
        self._end = places[then] if then < len(places) else None
        self.redraw()

    def oldest(self) -> None:
        """Go to the oldest line that is shown; the whole log is in the session's folder."""
        self.scroll_rows(max(0, len(self.state.output) - self.content_size.height + 1))

    def newest(self) -> None:
        """Go to the newest line and follow it."""
        self._end = None
        self.redraw()


def _wrapped(line: OutputLine, width: int) -> list[Line]:
    return [(Span(text, ""),) for text in wrap(line.text, width)]
