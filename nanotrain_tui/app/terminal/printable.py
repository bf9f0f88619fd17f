"""The last gate before the terminal: no text on any widget steers it, wherever it comes from."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from nanotrain_tui.session.text import printable


class Printable(LineFilter):
    """Replaces control characters in what is drawn: names of files, themes, presets, messages.

    Recordings are clean when they are read; this holds for all else too.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The segments, with U+FFFD for what could steer the terminal."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.control
            else Segment(printable(segment.text, same_length=True), segment.style)
            for segment in segments
        ]
