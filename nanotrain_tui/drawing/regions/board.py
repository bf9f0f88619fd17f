"""Draws the region of the board: a title in a rule, and a strip or a panel of gauges below it."""

from __future__ import annotations

from itertools import zip_longest
from typing import NamedTuple

from nanotrain_tui.catalog.formats import joules
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit, width_of
from nanotrain_tui.drawing.regions.memory_users import draw_memory_users
from nanotrain_tui.drawing.regions.rule import draw_rule
from nanotrain_tui.drawing.telemetry import (
    draw_spark,
    draw_telemetry,
    gauge_value,
    is_measured,
    source_line,
)
from nanotrain_tui.follow.run_state import RunState

STRIP_LINES = 3  # with less room than a line more, the gauges are side by side
SHORTEST_SPARK, LONGEST_SPARK = 3, 30
GAP = 2  # cells between two gauges
BESIDE_CELLS, USERS_CELLS = 92, 40  # so wide a panel has the users of memory beside the gauges
ALARMING = ("heat", "swap", "power_mode")  # kinds of bottlenecks

# The gauges of a strip, from the left, one below the other; only those that are measured.
SHORT_LABELS = {
    "gpu_load": "GPU",
    "cpu_load": "CPU",
    "gpu_temperature": "GPU",
    "cpu_temperature": "CPU",
    "ram": "RAM",
    "swap": "swap",
    "power": "power",
    "energy": "",
    "tf_memory": "TensorFlow",
    "gpu_memory": "GPU memory",
    "emc_load": "memory bus",
    "gpu_mapped": "GPU mapped",
    "disk_temperature": "disk",
}


class Cell(NamedTuple):
    """One gauge of the strip."""

    name: str
    label: str
    value: str
    role: str


def draw_board(state: RunState, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """At most ``height`` lines of ``width`` cells: a rule, and a strip or a panel."""
    if width <= 0 or height <= 0:
        return []
    if height > STRIP_LINES + 1:
        rule = draw_rule("Board", (), width, glyphs, state.board)
        return [rule, *_panel(state, width, height - 1, glyphs)]
    about = ", ".join(text for text in (state.board, source_line(state)) if text)
    rule = draw_rule("Board", _bound(state, width, glyphs), width, glyphs, about)
    return [rule, *draw_strip(state, width, height - 1, glyphs)]


def _panel(state: RunState, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """The gauges; beside or below them, where there is room, the processes with most memory."""
    users = state.memory_users
    if width < BESIDE_CELLS or not users:
        lines = draw_telemetry(state, width, height, glyphs)
        return lines + draw_memory_users(users, width, height - len(lines), glyphs)
    left = width - USERS_CELLS - GAP
    gauges = draw_telemetry(state, left, height, glyphs)
    listed = draw_memory_users(users, USERS_CELLS, height, glyphs)
    lines = []
    for gauge, user in zip_longest(gauges, listed, fillvalue=()):
        space = (Span(" " * (left - width_of(gauge) + GAP)),) if user else ()
        lines.append((*gauge, *space, *user))
    return lines


def _bound(state: RunState, width: int, glyphs: Glyphs) -> Line:
    """What limits the speed of the training, for the right end of the rule."""
    if state.bottleneck is not None:
        role = "warning" if state.bottleneck.kind in ALARMING else "value"
        text = Span(state.bottleneck.sentence, role)
    elif state.other_load is not None:
        text = Span(state.other_load.text, "warning")
    else:
        return ()
    most = width - 12  # the title
    return (text,) if width_of((text,)) <= most else fit((text,), max(0, most), glyphs.ellipsis)


def draw_strip(state: RunState, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """The gauges in ``height`` lines, as many columns as fit."""
    cells = _cells(state, glyphs)
    if height <= 0 or not cells:
        return []
    columns = [cells[i : i + height] for i in range(0, len(cells), height)]
    while len(columns) > 1 and _least(columns) > width:
        columns.pop()
    spare = width - 1 - sum(_natural(column) + 1 + GAP for column in columns)
    spark = max(0, min(LONGEST_SPARK, spare // len(columns)))
    lines: list[Line] = []
    for y in range(min(height, len(columns[0]))):
        line: Line = (Span(" "),)
        for column in columns:
            if y < len(column):
                line = (*line, *_cell(state, column, column[y], spark, glyphs))
        lines.append(fit(line, width, glyphs.ellipsis))
    return lines


def _cells(state: RunState, glyphs: Glyphs) -> list[Cell]:
    found = []
    for name, label in SHORT_LABELS.items():
        if name == "energy":
            if state.energy_use is not None:
                per_step = f"{joules(state.energy_use.per_step_j)}/step"
                found.append(Cell(name, label, per_step, ""))
        elif is_measured(state, name):
            value, role = gauge_value(state, name, glyphs)
            found.append(Cell(name, label, value, role))
    return found


def _natural(column: list[Cell]) -> int:
    """The cells of a column without sparks."""
    plain = [cell for cell in column if cell.label]
    labels = max((len(cell.label) for cell in plain), default=0)
    values = max((len(cell.value) for cell in plain), default=0)
    bare = max((len(cell.value) for cell in column if not cell.label), default=0)
    return max(labels + 1 + values, bare)


def _least(columns: list[list[Cell]]) -> int:
    return 1 + sum(_natural(column) + 1 + SHORTEST_SPARK + GAP for column in columns) - GAP


def _cell(
    state: RunState, column: list[Cell], cell: Cell, spark: int, glyphs: Glyphs
) -> tuple[Span, ...]:
    natural = _natural(column)
    if not cell.label:
        text = f"{cell.value:<{natural}}"
        return (Span(text, cell.role), Span(" " * (1 + spark + GAP)))
    label = max(len(one.label) for one in column)
    value = f"{cell.value:>{natural - label - 1}}"
    drawn = draw_spark(state, cell.name, spark, glyphs) if spark >= SHORTEST_SPARK else ""
    return (
        Span(f"{cell.label:<{label}} ", "muted"),
        Span(value, cell.role or "value"),
        Span(f" {drawn:<{spark}}", "bar"),
        Span(" " * GAP),
    )
