"""Draws the graphs of the activation functions of the catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nanotrain_tui.catalog import ACTIVATIONS
from nanotrain_tui.drawing.glyphs import Glyphs, terminal_glyphs
from nanotrain_tui.drawing.plot import dots_of, plot_line
from nanotrain_tui.drawing.scale import Scale

REACH = 4.0  # drawn from -4 to 4
FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    name: entry.curve for name, entry in ACTIVATIONS.items()
}


def draw_curve(name: str, width: int, height: int, glyphs: Glyphs | None = None) -> list[str]:
    """Draw an activation function over -4 to 4, in ``height`` rows of ``width`` cells.

    The y axis spans the values of the function. Raises KeyError for an unknown name.
    """
    glyphs = glyphs or terminal_glyphs()
    function = FUNCTIONS[name]
    columns = width * dots_of(glyphs)[0]
    values = [function(REACH * (2 * i / (columns - 1) - 1)) for i in range(columns)]
    return plot_line(values, Scale(min(values), max(values)), width, height, glyphs)


def small_curve(name: str) -> str:
    """Draw an activation function in one row of eight cells, for a list."""
    return draw_curve(name, 8, 1)[0]
