"""The line below a replay: its position, its speed, and the events."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.catalog.formats import clock
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit, width_of
from nanotrain_tui.follow.run_state import ReplayPosition, RunState
from nanotrain_tui.session.events import signs

SHORTEST = 12  # minimum cells of the bar


class Scrubber(LiveWidget):
    """The position of a replay, in one line."""

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        if self.state.replay is None or not width or not height:
            return []
        return [draw_scrubber(self.state, self.state.replay, width, self.glyphs)]


def draw_scrubber(state: RunState, place: ReplayPosition, width: int, glyphs: Glyphs) -> Line:
    """``play 8x  3:12/10:05 ━━━▲━━│────◆── 412/1,000`` in exactly ``width`` cells."""
    sign = glyphs.playing if place.playing else glyphs.halted
    speed = "max" if place.speed == math.inf else f"{place.speed:g}x"
    left: Line = (
        Span(f" {sign} ", "good" if place.playing else "warning"),
        Span(f"{speed:<5}", "value"),
        Span(f"{clock(place.t)}/{clock(place.end_t)} "),
    )
    live = " live" if place.live else ""
    right: Line = (Span(f" step {state.step:,}/{place.last_step:,}{live} ", "muted"),)
    room = width - width_of(left) - width_of(right)
    if room < SHORTEST:
        return fit(left, width, glyphs.ellipsis)
    return fit((*left, *_bar(place, room, glyphs), *right), width, glyphs.ellipsis)


def _bar(place: ReplayPosition, width: int, glyphs: Glyphs) -> Line:
    here = min(width - 1, int(place.fraction * width))
    cells = [Span(glyphs.done, "bar")] * here + [Span(glyphs.rest, "muted")] * (width - here)
    for kind, sign in signs().items():  # the most important last, so that it stays visible
        for stop in place.stops:
            if stop.kind == kind and place.end_t > 0:
                x = min(width - 1, int(stop.t / place.end_t * width))
                cells[x] = Span(glyphs.sign(sign), sign.role)
    cells[here] = Span(glyphs.cursor, "value")
    return tuple(cells)
