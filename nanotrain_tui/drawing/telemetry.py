"""Draws telemetry: a row for each gauge, then the bottleneck or the source of the figures."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from nanotrain_tui.catalog.formats import clock, joules, samples_per_joule
from nanotrain_tui.drawing.axis import time_end
from nanotrain_tui.drawing.gauges import (
    Heat,
    core_bars,
    gauge_role,
    gauge_scale,
    gauge_text,
    marked,
)
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.plot import sparkline
from nanotrain_tui.follow.energy import EnergyUse
from nanotrain_tui.follow.run_state import Gauge, RunState

LABEL_CELLS = 11
VALUE_CELLS = 13
EXTREME_CELLS = 10
_NARROWEST_SPARK = 5

LABELS = {
    "gpu_load": "GPU load",
    "tf_memory": "TensorFlow",
    "gpu_mapped": "GPU mapped",
    "ram": "RAM",
    "gpu_temperature": "GPU temp",
    "power": "Power",
    "cpu_temperature": "CPU temp",
    "cpu_load": "CPU load",
    "emc_load": "Memory bus",
    "gpu_memory": "GPU mem",
    "swap": "Swap",
    "disk_temperature": "Disk temp",
}
_FIRST_ROWS = 6  # a panel that is lower than these has two columns
_CORES = "CPU cores"
_MOST_PERCENTAGES = 8  # of cores; with more there are only bars


@dataclass(frozen=True, slots=True)
class _Column:
    """The widths of the parts of a row, in cells."""

    width: int
    extremes: bool

    @property
    def spark(self) -> int:
        tail = EXTREME_CELLS + 1 if self.extremes else 0
        return max(0, self.width - LABEL_CELLS - VALUE_CELLS - 1 - tail)


def draw_telemetry(state: RunState, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """As many gauges as fit, and the last lines below, in ``height`` lines of ``width`` cells.

    A panel that is low and wide has two gauges side by side.
    """
    if width <= 0 or height <= 0:
        return []
    shown = [name for name in LABELS if is_measured(state, name)]
    beside = 2 if height < _FIRST_ROWS + 1 and width >= 60 else 1
    rows = max(1, height - 1)
    shown = shown[: rows * beside]
    if beside == 2:
        rows = min(rows, -(-len(shown) // 2))
    column_width = (width - 2 * (beside - 1)) // beside
    column = _Column(column_width, extremes=column_width >= 46)
    lines: list[Line] = []
    for y in range(min(rows, len(shown))):
        line: Line = ()
        for name in shown[y::rows]:
            line += ((Span("  "),) if line else ()) + _row(state, name, column, glyphs)
        lines.append(fit(line, width))
    if state.cores and len(lines) < height - 1:
        lines.append(fit(_cores(state, width, glyphs), width, glyphs.ellipsis))
    lines += last_lines(state, width, height - len(lines), glyphs)
    return lines


def last_lines(state: RunState, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """The bottleneck, the load of other programs, the energy, and advice if there is room.

    Without a bottleneck or other load the first line is the source of the figures.
    """
    bottleneck = state.bottleneck
    lines: list[Line] = []
    if bottleneck is not None:
        alarming = bottleneck.kind in ("heat", "swap", "power_mode")
        lines = [(Span(bottleneck.sentence, "warning" if alarming else "value"),)]
    if state.other_load is not None:
        lines.append((Span(state.other_load.text, "warning"),))
    if not lines:
        lines = [(Span(source_line(state), "muted"),)]
    if state.energy_use is not None:
        lines.append((Span(f"  {energy_line(state, state.energy_use, width - 2)}"),))
    if bottleneck is not None:
        advice = wrap(bottleneck.advice, max(20, width - 2))
        lines += [(Span(f"  {part}", "muted"),) for part in advice]
    return [fit(line, width, glyphs.ellipsis) for line in lines[: max(0, height)]]


def energy_line(state: RunState, use: EnergyUse, width: int) -> str:
    """The energy of a step, the samples of a joule and the total energy, as much as fits."""
    parts = [f"{joules(use.per_step_j)}/step"]
    if use.samples_per_j is not None:
        parts.append(samples_per_joule(use.samples_per_j))
    if state.energy_j is not None:
        parts.append(f"{joules(state.energy_j)} in all")
    while len(parts) > 1 and len(", ".join(parts)) > width:
        parts.pop()
    return ", ".join(parts)


def source_line(state: RunState) -> str:
    """The source of the figures, and the time that the sparklines span.

    For a session that has ended: when the last figures were measured.
    """
    source = state.telemetry_source
    if source is None:
        return "no telemetry yet" if not state.ended else "no telemetry was recorded"
    if state.ended and state.measured_at is not None:
        return f"last measured {state.measured_at:%Y-%m-%d %H:%M}, from {source}"
    if "tegrastats" not in source:
        source += " (no tegrastats)"
    if state.ended:
        return f"from {source}"
    return f"from {source}; last {_span_text(_axis_s(state))}"


def _span_text(seconds: int) -> str:
    """A length of time: ``5 min``, ``3 h``, ``2:30:00``."""
    if seconds % 60 or (seconds >= 7200 and seconds % 3600):
        return clock(seconds)
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def is_measured(state: RunState, name: str) -> bool:
    gauge = state.gauges.get(name)
    return gauge is not None and bool(gauge.curve)


def _axis_s(state: RunState) -> int:
    return time_end(state.elapsed_s)


def _row(state: RunState, name: str, column: _Column, glyphs: Glyphs) -> Line:
    gauge = state.gauges.get(name) or Gauge("")
    label = f"{_label(state, name):<{LABEL_CELLS}}"[:LABEL_CELLS]
    value, role = gauge_value(state, name, glyphs)
    spans = [Span(label), Span(f"{value:>{VALUE_CELLS}} ", role)]
    if column.spark >= _NARROWEST_SPARK:
        spans.append(Span(draw_spark(state, name, column.spark, glyphs), "bar"))
    if column.extremes:
        spans.append(Span(f" {_extreme(gauge):<{EXTREME_CELLS}}", "muted"))
    return fit(tuple(spans), column.width, glyphs.ellipsis)


def draw_spark(state: RunState, name: str, width: int, glyphs: Glyphs) -> str:
    """A gauge over the session, as a row of ``width`` block characters."""
    gauge = state.gauges.get(name)
    if gauge is None or not gauge.curve:
        return " " * width
    return sparkline(gauge.curve, gauge_scale(gauge), width, _axis_s(state), glyphs)


def _cores(state: RunState, width: int, glyphs: Glyphs) -> Line:
    """The load of each core: a bar, and the percentage if there are few cores."""
    spans = [Span(f"{_CORES:<{LABEL_CELLS}}")]
    bars = core_bars(state.cores, glyphs)
    if len(bars) > _MOST_PERCENTAGES or LABEL_CELLS + 7 * len(bars) > width:
        spans += [Span(f" {''.join(bars)}", "bar")]
        return tuple(spans)
    for bar, load in zip(bars, state.cores, strict=True):
        spans += [Span(f" {bar}", "bar"), Span(" off " if load is None else f"{load:>4.0f}%")]
    return tuple(spans)


def _label(state: RunState, name: str) -> str:
    # On a Jetson the CPU and the GPU share one memory; only a Jetson has tegrastats.
    if name == "ram" and "tegrastats" in (state.telemetry_source or ""):
        return "RAM shared"
    return LABELS[name]


def gauge_value(state: RunState, name: str, glyphs: Glyphs) -> tuple[str, str]:
    """The value with its unit, and its role; an alarming one begins with ``!``."""
    gauge = state.gauges.get(name) or Gauge("")
    if gauge.now is None:
        return glyphs.missing, ""
    if state.ended:
        return gauge_text(gauge), "muted"  # the past
    role = gauge_role(name, gauge, Heat(state.heat_limits, state.throttling))
    return marked(gauge_text(gauge), role), role


def _extreme(gauge: Gauge) -> str:
    """The text of the highest value so far."""
    high = gauge.peak if gauge.peak is not None else gauge.curve.high
    if high is None:
        return ""
    if gauge.unit == "MB":
        return f"max {high:.0f} MB" if high < 1000 else f"max {high / 1024:.1f} GB"
    return f"max {high:.1f}" if gauge.unit == "W" else f"max {high:.0f}"
