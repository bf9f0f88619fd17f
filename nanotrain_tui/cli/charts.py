"""The metrics of a session as charts, for the end of ``train`` and for ``show``."""

import os
import sys

from nanotrain_tui.drawing.function.region import draw_function
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.metric_text import figures_of, scale_of
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.trace import steps_of, trace_of_curve

from .chart import draw_chart, marks_of
from .output import width

MOST_CHARTS = 8
FUNCTION_LINES = 16


def colour_and_simple() -> tuple[bool, bool]:
    """Whether the terminal has colours, and whether it has ASCII alone."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return colour, not utf8 or os.environ.get("TERM") == "linux"


def session_charts(state: RunState) -> str:
    """A chart of each result over the same steps, in the terminal's width, characters and colours.

    A metric that no evaluation reports and that has no better direction, such as a learning rate,
    has none.
    """
    colour, simple = colour_and_simple()
    metrics = [metric for metric in state.metrics if metric.is_result][:MOST_CHARTS]
    parts = {
        metric: [key for key in state.curves if key.metric == metric.name] for metric in metrics
    }
    along = steps_of(state.curves[key] for keys in parts.values() for key in keys)
    charts = [
        draw_chart(
            metric.label,
            {key.part: trace_of_curve(state.curves[key]) for key in keys},
            width(),
            colour,
            simple,
            marks=marks_of([key.part for key in keys]),
            axis=scale_of(metric),
            label=figures_of(metric).label,
            along=along,
        )
        for metric, keys in parts.items()
    ]
    return "\n\n".join(chart for chart in (*charts, _function(state, simple)) if chart)


def _function(state: RunState, simple: bool) -> str:
    """The network as a curve or over a plane, in characters alone; empty if it is neither."""
    glyphs = ASCII if simple else UNICODE
    lines = draw_function(state, width(), FUNCTION_LINES, glyphs, colours=False)
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)
