"""Into the dashboard and out of it: terminals, signals, what is imported, what is said."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_fakes import ENDED, FakeBackend, make_app, until

from nanotrain_tui.app.entry import farewell, no_terminal

pytestmark = pytest.mark.slow

ENTER_SCREEN, LEAVE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
FAKES = Path(__file__).resolve().parents[1] / "fakes"


def take_terminal() -> None:
    """Make standard input the controlling terminal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """The dashboard in a pseudo-terminal of 80x24."""

    def __init__(self, *arguments: str, owned: bool = False, **environ: str) -> None:
        """``owned``: by the program, so that the kernel sends it SIGHUP when it is closed."""
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.process = subprocess.Popen(
            [sys.executable, str(FAKES / "app_in_terminal.py"), *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**os.environ, "LINES": "24", "COLUMNS": "80", **environ},
            preexec_fn=take_terminal if owned else None,
        )  # fmt: skip
        self.seen = b""

    def read_until(self, text: bytes) -> None:
        while text not in self.seen:
            assert select.select([self.master], [], [], 60)[0], self.seen[-500:]
            self.seen += os.read(self.master, 65536)

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def wait(self) -> int:
        """The exit status, reading on so that nothing blocks."""
        while self.process.poll() is None:
            if select.select([self.master], [], [], 0.05)[0]:
                self.seen += os.read(self.master, 65536)
        while select.select([self.master], [], [], 0)[0]:
            self.seen += os.read(self.master, 65536)
        return self.process.returncode


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal("brisk-otter")
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.kill()
        terminal.process.wait()
    for descriptor in (terminal.master, terminal.slave):
        try:
            os.close(descriptor)
        except OSError:
            pass


def test_q_leaves_and_says_how_to_come_back(terminal: Terminal) -> None:
    terminal.read_until(b"412")
    terminal.press(b"q")
    assert terminal.wait() == 0
    shell = terminal.seen.rpartition(LEAVE_SCREEN)[2]
    assert (
        b"brisk-otter keeps running (running). To return to it: nanotrain attach brisk-otter"
        in shell
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(terminal: Terminal, number: int) -> None:
    terminal.read_until(b"412")
    assert termios.tcgetattr(terminal.slave) != terminal.before
    terminal.process.send_signal(number)
    assert terminal.wait() == 0
    assert terminal.seen.count(ENTER_SCREEN) == terminal.seen.count(LEAVE_SCREEN) == 1
    assert b"\x1b[?25h" in terminal.seen.rpartition(LEAVE_SCREEN)[2]
    assert termios.tcgetattr(terminal.slave) == terminal.before


def test_a_terminal_that_is_gone_ends_the_dashboard(terminal: Terminal) -> None:
    """Its input reads as empty for ever: without care the process would spin."""
    terminal.read_until(b"412")
    os.close(terminal.slave)
    os.close(terminal.master)
    assert terminal.process.wait(60) == 0


def test_a_terminal_that_hangs_up_ends_the_dashboard_in_good_order() -> None:
    """Not by the alarm of the last resort: a session with --in-process must be able to end."""
    terminal = Terminal("brisk-otter", owned=True)
    try:
        terminal.read_until(b"412")
        os.close(terminal.slave)
        os.close(terminal.master)
        assert terminal.process.wait(60) == 0
    finally:
        terminal.process.kill()
        terminal.process.wait()


@pytest.mark.parametrize(
    ("term", "says"), [("dumb", "TERM is 'dumb'"), ("", "TERM is ''"), ("unknown", "TERM is")]
)
def test_a_terminal_that_cannot_place_text(
    monkeypatch: pytest.MonkeyPatch, term: str, says: str
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert says in no_terminal({"TERM": term})
    assert no_terminal({"TERM": "vt100"}) == ""


def test_no_terminal_at_all_is_status_2_and_a_sentence() -> None:
    code = (
        "from nanotrain_tui.app import run_dashboard; from nanotrain_tui import config as c;"
        "s = {'folders': c.find_folders(), 'settings': c.Settings(), 'presets': c.Presets({})};"
        "raise SystemExit(run_dashboard({}, **s))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("nanotrain_tui.app", ("textual", "rich", "numpy", "tensorflow", "sqlite3")),
        ("nanotrain_tui.app.app", ("numpy", "tensorflow", "keras", "plotext", "markdown_it")),
        (
            "nanotrain_tui.app.source.backend",
            ("textual", "numpy", "tensorflow", "keras", "plotext"),
        ),
    ],
)
def test_what_is_not_needed_is_not_imported(module: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*[m for m in {absent!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("state", ["running", "paused", *ENDED])
async def test_the_farewell_names_the_session_and_the_way_back(state: str) -> None:
    backend = FakeBackend()
    backend.add("brisk-otter", state)
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.state == state)
        await pilot.press("q")
    text = farewell(app)
    command = "show" if state in ENDED else "attach"
    assert f"nanotrain {command} brisk-otter" in text and state in text


async def test_without_a_session_there_is_nothing_to_say() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
    assert farewell(app) == ""


async def test_quitting_while_a_session_starts_waits_until_it_has_a_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    backend = FakeBackend()
    backend.gate.clear()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.preparing is not None)
        await pilot.press("q")
    backend.gate.set()
    assert "nanotrain attach session-1" in farewell(app)
    assert "Waiting" in capsys.readouterr().out
