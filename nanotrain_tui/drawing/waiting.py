"""Draws what stands in the place of a chart that has no values yet."""

from __future__ import annotations

from nanotrain_tui.catalog.formats import percent
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.state import STARTING


def draw_waiting(title: str, text: str, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """A title, and a text in the middle of ``height`` lines of ``width`` cells."""
    lines = [fit((), width)] * height
    if height > 1:
        lines[height // 2] = fit((Span(f"{text:^{width}}", "muted"),), width, glyphs.ellipsis)
    lines[:1] = [fit((Span(title, "title"),), width, glyphs.ellipsis)]
    return lines[:height]


def waiting_text(state: RunState, glyphs: Glyphs) -> str:
    """Why a session has no values: ``TensorFlow is loading …``."""
    if state.ended:
        return "No values were recorded."
    doing = state.preparing
    if doing is not None and doing.what:
        part = "" if doing.fraction is None else f" {percent(doing.fraction, '', digits=0)}"
        return f"{doing.what[0].upper()}{doing.what[1:]}{part} {glyphs.ellipsis}"
    if state.state == STARTING:
        what = "The training starts" if state.versions else "TensorFlow is loading"
        return f"{what} {glyphs.ellipsis}"
    return "No step is completed yet."
