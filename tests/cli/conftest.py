"""A home of one's own, and commands run in it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from nanotrain_tui.cli import main

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))


class Ran(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``NANOTRAIN_HOME``, and no data, settings or terminal of the person who runs the tests."""
    home = tmp_path / "home"
    monkeypatch.setenv("NANOTRAIN_HOME", str(home))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("NANOTRAIN_DATA", raising=False)
    return home


@pytest.fixture
def nano(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """``nanotrain`` with these arguments, in this process."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Ran(status, *capsys.readouterr())

    return run


def is_paragraph(text: str) -> bool:
    """One line, said by us, and no traceback."""
    one_line = text.startswith("nanotrain: error: ") and text.count("\n") == 1
    return one_line and "Traceback" not in text
