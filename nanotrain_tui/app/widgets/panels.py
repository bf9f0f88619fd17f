"""The dashboard's live widgets: each shows one part of a ``RunState``."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.app.widgets.charts import MetricChart
from nanotrain_tui.app.widgets.event_log import EventLog
from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.drawing.status import draw_status
from nanotrain_tui.drawing.telemetry import draw_telemetry

__all__ = ["EventLog", "MetricChart", "StatusHeader", "TelemetryPanel"]


class StatusHeader(LiveWidget):
    """State, name, step, progress, ETA, samples per second. Two rows, or one if it is small."""

    DEFAULT_CSS = "StatusHeader { height: 2; }"

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        return draw_status(self.state, width, height, self.glyphs)


class TelemetryPanel(LiveWidget):
    """One row for each gauge: load, memory, temperature, power. At least 7 rows, 30 columns.

    With fewer rows and at least 60 columns, it uses two columns.
    """

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        return draw_telemetry(self.state, width, height, self.glyphs)
