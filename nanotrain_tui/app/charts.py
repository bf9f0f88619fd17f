"""The charts of a session as widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nanotrain_tui.app.chart_drawing import Chart, accuracy_chart, draw_chart, loss_chart
from nanotrain_tui.app.lines import Line
from nanotrain_tui.app.live import LiveWidget
from nanotrain_tui.follow.run_state import RunState


class MetricChart(LiveWidget):
    """Training and test values of one metric over steps. From 16x4 up; fills what it is given."""

    TILES = 3

    chart: Callable[[RunState], Chart]

    def update_state(self, state: RunState) -> None:
        """Show this state; most of the work is saved where the curves stand still."""
        same = type(self).chart(state) == type(self).chart(self.state)
        self.state = state
        if not same:
            self.redraw()

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        return draw_chart(type(self).chart(self.state), width, height, self.glyphs)


class AccuracyChart(MetricChart):
    """Accuracy: the training batches as a line, the evaluations as marks."""

    chart = staticmethod(accuracy_chart)


class LossChart(MetricChart):
    """Loss: the training batches as a line, the evaluations as marks; logarithmic if it must be."""

    chart = staticmethod(loss_chart)
