"""The charts of telemetry: each shows a gauge over session time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nanotrain_tui.catalog.formats import short
from nanotrain_tui.drawing.chart_model import Chart, ChartContext
from nanotrain_tui.drawing.charts.row import ChartRow
from nanotrain_tui.drawing.scale import Curves, Scale, linear_scale, round_scale
from nanotrain_tui.follow.run_state import Gauge, RunState

#: The title of each chart by its gauge. The temperature is the one that the heat guard watches.
TITLES = {"die_temperature": "Temperature", "power": "Power", "ram": "RAM", "gpu_load": "GPU load"}


def gauge_rows(_: RunState) -> Sequence[ChartRow]:
    """The charts of gauges; they are the same for every session."""
    return [
        ChartRow(f"gauge.{gauge}", title, partial(gauge_chart, gauge=gauge))
        for gauge, title in TITLES.items()
    ]


def gauge_chart(context: ChartContext, gauge: str) -> Chart:
    """The chart of a gauge."""
    state = context.state
    known = state.gauges.get(gauge) or Gauge("")
    scale = _percents if known.unit == "%" else linear_scale
    written = partial(_with_unit, unit=known.unit)
    limits = _limits(state, known.unit)  # the y axis always shows them
    return Chart(
        key=f"gauge.{gauge}",
        title=TITLES[gauge],
        train=context.gauge_curve(gauge) or known.curve,
        whole=known.curve,
        last=known.now,
        scale=lambda curves, rows: scale(Curves([*curves.lines, limits]), rows),
        figure=written,
        batch_figure=written,
        label=short,
        axis=context.axis,
        marks=state.marks,
        over_time=True,
        limits=limits,
    )


def _limits(state: RunState, unit: str) -> tuple[float, ...]:
    known = state.heat_limits
    return (known.resume, known.pause) if known is not None and unit == "°C" else ()


def _percents(_: Curves, rows: int) -> Scale:
    return round_scale(0.0, 100.0, rows, within=(0.0, 100.0))


def _with_unit(value: float | None, missing: str, unit: str) -> str:
    return missing if value is None else f"{short(value)}{'' if unit == '%' else ' '}{unit}"
