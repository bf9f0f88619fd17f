"""The terminal driver sends the screen once after the program takes the terminal."""

from typing import Any

import pytest
from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region, Size
from textual.strip import Strip

from nanotrain_tui.app.terminal.canvas import Canvas
from nanotrain_tui.app.terminal.driver import TerminalDriver
from nanotrain_tui.app.terminal.pacing import Pacing

SIZE = Size(20, 2)


class App:
    """What the driver asks its app."""

    size = SIZE
    cursor_position = (0, 0)
    _sync_available = False

    def post_message(self, message: object) -> None:
        """Nothing waits for it."""


class Drawn(TerminalDriver):
    """A driver without a terminal that remembers what it writes."""

    def __init__(self) -> None:
        self._app: Any = App()
        self._canvas, self._pacing = Canvas(), Pacing()
        self._is_ours = self._has_size = False
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data

    def _has_terminal(self) -> bool:
        return True

    def _room(self) -> int:
        return 10_000


def frame(text: str) -> LayoutUpdate:
    return LayoutUpdate(
        [[Strip([Segment(text.ljust(SIZE.width))])] for _ in range(SIZE.height)],
        Region(0, 0, *SIZE),
    )


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    monkeypatch.setattr(LinuxDriver, "start_application_mode", lambda driver: None)
    return Drawn()


def test_an_answer_before_the_size_sends_nothing(drawn: Drawn) -> None:
    drawn.start_application_mode()
    drawn.repaint()  # Textual reports the size
    drawn.show(frame("loss"), 0)
    assert drawn.written.count("loss") == SIZE.height

    drawn._is_ours = False  # the shell has the terminal
    drawn.show(frame("accuracy"), 0)
    drawn.written = ""
    drawn.start_application_mode()
    drawn._send()  # the terminal answers at once
    assert "accuracy" not in drawn.written
    drawn.repaint()
    assert drawn.written.count("accuracy") == SIZE.height
