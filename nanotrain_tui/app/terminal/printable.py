"""Removes control characters from all drawn text, so that no text can control the terminal."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from nanotrain_tui.session.text import printable


class Printable(LineFilter):
    """Replaces control characters in drawn text, such as names of files, themes and presets.

    Recordings are cleaned when they are read. This filter handles all other text.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments, with U+FFFD for each control character."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.control
            else Segment(printable(segment.text, same_length=True), segment.style)
            for segment in segments
        ]
