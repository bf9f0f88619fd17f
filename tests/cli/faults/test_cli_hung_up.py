"""train on a terminal that is closed, with and without SIGHUP."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from cli_runs import PATIENCE_S, only_session, options, until

from nanotrain_tui.session.summary import summarise

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hosts_end")]


def own_terminal() -> None:
    """Make standard input the controlling terminal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.mark.parametrize("owned", [True, False])
def test_a_terminal_that_is_closed_ends_train_and_not_its_session(
    home: Path, tmp_path: Path, owned: bool
) -> None:
    over = tmp_path / "over"
    ours, theirs = os.openpty()
    script = options(f"slow=0.005,until={over}", steps=250)
    command = [sys.executable, "-m", "nanotrain_tui", "train", *script]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=own_terminal if owned else None, env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"/250  test accuracy" not in shown:
        shown += os.read(ours, 65536)
    os.close(ours)
    assert process.wait(PATIENCE_S) == (-signal.SIGHUP if owned else 141)
    over.touch()
    folder = only_session(home)
    until(lambda: not folder.is_alive())
    assert summarise(folder).state == "finished"
