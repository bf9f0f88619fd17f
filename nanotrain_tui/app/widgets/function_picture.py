"""The network as a function: a curve through samples, or a picture of a plane."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import product

from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.function.plane import LEVELS, pixel_role, point_role
from nanotrain_tui.drawing.function.region import draw_function
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.follow.run_state import RunState

_AREAS = ("$warning-muted", "$panel", "$primary-muted")  # below the middle, near it, above it
_ANSI_AREAS = ("ansi_yellow", "ansi_default", "ansi_cyan")
_POINTS = ("$warning", "$foreground", "$primary")  # of examples, by the level of their targets
_ANSI_POINTS = ("ansi_red", "ansi_default", "ansi_blue")


def function_css(within: str) -> str:
    """The colours of a function in a widget of this class."""
    ansi = _css(_ANSI_AREAS, _ANSI_POINTS, f"{within}:ansi")
    return f"{_css(_AREAS, _POINTS, within)}\n{ansi}"


def _css(areas: Sequence[str], points: Sequence[str], within: str) -> str:
    """The colours of the roles of ``drawing.function``."""
    rules = [
        f"{within} > .live--{pixel_role(upper, lower)} "
        f"{{ color: {areas[upper]}; background: {areas[lower]}; }}"
        for upper, lower in product(range(LEVELS), repeat=2)
    ]
    for target, color in enumerate(points):
        name = point_role(target)
        rules.append(f"{within} > .live--{name} {{ color: {color}; text-style: bold; }}")
        rules += [
            f"{within} > .live--{point_role(target, level)} "
            f"{{ color: {color}; background: {areas[level]}; text-style: bold; }}"
            for level in range(LEVELS)
        ]
    return "\n".join(rules)


class FunctionPicture(LiveWidget):
    """Shows the network as the last evaluation found it; empty where it is no curve or plane."""

    needs_session = True

    DEFAULT_CSS = "FunctionPicture { padding: 0 0 0 1; }\n" + function_css("FunctionPicture")

    def update_state(self, state: RunState) -> None:
        """Show this state. Draws only if the function has changed."""
        before, self.state = self.state, state
        if before.function is not state.function or before.data is not state.data:
            self.redraw()

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        return draw_function(self.state, width, height, self.glyphs, "NO_COLOR" not in os.environ)
