"""Loss and accuracy of a session as charts, for the end of ``train`` and for ``show``."""

import os
import sys

from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.trace import steps_of, trace_of_curve
from nanotrain_tui.session.metrics import TEST

from .chart import draw_chart
from .output import width


def colour_and_simple() -> tuple[bool, bool]:
    """Whether the terminal has colours, and whether it has ASCII alone."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return colour, not utf8 or os.environ.get("TERM") == "linux"


def session_charts(state: RunState) -> str:
    """Both charts over the same steps, as wide as the terminal, in its characters and colours."""
    colour, simple = colour_and_simple()
    pairs = (
        ("loss", state.curve("loss"), state.curve("loss", TEST)),
        ("accuracy", state.curve("accuracy"), state.curve("accuracy", TEST)),
    )
    along = steps_of(curve for _, train, test in pairs for curve in (train, test))
    charts = [
        draw_chart(
            title,
            {"training": trace_of_curve(train), "test": trace_of_curve(test)},
            width(),
            colour,
            simple,
            along=along,
        )
        for title, train, test in pairs
    ]
    return "\n\n".join(chart for chart in charts if chart)
