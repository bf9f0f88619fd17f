"""Explains every line and symbol of the charts."""

from __future__ import annotations

from nanotrain_tui.drawing.backdrop import PARENT
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.session.events import signs


def chart_legend(glyphs: Glyphs) -> list[tuple[str, str]]:
    """Each line and symbol of a chart, and what it means: first lines, then signs of events."""
    return [
        (glyphs.train, "The training batches; each column shows their mean."),
        (glyphs.test, "The evaluations."),
        ("A B", "Dimmed lines: other sessions, drawn with C."),
        (PARENT, "A dimmed line: the parent of a fork."),
        *_edges_and_events(glyphs),
    ]


def comparison_legend(glyphs: Glyphs) -> list[tuple[str, str]]:
    """Each line and symbol of a comparison, and what it means."""
    return [
        ("A B", "The sessions, in their colours of the tables."),
        *_edges_and_events(glyphs),
    ]


def _edges_and_events(glyphs: Glyphs) -> list[tuple[str, str]]:
    return [
        (f"{glyphs.above} {glyphs.below}", "At an edge: the value is above or below the axis."),
        (f"{glyphs.cross} {glyphs.infinite}", "At the upper edge: NaN, or infinite."),
        *((glyphs.sign(sign), sign.about) for sign in reversed(signs().values())),
    ]
