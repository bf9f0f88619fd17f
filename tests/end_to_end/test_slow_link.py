"""The dashboard through a real SSH server over a slow link: nothing piles up on the way to it."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from slow_link import SSH, SSHD, Relay, Server, server, shell_line
from terminal import Terminal

pytestmark = pytest.mark.slow

APP = Path(__file__).resolve().parents[1] / "fakes" / "app_in_terminal.py"
ENV = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
RATE = 4000  # bytes a second; the live session below changes what needs several times as much


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not (SSH and SSHD):
        why = "no OpenSSH client and server here: the slow link is not tested"
        warnings.warn(pytest.PytestWarning(why), stacklevel=1)
        pytest.skip(why)
    with server(tmp_path_factory.mktemp("ssh")) as one:
        yield one


@contextmanager
def session(sshd: Server, then: str = "") -> Iterator[tuple[Terminal, Relay]]:
    """A person's terminal on a session that changes all the time, and the link between."""
    relay = Relay(sshd.port)
    variables = {key: ENV.get(key, "") for key in ("PYTHONPATH", "TERM", "LC_ALL")}
    command = shell_line([sys.executable, str(APP), "brisk-otter", "live"], variables) + then
    terminal = Terminal(sshd.login(relay.port, command), ENV)
    try:
        terminal.until("Attached")
        relay.rate = RATE
        yield terminal, relay
    finally:
        relay.rate = 0
        terminal.close()
        relay.close()


@pytest.fixture(scope="module")
def far(sshd: Server) -> Iterator[tuple[Terminal, Relay]]:
    with session(sshd) as both:
        yield both


def test_figures_go_on_and_do_not_pile_up(far: tuple[Terminal, Relay]) -> None:
    terminal, relay = far
    most = 0
    for _ in range(10):
        step = _step(terminal.text())
        terminal.until(lambda text, step=step: _step(text) > step)  # type: ignore[misc]
        most = max(most, relay.queued)
    assert most < 2 * RATE, "more than two seconds' worth was on its way"


def test_what_a_key_changes_comes_before_all_else(far: tuple[Terminal, Relay]) -> None:
    terminal, relay = far
    _figures(terminal, 3)  # the link is measured, and full of figures
    came = []
    for _ in range(4):
        below = _about(terminal.text())
        before = relay.delivered
        terminal.press("\x1b[B")
        terminal.until(lambda text, below=below: _about(text) != below)  # type: ignore[misc]
        came.append(relay.delivered - before)
    assert max(came) < 2 * RATE, came


def test_help_shows_its_top_first(far: tuple[Terminal, Relay]) -> None:
    terminal, relay = far
    _figures(terminal, 3)
    before = relay.delivered
    terminal.press("?")
    terminal.until("─ Keys")
    top = relay.delivered - before
    terminal.until("Esc: close")
    whole = relay.delivered - before
    assert top < 2 * RATE and whole < 4 * RATE, (top, whole)
    terminal.press("\x1b")
    terminal.until(lambda text: "Esc: close" not in text and "Space pause" in text)
    _figures(terminal, 1)


def test_leaving_leaves_no_answers_to_the_shell(sshd: Server) -> None:
    reads = "; stty -echo -icanon min 0 time 20; echo left-over:; od -An -c; echo all-read"
    with session(sshd, reads) as (terminal, _relay):
        _figures(terminal, 3)
        terminal.press("q")
        terminal.until("all-read")
        terminal.wait()
        rest = terminal.seen.rpartition(b"left-over:")[2].partition(b"all-read")[0]
        assert rest.strip() == b"", rest


def _figures(terminal: Terminal, count: int) -> None:
    for _ in range(count):
        step = _step(terminal.text())
        terminal.until(lambda text, step=step: _step(text) > step)  # type: ignore[misc]


def _step(text: str) -> int:
    found = re.search(r"step ([0-9,]+)/", text)
    return int(found[1].replace(",", "")) if found else 0


def _about(text: str) -> str:
    return "".join(line[:30] for line in text.splitlines()[18:22])
