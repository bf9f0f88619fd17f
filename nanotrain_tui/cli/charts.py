"""Loss and accuracy of a session as charts, for the end of ``train`` and for ``show``."""

import os
import sys

from nanotrain_tui.follow.run_state import RunState

from .chart import draw_chart, points_of
from .output import width


def session_charts(state: RunState) -> str:
    """Both charts, as wide as the terminal, in the characters and colours it has."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    simple = not utf8 or os.environ.get("TERM") == "linux"
    pairs = (
        ("loss", state.train_loss, state.test_loss),
        ("accuracy", state.train_accuracy, state.test_accuracy),
    )
    charts = [
        draw_chart(
            title, [points_of("training", train), points_of("test", test)], width(), colour, simple
        )
        for title, train, test in pairs
    ]
    return "\n\n".join(chart for chart in charts if chart)
