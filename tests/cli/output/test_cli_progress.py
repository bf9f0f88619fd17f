"""Lines of progress, the JSON of a session's beginning and end, signals, and logs to convert."""

from __future__ import annotations

import io
import os
import select
import signal
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from cli_runs import until
from recorded import Recording, loss_at

from nanotrain_tui.cli import progress, running
from nanotrain_tui.cli.exit_status import CommandError
from nanotrain_tui.cli.report import Beginning, final_figures
from nanotrain_tui.cli.signals import StopRequests
from nanotrain_tui.cli.telemetry.log import Log, convert
from nanotrain_tui.cli.waiting import waiting
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.launch.plan import Plan
from nanotrain_tui.session.folder import create_session


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_progress_line_has_the_time_left_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    now = SimpleNamespace(s=0.0)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now.s))
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.progress_line("packing") as told:
        for now.s, fraction in ((1.9, 0.1), (2.0, 0.0), (2.1, 0.2), (10.0, 0.25)):
            told(fraction)
        assert cast(Terminal, sys.stderr).getvalue() == (
            "\rpacking 0%\x1b[K\rpacking 25%  ETA 0:30\x1b[K"
        )
    assert cast(Terminal, sys.stderr).getvalue().endswith("\x1b[K\r\x1b[K")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.progress_line("packing") as told:
        told(0.5)
    assert cast(Terminal, sys.stderr).getvalue() == "", "it was done at once"


def test_what_the_json_of_a_beginning_holds(tmp_path: Path) -> None:
    made = Beginning("mnist-1", "/home/mnist-1", {"train": 9}, ("data: MNIST",), {"needed": 1})
    assert made.as_dict() == {
        "name": "mnist-1", "folder": "/home/mnist-1", "data": {"train": 9},
        "choices": ["data: MNIST"], "memory": {"needed": 1},
    }  # fmt: skip
    data = {"source": "MNIST in /d", "note": "half of it"}
    plan = SimpleNamespace(choices=(), data=data, memory=None)
    begun = running._beginning(cast(Plan, plan), create_session(str(tmp_path), "mnist"))
    assert begun.choices == ("data: MNIST in /d", "half of it") and begun.memory == {}


def test_what_the_json_of_an_end_holds(tmp_path: Path) -> None:
    folder = Recording(tmp_path).started(steps=20).steps(20).evaluated(0.5, 0.75).finished()
    with closing(Follower(LocalSource(folder.path))) as follower:
        found = final_figures(follower.follow())
    last = {name: metric["last"] for name, metric in found["metrics"].items()}
    assert last == {"loss": 0.5, "accuracy": 0.75}
    assert (found["step"], found["own_steps"], found["steps"]) == (20, 20, 20)
    assert found["training_loss"] == pytest.approx(loss_at(20))


def test_after_a_signal_it_waits_again() -> None:
    with StopRequests() as stop:
        stop.graceful = True
        os.kill(os.getpid(), signal.SIGTERM)
        stop.wait(60.0)
        assert stop.requested
        assert not select.select([stop._read], [], [], 0)[0], "else the next wait would return"


def test_the_log_called_minus_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    given = b"RAM 1980/3964MB CPU [10%@1479,off,off,off] GR3D_FREQ 5%@921\n"
    stdin = SimpleNamespace(buffer=io.BufferedReader(cast(io.RawIOBase, io.BytesIO(given))))
    monkeypatch.setattr(sys, "stdin", stdin)
    (sample,) = Log("-", lambda fraction: None)
    assert sample["ram_used_mb"] == 1980 and not stdin.buffer.closed


def test_a_long_wait_is_told_and_its_line_is_gone_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with waiting("looking", after_s=0.0):
        until(shown.getvalue)
    assert shown.getvalue().startswith("\rlooking: 0 s")
    assert shown.getvalue().endswith("\r\x1b[K")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with waiting("looking"):
        pass
    assert cast(Terminal, sys.stderr).getvalue() == "", "it was done at once"


def test_a_log_without_samples_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "board.log").touch()
    with pytest.raises(CommandError, match=r"board\.log has no sample"):
        convert(str(tmp_path / "board.log"), as_csv=False)
    stdin = SimpleNamespace(buffer=io.BufferedReader(cast(io.RawIOBase, io.BytesIO(b""))))
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(CommandError, match="standard input has no sample"):
        convert("-", as_csv=False)
