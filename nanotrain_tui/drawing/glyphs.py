"""The characters of the drawings: a set for Unicode terminals and a set for ASCII ones."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from rich.cells import cell_len

from nanotrain_tui.follow.not_finite import NAN
from nanotrain_tui.session.events import Sign


class Glyphs(NamedTuple):
    """One set of drawing characters. Most are one cell wide."""

    braille: bool  # True: 2x4 dots a cell; False: 1x2 dots, drawn with ``halves``
    halves: str  # no dot, the lower one, the upper one, both
    eighths: str  # a bar from the lowest to the full height of a cell
    test: str  # a sample of the line of evaluations, for the legend
    train: str  # a sample of the training line, for the legend
    spot: str  # an evaluation on that line; empty: it is drawn with dots
    above: str  # at the upper edge: the value is above the axis
    below: str  # at the lower edge: the value is below the axis
    cross: str  # NaN, and a problem in the status header
    infinite: str
    vertical: str
    corner: str
    horizontal: str
    done: str  # the completed part of a progress bar
    rest: str  # the rest of it
    states: dict[str, str]  # by state of a session
    levels: dict[str, str]  # by level of an event
    ellipsis: str
    newer: str
    missing: str  # a value that is not known
    playing: str  # a replay that plays
    halted: str  # a replay that is paused
    cursor: str

    def sign(self, sign: Sign) -> str:
        """The symbol of an event on the charts."""
        return sign.glyph if self.braille else sign.ascii

    def not_finite(self, kind: str) -> str:
        """The symbol for ``NAN`` or ``INFINITE`` of ``follow.not_finite``."""
        return self.cross if kind == NAN else self.infinite


UNICODE = Glyphs(
    braille=True,
    halves=" ▄▀█",
    eighths="▁▂▃▄▅▆▇█",
    test="⢴⠤",
    train="⠤⠤",
    spot="",
    above="↑",
    below="↓",
    cross="×",
    infinite="∞",
    vertical="│",
    corner="└",
    horizontal="─",
    done="━",
    rest="─",
    states={
        "starting": "◌",
        "running": "●",
        "paused": "❚❚",
        "finished": "✔",
        "stopped": "■",
        "failed": "✘",
        "interrupted": "↯",
    },
    levels={"info": "·", "good": "✔", "warning": "!", "error": "✘"},
    ellipsis="…",
    newer="↓",
    missing="—",
    playing="▶",
    halted="‖",
    cursor="█",
)

ASCII = Glyphs(
    braille=False,
    halves=" .':",
    eighths="_.,-=+*#",
    test="o.",
    train="..",
    spot="o",
    above='"',
    below="_",
    cross="x",
    infinite="i",
    vertical="|",
    corner="+",
    horizontal="-",
    done="#",
    rest="-",
    states={
        "starting": "~",
        "running": ">",
        "paused": "||",
        "finished": "*",
        "stopped": "#",
        "failed": "!",
        "interrupted": "!",
    },
    levels={"info": "-", "good": "*", "warning": "!", "error": "x"},
    ellipsis="~",
    newer="v",
    missing="-",
    playing=">",
    halted="=",
    cursor="|",
)


_PLAIN = {"→": ">", "—": "-", "–": "-", "·": "-", "…": "~", "°": "o", "×": "x", "∞": "i", "’": "'"}


def plain(text: str) -> str:
    """The text in ASCII, with the same width in cells.

    A character without a replacement becomes one question mark a cell.
    """
    if text.isascii():
        return text
    return "".join(
        char if char.isascii() else _PLAIN.get(char) or "?" * cell_len(char) for char in text
    )


def glyphs_for(encoding: str | None, term: str | None) -> Glyphs:
    """The set for a terminal: ASCII if its encoding is not Unicode, and on the Linux console.

    ``term`` is the variable ``TERM``. The font of the Linux console has no braille.
    """
    utf = (encoding or "ascii").lower().replace("_", "-").startswith("utf")
    return UNICODE if utf and term != "linux" else ASCII


def terminal_glyphs() -> Glyphs:
    """The set for the terminal of this process."""
    stream = sys.__stderr__ or sys.__stdout__  # Textual draws on stderr
    return glyphs_for(getattr(stream, "encoding", None), os.environ.get("TERM"))
