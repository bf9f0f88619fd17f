"""The training worker goes on when its process was stopped and continued, as by Ctrl+Z and fg."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PERIOD_S = 0.05
STOPPED_S = 0.2  # any wait for the next look has passed meanwhile
TIMES = 5
PATIENCE_S = 240.0

# Changes a session for ever, and prints a line for each look that shows a change.
PROGRAM = f"""
import itertools, signal, sys, time
sys.path.insert(0, {str(Path(__file__).parents[1] / "fakes")!r})
from app_fakes import FakeBackend
from nanotrain_tui.app.source.jobs import Attach
from nanotrain_tui.app.source.reports import Followed
from nanotrain_tui.app.source.worker import TrainingWorker

signal.signal(signal.SIGCONT, lambda *_: None)  # as the dashboard's: waits are interrupted

def post(message):
    if isinstance(message, Followed):
        print(message.state.step, flush=True)

backend = FakeBackend()
session = backend.add("one")
worker = TrainingWorker(backend, post, period_s={PERIOD_S})
worker.start()
worker.submit(Attach("one"))
for step in itertools.count(1):
    session.change(step=step)
    time.sleep(0.001)
"""


def test_it_follows_again_after_a_stop() -> None:
    worker = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, bufsize=0)
    try:
        _read_looks(worker)
        for _ in range(TIMES):
            os.kill(worker.pid, signal.SIGSTOP)
            time.sleep(STOPPED_S)
            os.kill(worker.pid, signal.SIGCONT)
            _read_looks(worker)
    finally:
        worker.kill()
        worker.communicate()


def _read_looks(worker: subprocess.Popen[bytes]) -> None:
    """Read the lines of some looks; they never come if the worker waits for ever."""
    assert worker.stdout
    lines = 0
    while lines < 5:
        assert select.select([worker.stdout], [], [], PATIENCE_S)[0], "the worker looks no more"
        lines += worker.stdout.read(4096).count(b"\n")
