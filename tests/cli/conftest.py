"""A home of one's own, and commands run in it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from cli_runs import Nano, Ran

from nanotrain_tui.cli import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``NANOTRAIN_HOME``, and no data, settings or terminal of the person who runs the tests."""
    home = tmp_path / "home"
    monkeypatch.setenv("NANOTRAIN_HOME", str(home))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("NANOTRAIN_DATA", raising=False)
    return home


@pytest.fixture
def nano(home: Path, capsys: pytest.CaptureFixture[str]) -> Nano:
    """``nanotrain`` with these arguments, in this process."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Ran(status, *capsys.readouterr())

    return run
