"""The characters drawings are made of, by what the terminal can show."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from rich.cells import cell_len

from nanotrain_tui.follow.not_finite import NAN
from nanotrain_tui.session.events import Sign


class Glyphs(NamedTuple):
    """One set of drawing characters; each is one cell wide."""

    braille: bool  # 2x4 dots a cell; else 1x2 of `halves`
    halves: str  # none, lower, upper, both
    eighths: str  # a column from lowest to full
    test: str  # an evaluation
    train: str  # a sample of the training line, for the legend
    bad: str  # NaN
    infinite: str
    vertical: str
    corner: str
    horizontal: str
    bound: str  # before what bounds the run
    done: str  # progress
    rest: str
    states: dict[str, str]
    levels: dict[str, str]
    ellipsis: str
    newer: str
    missing: str
    playing: str  # a replay that goes on, and one that does not
    halted: str
    cursor: str

    def sign(self, sign: Sign) -> str:
        """The sign of an event on the charts."""
        return sign.glyph if self.braille else sign.ascii

    def not_finite(self, kind: str) -> str:
        """The sign for a kind of ``follow.not_finite``."""
        return self.bad if kind == NAN else self.infinite


UNICODE = Glyphs(
    braille=True,
    halves=" ▄▀█",
    eighths="▁▂▃▄▅▆▇█",
    test="◆",
    train="⠤⠤",
    bad="×",
    infinite="∞",
    vertical="│",
    corner="└",
    horizontal="─",
    bound="▸",
    done="━",
    rest="─",
    states={
        "starting": "◌",
        "running": "●",
        "paused": "❚❚",
        "finished": "✔",
        "stopped": "■",
        "failed": "✘",
        "interrupted": "⚡",
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
    test="o",
    train="..",
    bad="x",
    infinite="i",
    vertical="|",
    corner="+",
    horizontal="-",
    bound=">",
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
    """Text in ASCII of the same width; a question mark stands for each sign that ASCII lacks."""
    if text.isascii():
        return text
    return "".join(
        char if char.isascii() else _PLAIN.get(char) or "?" * cell_len(char) for char in text
    )


def glyphs_for(encoding: str | None, term: str | None) -> Glyphs:
    """ASCII where the encoding is not Unicode, and on Linux's console, whose font lacks braille."""
    utf = (encoding or "ascii").lower().replace("_", "-").startswith("utf")
    return UNICODE if utf and term != "linux" else ASCII


def terminal_glyphs() -> Glyphs:
    """What this process' terminal can show."""
    stream = sys.__stderr__ or sys.__stdout__  # Textual draws on stderr
    return glyphs_for(getattr(stream, "encoding", None), os.environ.get("TERM"))
