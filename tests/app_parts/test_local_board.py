"""The board as the set-up panel reads it: with the host's telemetry, in small steps."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from boards import nano, plant

from nanotrain_tui.app.source.local_board import LocalBoard
from nanotrain_tui.drawing.setup.state import BoardState
from nanotrain_tui.telemetry.child import Child
from nanotrain_tui.telemetry.monitor import Monitor

LINE = (
    "RAM 905/3956MB (lfb 3x4MB) SWAP 10/1978MB CPU [10%@204,off,30%@204,20%@204] GR3D_FREQ 7%@153 "
    "CPU@33C GPU@31C POM_5V_IN 1920/1930"
)
# Prints a line each 50 ms, until its output is closed.
TEGRASTATS = f"""
import time
while True:
    print({LINE!r}, flush=True)
    time.sleep(0.05)
"""


def quick(tegrastats: str | None, interval_s: float, clock: object, root: str) -> Monitor:
    return Monitor(tegrastats, 0.05, root=root)


def read(board: LocalBoard, count: int) -> list[BoardState]:
    """The first states; then the board is stopped, and its iteration ends."""
    states = []
    for state in board.states():
        states.append(state)
        if len(states) == count:
            board.stop()
    board.stop()  # after the end too
    return states


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "tegrastats"
    path.write_text(f"#!{sys.executable}\n{TEGRASTATS}")
    path.chmod(0o755)
    return str(path)


def test_a_nano(tmp_path: Path, program: str) -> None:
    root = plant(tmp_path / "root", nano())
    config = {"telemetry.tegrastats": program, "guard.heat": "pause", "guard.margin_c": 5.0}
    states = read(LocalBoard(config, root, quick), 2)
    state = states[-1]
    now = {name: gauge.now for name, gauge in state.gauges.items() if gauge.now is not None}
    assert (now["gpu_load"], now["ram"], now["power"]) == (7.0, 905.0, 1.92)
    assert state.cores == (10.0, None, 30.0, 20.0) and state.source.startswith("tegrastats")
    assert state.throttling == ("gpu",)
    assert state.name == "Jetson Nano"
    assert state.available is not None and state.available.memory_mb == 812.0
    assert state.heat_limits is not None and state.heat_limits.pause == 92.0
    assert not state.problem and len(states) >= 2


def test_a_machine_without_anything(tmp_path: Path) -> None:
    board = LocalBoard({}, plant(tmp_path, {"proc/meminfo": "MemTotal: 2048 kB\n"}), quick)
    (state, *_) = read(board, 1)
    assert state.heat_limits is None and not state.name and not state.problem


def test_a_program_that_is_missing_is_a_sentence(tmp_path: Path) -> None:
    board = LocalBoard({"telemetry.tegrastats": "/nowhere/tegrastats"}, str(tmp_path))
    (state,) = board.states()
    assert "there is no program /nowhere/tegrastats" in state.problem


def test_the_program_ends_with_the_reading(tmp_path: Path, program: str) -> None:
    root = plant(tmp_path / "root", nano())
    started: list[subprocess.Popen[bytes]] = []

    def spawn(argv: list[str]) -> Child:
        started.append(
            subprocess.Popen(argv, stdout=subprocess.PIPE, bufsize=0, start_new_session=True)
        )
        return Child(started[-1])

    def monitor(tegrastats: str | None, interval_s: float, clock: object, root: str) -> Monitor:
        return Monitor(tegrastats, 0.05, spawn=spawn, root=root)

    board = LocalBoard({"telemetry.tegrastats": program}, root, monitor)
    first = threading.Event()
    done: list[BoardState] = []

    def run() -> None:
        for state in board.states():
            done.append(state)
            first.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert first.wait(60)
    board.stop()
    thread.join(60)
    assert not thread.is_alive() and started[0].poll() is not None


def test_it_is_read_seldom() -> None:
    intervals = []

    def monitor(tegrastats: str | None, interval_s: float, clock: object, root: str) -> Monitor:
        intervals.append(interval_s)
        return Monitor(None, interval_s)

    for asked in (0.1, 30.0):
        board = LocalBoard({"telemetry.interval_s": asked}, "/", monitor)
        board.stop()
        assert list(board.states()) == []
    assert intervals == [2.0, 30.0]
