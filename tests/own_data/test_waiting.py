"""The line that says that a command is at work."""

import io
import sys
import threading

import pytest

from nanotrain_tui.cli import waiting


class Terminal(io.StringIO):
    """A terminal, which tells when something was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.written.set()
        return super().write(text)


def test_what_takes_long_shows_its_time_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with pytest.raises(KeyError), waiting.waiting("looking", after_s=0.0):
        assert terminal.written.wait(30)
        raise KeyError
    text = terminal.getvalue()
    assert text.startswith("\rlooking: 0 s") and text.endswith("\r\x1b[K")


def test_what_is_short_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with waiting.waiting("looking", after_s=600.0):
        pass
    assert terminal.getvalue() == ""


def test_without_a_terminal_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    with waiting.waiting("looking", after_s=0.0):
        pass
    assert written.getvalue() == ""
