"""Configurations to launch, and ending what a launch leaves running."""

import os
import signal
import sys
import time
from pathlib import Path

from nanotrain_tui.catalog import check
from nanotrain_tui.session.client import ControlClient

SCRIPTED = str(Path(__file__).parents[1] / "fakes" / "scripted_trainer.py")
PATIENCE_S = 240.0  # no bound on speed: a busy machine is no bug


def config(script="", **values):
    """A checked configuration whose trainer is the scripted one."""
    values = {key.replace("__", "."): value for key, value in values.items()}
    command = [sys.executable, SCRIPTED, f"--script={script}"]
    return check({"trainer.command": command, **values})


def wait_until_over(folder):
    give_up = time.monotonic() + PATIENCE_S
    while folder.is_alive():
        assert time.monotonic() < give_up, f"{folder.name} did not end"
        time.sleep(0.01)


def kill_host(folder):
    """End a detached host that a test leaves behind."""
    if not folder.is_alive():
        return
    with ControlClient(folder) as client:
        os.kill(client.request("status")["pid"], signal.SIGKILL)
    wait_until_over(folder)
