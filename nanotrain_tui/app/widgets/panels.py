"""The dashboard's live widgets: each shows one part of a ``RunState``."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.app.widgets.charts import MetricChart
from nanotrain_tui.app.widgets.event_log import EventLog
from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.drawing.regions.board import draw_board
from nanotrain_tui.drawing.status import draw_status

__all__ = ["EventLog", "MetricChart", "StatusHeader", "TelemetryPanel"]


class StatusHeader(LiveWidget):
    """State, name, progress and speed; below, the figures of the training. One or two rows."""

    DEFAULT_CSS = "StatusHeader { height: 2; }"

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        return draw_status(self.state, width, height, self.glyphs)


class TelemetryPanel(LiveWidget):
    """The board: load, memory, temperature, power. A strip in three lines, a panel in more."""

    needs_session = True

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        return draw_board(self.state, width, height, self.glyphs)
