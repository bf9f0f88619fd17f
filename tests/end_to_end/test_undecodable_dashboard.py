"""The dashboard on a session whose home and data are in folders that are not UTF-8."""

import os
import sys
from pathlib import Path

import pytest
from terminal import Terminal

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from recorded import Recording

from nanotrain_tui.app.screens.jump import LETTERS

pytestmark = pytest.mark.slow

ODD = os.fsdecode(b"h\xe9")


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_it_shows_one_cell_for_such_a_byte(tmp_path: Path, locale: str) -> None:
    home = tmp_path / ODD
    data = os.fsdecode(b"/d\xe9t")
    Recording(home, data__name="mnist", data__dir=data).started().finished()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NANOTRAIN")}
    env = {**kept, "NANOTRAIN_HOME": str(home), "TERM": "xterm-256color",
           "LANG": locale, "LC_ALL": locale}  # fmt: skip
    command = [sys.executable, "-m", "nanotrain_tui", "attach", "mnist-1"]
    terminal = Terminal(command, env, columns=120, rows=40)
    try:
        terminal.until("Attached")
        terminal.press("f")
        terminal.until("Go to field")
        terminal.press(LETTERS["data.dir"])
        terminal.until("folder +/d\ufffdt")
        terminal.press("q")
        assert terminal.wait() == 0
    finally:
        terminal.close()
