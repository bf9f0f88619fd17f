"""Blanks are erased only in terminals that are known to keep the background."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASK = "from nanotrain_tui.app.terminal.features import erases_in_color; print(erases_in_color())"
FEWEST = "import sys; sys.modules['curses'] = None; "


def answer(code: str, **environ: str) -> str:
    # In a process of its own: curses reads the description of one terminal.
    others = {key: value for key, value in os.environ.items() if key != "TERM"}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**others, **environ}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("term", "erases"),
    [("xterm-256color", "True"), ("screen", "False"), ("no-such-terminal", "False")],
)
def test_terminfo_says_whether_a_terminal_keeps_the_background(term: str, erases: str) -> None:
    assert answer(ASK, TERM=term) == erases


def test_without_a_terminal_or_curses_nothing_is_erased() -> None:
    assert answer(ASK) == "False"
    assert answer(FEWEST + ASK, TERM="xterm-256color") == "False"
