"""A row of the table of charts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nanotrain_tui.drawing.chart_model import Chart, ChartContext


class ChartRow(NamedTuple):
    """One chart of a session. It may be hidden or have no data yet."""

    key: str  # unique among the charts of a session
    title: str
    make: Callable[[ChartContext], Chart]
