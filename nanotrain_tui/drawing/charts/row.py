"""A row of the table of charts: what a kind of chart offers for a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nanotrain_tui.drawing.chart_model import Chart, ChartContext


class ChartRow(NamedTuple):
    """One chart of a session, whether or not it is shown."""

    key: str  # unique among the charts of a session
    title: str
    make: Callable[[ChartContext], Chart]
