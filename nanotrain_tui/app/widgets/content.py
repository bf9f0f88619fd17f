"""Lines of spans as the content of a Static, for text that scrolls and is seldom changed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from nanotrain_tui.drawing.glyphs import Glyphs, plain
from nanotrain_tui.drawing.lines import RUN_ROLES, Line

STYLES = {"": "", "muted": "$muted", **{role: f"${role}" for role in RUN_ROLES}}


def content_of(lines: Sequence[Line], glyphs: Glyphs) -> Content:
    """The lines in characters that this terminal supports; ``STYLES`` has their roles."""
    return Content("\n").join(
        Content.assemble(
            *((text if glyphs.braille else plain(text), STYLES[role]) for text, role in line)
        )
        for line in lines
    )
