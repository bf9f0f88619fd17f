"""A terminal that is closed while a session runs in threads of the dashboard."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import PATIENCE_S, Terminal
from test_keys_to_recording import NANOTRAIN, env

from nanotrain_tui.session.folder import list_sessions
from nanotrain_tui.session.summary import summarise

__all__ = ["env"]  # a fixture
pytestmark = pytest.mark.tensorflow


@pytest.fixture
def terminal(env: dict[str, str]) -> Iterator[Terminal]:
    # shell: the terminal is the program's own, so that closing it sends SIGHUP
    terminal = Terminal(
        [*NANOTRAIN, "--in-process", "--set", "train.steps=1000000", "--set", "data.name=circle",
         "--set", "trainer.update=fused"],
        env, shell=True,
    )  # fmt: skip
    yield terminal
    if terminal.process.poll() is None:
        terminal.end()


def test_a_session_in_process_ends_well_when_its_terminal_is_closed(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.until("no session")
    terminal.press("r")
    terminal.until("running")
    os.close(terminal.master)
    assert terminal.process.wait(PATIENCE_S) == 0
    (folder,) = list_sessions(str(tmp_path / "home"))
    assert not folder.is_alive()
    assert summarise(folder).state == "stopped"
