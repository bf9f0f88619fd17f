"""Ctrl+Z, fg, bg and signals: the shell gets its terminal, and the dashboard comes back whole."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal

from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.folder import list_sessions

pytestmark = pytest.mark.slow

APP = Path(__file__).resolve().parents[1] / "fakes" / "app_in_terminal.py"
STATIC = [sys.executable, str(APP), "brisk-otter"]
LIVE = [*STATIC, "live"]
ENV = {
    **os.environ,
    "TERM": "xterm-256color",
    "LC_ALL": "C.UTF-8",
    "HISTFILE": "",
    "COLUMNS": "80",  # exported by some shells: the terminal's own size must win
    "LINES": "24",
    "PS1": "prompt ",
}
SHELL = ["bash", "--norc", "--noprofile", "-i"]
LEAVES = ("\x1b[?1000l", "\x1b[?1003l", "\x1b[?1006l", "\x1b[?2004l", "\x1b[<u", "\x1b[?1049l",
          "\x1b[?25h", "\x1b[?1004l", "\x1b[?7h")  # fmt: skip


class Shell(Terminal):
    """A shell with job control, and the dashboard as its job."""

    def __init__(self, command: list[str]) -> None:
        super().__init__(SHELL, ENV, shell=True)
        self.until("prompt")
        self.cooked = termios.tcgetattr(self.master)
        self.press(f"{shlex.join(command)}\r")
        self.until("brisk-otter  step")
        self.until("Attached")
        self.app = os.tcgetpgrp(self.master)
        self.has_left = False
        self.first: list[str] = []

    def suspend(self) -> str:
        """Ctrl+Z; what was written to the terminal until the shell had it again."""
        before = len(self.seen)
        self.press("\x1a")
        self.stopped(before)
        return self.seen[before:].decode()

    def stopped(self, since: int) -> None:
        """Wait until the shell says so, after as many bytes of output."""
        self.until(lambda _: b"Stopped" in self.seen[since:])

    def fg(self) -> None:
        before = len(self.seen)
        self.press("fg\r")
        self.until(lambda _: b"\x1b[?1049h" in self.seen[before:])

    def resume(self) -> None:
        """fg, until the dashboard says that it goes on: an earlier message does not count."""
        before = len(self.seen)
        self.fg()
        self.until(lambda text: b"Resumed." in self.seen[before:] and "Resumed." in text)

    def rows(self) -> list[str]:
        """The screen but for the message line."""
        return self.text().splitlines()[:-2] + self.text().splitlines()[-1:]

    def comes_back_as(self, rows: list[str]) -> None:
        """Wait until every row is as it was."""
        try:
            self.until(lambda _: self.rows() == rows)
        except AssertionError:
            assert self.rows() == rows
            raise

    def help(self) -> None:
        """Open the help and close it: keys are answered."""
        self.press("?")
        self.until("Esc: close")
        self.close_help()

    def close_help(self) -> None:
        self.press("\x1b")
        self.until(lambda text: "Esc: close" not in text and "Space pause" in text)

    def leave(self) -> None:
        self.has_left = True
        self.press("q")
        self.until("brisk-otter keeps running")
        self.until(lambda _: os.tcgetpgrp(self.master) == self.process.pid)


@pytest.fixture(scope="module")
def dashboards() -> Iterator[list[Shell]]:
    """The one dashboard that tests share until a test leaves it or fails."""
    running: list[Shell] = []
    yield running
    for shell in running:
        shell.end()


@pytest.fixture
def static(dashboards: list[Shell], request: pytest.FixtureRequest) -> Iterator[Shell]:
    failed_before = request.session.testsfailed
    if not dashboards:
        shell = Shell(STATIC)
        shell.until_still("q quit")
        shell.first = shell.rows()
        dashboards.append(shell)
    (shell,) = dashboards
    shell.comes_back_as(shell.first)  # all of what the test before has changed
    yield shell
    if shell.has_left or request.session.testsfailed > failed_before:
        shell.end()
        dashboards.clear()


@pytest.fixture
def live() -> Iterator[Shell]:
    shell = Shell(LIVE)
    yield shell
    shell.end()


def test_after_fg_figures_and_keys_are_live(live: Shell) -> None:
    for _ in range(2):
        live.suspend()
        live.resume()
        goes_on(live)
        live.help()
    live.leave()


def test_the_screen_is_sent_once_after_fg(static: Shell) -> None:
    """It has several kB, which take seconds over a slow link."""
    static.suspend()
    before = len(static.seen)
    static.resume()
    static.comes_back_as(static.first)
    static.help()
    sent = static.seen[before:].partition(b"Session")[0]  # of the help
    assert sent.count(b"cross-entropy") == 1


def test_with_the_help_open(static: Shell) -> None:
    static.press("?")
    static.until("Esc: close")
    static.until_still("[▁▂▃▄▅▆▇] │")
    before = static.rows()
    static.suspend()
    static.fg()
    static.comes_back_as(before)
    static.close_help()


def test_bg_stops_it_again_and_fg_brings_it_back(static: Shell) -> None:
    before = static.rows()
    static.suspend()
    static.press("bg\r")
    static.until(r"(?s)Stopped.*&.*")
    static.press("jobs\r")
    static.until(lambda _: _state(static.app) == "T")
    static.resume()
    static.comes_back_as(before)
    static.help()


def test_a_second_ctrl_z_does_not_wait_for_fg(static: Shell) -> None:
    written = len(static.seen)
    static.press("\x1a\x1a")
    static.stopped(written)
    static.resume()
    static.help()


def test_stopped_and_continued_without_a_shell(static: Shell) -> None:
    """As a supervisor does it: nothing shows but that everything is right afterwards."""
    before = static.rows()
    static.suspend()
    os.kill(static.app, signal.SIGCONT)  # in the background: it must stop again, not draw
    static.until(lambda _: _state(static.app) == "T")
    static.fg()
    static.comes_back_as(before)
    static.help()


def test_after_fg_every_cell_is_as_it_was(static: Shell) -> None:
    before = static.rows()
    written = static.suspend()
    assert [code for code in LEAVES if code not in written] == []
    static.until(lambda _: termios.tcgetattr(static.master) == static.cooked)
    assert not re.search(r"\d;\d+R", static.text()), "an answer was typed into the shell"
    static.resume()
    static.comes_back_as(before)
    static.leave()


def test_a_terminal_of_another_size_when_it_comes_back(static: Shell) -> None:
    static.suspend()
    static.set_size(120, 40)
    static.resume()
    static.until(lambda text: "quit" in text.splitlines()[-1])
    fresh = Terminal(STATIC, ENV, 120, 40)
    wanted = fresh.until_still("(?s)Attached.*quit").splitlines()[:-2]
    static.until(lambda text: text.splitlines()[:-2] == wanted)
    fresh.press("q")
    fresh.wait()
    fresh.close()
    static.leave()


@pytest.mark.parametrize("stop", [signal.SIGSTOP, signal.SIGTSTP])
def test_stopped_from_outside_it_comes_back_whole(static: Shell, stop: signal.Signals) -> None:
    before = static.rows()
    written = len(static.seen)
    os.kill(static.app, stop)
    static.stopped(written)
    static.fg()
    static.comes_back_as(before)
    static.help()
    static.leave()
    static.press("stty -a | grep -o '.icanon'\r")
    assert "-icanon" not in static.until(r"\n.icanon")


def test_without_a_shell_above_it_does_not_stop() -> None:
    terminal = Terminal(STATIC, ENV, shell=True)
    terminal.until("Attached")
    terminal.press("\x1a")
    terminal.until("Cannot suspend: nanotrain was not started from a shell")
    terminal.press("q")
    assert terminal.wait() == 0
    terminal.close()


def test_a_terminal_that_answers_nothing_gets_everything() -> None:
    terminal = Terminal(LIVE, ENV, answers=False)
    terminal.until("Attached")
    terminal.press("?")
    terminal.until("Esc: close")
    terminal.press("\x1b")
    terminal.until(lambda text: "Esc: close" not in text and "Space pause" in text)
    goes_on(terminal)
    terminal.press("q")
    assert terminal.wait() == 0
    terminal.close()


def test_train_without_a_dashboard_stops_and_goes_on(tmp_path: Path) -> None:
    fake = APP.parents[1] / "fakes" / "scripted_trainer.py"
    trainer = f"{sys.executable} {fake} --script=slow=0.05,chunk=1"
    values = {"trainer.command": trainer, "train.steps": "100000", "data.name": "digits"}
    command = [sys.executable, "-m", "nanotrain_tui", "train"]
    for key, value in values.items():
        command += ["--set", f"{key}={value}"]
    shell = Terminal(SHELL, {**ENV, "NANOTRAIN_HOME": str(tmp_path)}, shell=True)
    try:
        shell.until("prompt")
        shell.press(f"{shlex.join(command)}\r")
        shell.until(r"running.* \d+/100000")
        shown = len(shell.seen)
        shell.press("\x1a")
        shell.until("Stopped")
        assert b"\x1b[?25h" in shell.seen[shown:]
        shell.press("clear; fg\r")
        shell.until(r"running.* \d+/100000")
        before = _done(shell.text())
        shell.until(lambda text: _done(text) > before)
        shell.press("\x03")
        shell.until("stopped")
        shell.until(lambda _: os.tcgetpgrp(shell.master) == shell.process.pid)
        shell.press("echo status $?\r")
        shell.until("status 130")
    finally:
        for folder in list_sessions(str(tmp_path)):
            if folder.is_alive():  # only where the test failed half-way
                with ControlClient(folder) as client:
                    client.request("stop")
        shell.end()


def _done(text: str) -> int:
    found = re.findall(r"(\d+)/100000", text)
    return int(found[-1]) if found else 0


def goes_on(terminal: Terminal) -> None:
    """Wait until newer figures are on the screen."""
    step = _step(terminal.text())
    terminal.until(lambda text: _step(text) > step + 5)


def _step(text: str) -> int:
    found = re.search(r"step ([0-9,]+)/", text)
    return int(found[1].replace(",", "")) if found else 0


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
