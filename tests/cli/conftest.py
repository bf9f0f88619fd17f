"""A temporary home, and commands that run in it."""

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from cli_runs import Nano, Ran, Start, options, until

from nanotrain_tui.cli import main
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import ControlError
from nanotrain_tui.session.folder import list_sessions


@pytest.fixture(scope="session")
def failed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the session that ``failed`` copies."""
    home = tmp_path_factory.mktemp("failed") / "home"
    arguments = ["train", *options("die=120"), "--set", "train.checkpoint_every=50"]
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        patch.setenv("NANOTRAIN_HOME", str(home))
        patch.setenv("KERAS_HOME", str(home.parent / "keras"))
        patch.delenv("NANOTRAIN_DATA", raising=False)
        assert main(arguments) == 1
    return home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``NANOTRAIN_HOME``, without the data and settings of the user who runs the tests."""
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


@pytest.fixture
def hosts_end(home: Path) -> Iterator[None]:
    """Stop the sessions that a test leaves running, and wait for their hosts."""
    yield
    for folder in list_sessions(str(home)):
        try:
            with ControlClient(folder) as client:
                client.request("stop", timeout=5.0, wait=False)
        except ControlError:
            pass
        until(lambda folder=folder: not folder.is_alive())


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """``nanotrain`` with these arguments in its own process, with pipes."""
    started = []

    def run(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "nanotrain_tui", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
