"""The terminal driver stops once for each Ctrl+Z, whatever the terminal does with the key."""

import asyncio
import os
import signal

import pytest

from nanotrain_tui.app.terminal import driver
from nanotrain_tui.app.terminal.driver import TerminalDriver


class Stopping(TerminalDriver):
    """A driver without a terminal that is told to stop again while it restores the terminal."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.resumed = 0

    def suspend_application_mode(self) -> None:
        os.kill(os.getpid(), signal.SIGTSTP)  # the terminal turns a second Ctrl+Z into the signal

    def resume_application_mode(self) -> None:
        self.resumed += 1


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The signals with which the driver stops its process, which goes on at once."""
    sent: list[int] = []
    kill = os.kill

    def kill_others(whom: int, how: int) -> None:
        if how == signal.SIGSTOP or whom == 0:
            sent.append(how)
        else:
            kill(whom, how)

    monkeypatch.setattr(driver.os, "kill", kill_others)
    return sent


@pytest.mark.parametrize("how", ["key", "signal"])
def test_a_second_stop_signal_does_not_stop_it_after_fg(stops: list[int], how: str) -> None:
    async def stop_once() -> int:
        stopping = Stopping()
        with stopping._default_signals():
            pass  # the handlers are in place afterwards
        if how == "key":
            stopping._stop(0, signal.SIGTSTP)
        else:
            stopping._stop_by_signal()
        for _ in range(5):  # a signal that came meanwhile is handled by now
            await asyncio.sleep(0)
        for number in (signal.SIGTSTP, signal.SIGCONT):
            stopping._loop.remove_signal_handler(number)
        return stopping.resumed

    resumed = asyncio.run(stop_once())
    assert len(stops) == 1
    assert resumed == 1
