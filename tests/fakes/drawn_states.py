"""Recordings folded into states to draw, and what was drawn as text."""

import math

from batches import Rows, batch_of

from nanotrain_tui.drawing.chart_model import Chart
from nanotrain_tui.drawing.charts.table import main_charts
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.run_state import RunState

TEGRA = {
    "source": "tegrastats",
    "gpu_load_percent": 87,
    "tf_memory_mb": 412,
    "tf_memory_peak_mb": 530,
    "ram_used_mb": 2411,
    "ram_total_mb": 3964,
    "gpu_temperature_c": 51.5,
    "cpu_temperature_c": 50,
    "power_total_mw": 6240,
}


def accuracy_chart(state: RunState) -> Chart:
    return main_charts(state)[0]


def loss_chart(state: RunState) -> Chart:
    return main_charts(state)[1]


def state_of(rows: Rows, name: str = "mnist-12", **seen: bool) -> RunState:
    fold = Fold(name)
    fold.add(batch_of(rows))
    return fold.state(**seen)


def wild() -> Rows:
    """A start like the tutorial's: a loss of thousands, then less than one."""
    rows = Rows().begin()
    for i in range(10):
        rows.steps([4000 * math.exp(-(10 * i + k) / 8) + 0.5 for k in range(10)], [0.1 * i] * 10)
        rows.evaluated(4000 * math.exp(-10 * i / 8) + 0.5, 0.1 * i + 0.01)
    return rows


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def roles_of(lines: list[Line]) -> set[str]:
    return {span.role for line in lines for span in line if span.text.strip()}


def hot_rows() -> Rows:
    body = {**TEGRA, "gpu_temperature_c": 52, "throttling": ["gpu"], "gpu_mapped_mb": 700}
    watching = {"guard": "heat", "action": "watching", "limit": 60.0, "warn": 51.0, "resume": 40.0}
    return Rows().begin().event("guard", **watching).steps([3.0] * 5).sample(**body)
