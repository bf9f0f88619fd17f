"""Draws the board before a session runs: loads, temperatures, memory and power."""

from __future__ import annotations

from typing import NamedTuple

from nanotrain_tui.catalog.formats import sentence
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
from nanotrain_tui.drawing.lines import Line, Span, fit, width_of
from nanotrain_tui.drawing.plot import sparkline
from nanotrain_tui.drawing.regions.memory_users import draw_memory_users
from nanotrain_tui.drawing.setup.state import BoardState
from nanotrain_tui.follow.run_state import Gauge

READING = "reading the board"
_LABEL_CELLS, _VALUE_CELLS = 9, 13
_LEAST_SPARK = 5


class _Row(NamedTuple):
    """A gauge with a line of its own; ``brief`` is its label in a line with others."""

    gauge: str
    label: str
    brief: str


# A line of the brief form for each list.
_ROWS = (
    (
        _Row("gpu_load", "GPU load", "GPU"),
        _Row("gpu_temperature", "GPU temp", ""),
        _Row("cpu_load", "CPU load", "CPU"),
        _Row("cpu_temperature", "CPU temp", ""),
    ),
    (
        _Row("ram", "RAM", "RAM"),
        _Row("gpu_memory", "GPU mem", "GPU mem"),
        _Row("power", "power", ""),
        _Row("swap", "swap", "swap"),
    ),
)


def draw_board(board: BoardState, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """At most ``height`` lines of ``width`` cells: a line for each gauge, or two with all of them.

    Only what is measured is shown.
    """
    if width <= 0 or height <= 0:
        return []
    known = [row for rows in _ROWS for row in rows if _now(board, row) is not None]
    if board.problem:
        lines = _alarm(board.problem, glyphs)
    elif not known:
        lines = [(Span(f"{READING} {glyphs.ellipsis}", "muted"),)]
    elif height >= len(known) + 1:
        lines = [_full(board, row, width, glyphs) for row in known]
        lines += _cores(board, glyphs)
    else:
        lines = [line for rows in _ROWS for line in _brief(board, rows, width)]
    if board.throttling:
        lines += _alarm(f"slowed down because of heat: {', '.join(board.throttling)}", glyphs)
    if board.source and not board.problem:
        lines.append((Span(f"from {board.source}", "muted"),))
    lines += draw_memory_users(board.memory_users, width, height - len(lines), glyphs)
    return [fit(line, width, glyphs.ellipsis) for line in lines[:height]]


def _alarm(text: str, glyphs: Glyphs) -> list[Line]:
    return [(Span(f"{glyphs.levels['warning']} {sentence(text)}", "warning"),)]


def _now(board: BoardState, row: _Row) -> float | None:
    gauge = board.gauges.get(row.gauge)
    if row.gauge == "swap" and gauge is not None and not gauge.total:
        return None  # there is no swap
    return gauge.now if gauge is not None else None


def _brief(board: BoardState, rows: tuple[_Row, ...], width: int) -> list[Line]:
    """The gauges of a line, or of more lines if they do not fit.

    Values have fixed widths, so that nothing moves.
    """
    parts: list[Line] = []
    for row in rows:
        if _now(board, row) is None:
            continue
        gauge = board.gauges[row.gauge]
        value, role = _value(board, row, gauge)
        wide = {"%": 4, "°C": 7}.get(gauge.unit, 0)
        label = f"{row.brief} " if row.brief else ""
        part = tuple(span for span in (Span(label), Span(f"{value:>{wide}}", role)) if span.text)
        if gauge.unit == "°C" and parts:  # it stays beside the load of its part
            parts[-1] = (*parts[-1], Span(" "), *part)
        else:
            parts.append(part)
    lines: list[Line] = []
    for part in parts:
        if lines and width_of(lines[-1]) + 2 + width_of(part) <= width:
            lines[-1] = (*lines[-1], Span("  "), *part)
        else:
            lines.append(part)
    return lines


def _full(board: BoardState, row: _Row, width: int, glyphs: Glyphs) -> Line:
    gauge = board.gauges[row.gauge]
    value, role = _value(board, row, gauge)
    spans = [Span(f"{row.label:<{_LABEL_CELLS}}"), Span(f"{value:>{_VALUE_CELLS}} ", role)]
    room = width - _LABEL_CELLS - _VALUE_CELLS - 1
    if room >= _LEAST_SPARK and gauge.curve:
        end = time_end(board.elapsed_s)
        spans.append(Span(sparkline(gauge.curve, gauge_scale(gauge), room, end, glyphs), "bar"))
    return tuple(spans)


def _cores(board: BoardState, glyphs: Glyphs) -> list[Line]:
    """A bar for the load of each core; one that is off has none."""
    if not board.cores:
        return []
    bars = "".join(core_bars(board.cores, glyphs))
    return [(Span(f"{'cores':<{_LABEL_CELLS}} "), Span(bars, "bar"))]


def _value(board: BoardState, row: _Row, gauge: Gauge) -> tuple[str, str]:
    """The value with its unit, and its role; an alarming one begins with ``!``."""
    role = gauge_role(row.gauge, gauge, Heat(board.heat_limits, board.throttling))
    return marked(gauge_text(gauge, digits=1), role), role
