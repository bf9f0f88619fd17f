"""Draws the list of layers in its editor: each layer with its output and its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nanotrain_tui.catalog.formats import count
from nanotrain_tui.catalog.layer_shapes import by
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.lists.entries import under_cursor

NOT_KNOWN = "?"
_OUTPUT, _PARAMETERS = 13, 13  # cells of the columns, numbers to the right


class LayerRow(NamedTuple):
    """A row of the list: a layer, the inputs or the output layer."""

    name: str  # the layer's number; empty for inputs and output
    text: str
    default: str = ""  # what the layer gets from another key: its activation
    shape: Sequence[int] | None = None  # of its output; None: not known
    parameters: int = 0
    wrong: bool = False


def draw_heading(width: int, glyphs: Glyphs) -> Line:
    """The names of the columns."""
    left = (Span("     layer", "muted"),)
    return _columns(left, "output", "parameters", width, glyphs, "muted")


def draw_layer(row: LayerRow, width: int, glyphs: Glyphs, here: bool = False) -> Line:
    """One row in ``width`` cells. ``here``: whether the cursor is on it."""
    left = (
        Span(">" if here else " ", "value"),
        Span("!" if row.wrong else " ", "error"),
        Span(f"{row.name:>2} ", "muted"),
        Span(row.text, "error" if row.wrong else "" if row.name else "muted"),
        Span(f" {row.default}" if row.default else "", "muted"),
    )
    shape = NOT_KNOWN if row.shape is None else by(row.shape)
    parameters = count(row.parameters) if row.parameters else ""
    line = _columns(left, shape, parameters, width, glyphs)
    return under_cursor(line) if here else line


def _columns(
    left: Line, output: str, parameters: str, width: int, glyphs: Glyphs, role: str = ""
) -> Line:
    right = (Span(f"{output:>{_OUTPUT}}", role), Span(f"{parameters:>{_PARAMETERS}}", "muted"))
    return (*fit(left, width - _OUTPUT - _PARAMETERS, glyphs.ellipsis), *right)
