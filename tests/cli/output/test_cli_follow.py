"""Following a session to its end, and then its host."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from recorded import Recording

from nanotrain_tui.cli.follow import HOST_EXIT_INTERVAL_S, follow_to_end
from nanotrain_tui.cli.report import Report
from nanotrain_tui.cli.signals import StopRequests
from nanotrain_tui.session.folder import SessionFolder


class Waits:
    """Nobody asks to stop; the waits are noted and take no time."""

    requested = False

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def wait(self, seconds: float) -> None:
        self.seconds.append(seconds)


def test_the_host_that_puts_a_session_away_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Recording(tmp_path).started().steps(10).finished()
    answers = [True, True, False]
    monkeypatch.setattr(SessionFolder, "is_responding", lambda self: answers.pop(0))
    waits = Waits()
    state = follow_to_end(folder, Report(), cast(StopRequests, waits))
    assert state.state == "finished" and state.step == 10
    assert answers == [] and waits.seconds == [HOST_EXIT_INTERVAL_S] * 2
