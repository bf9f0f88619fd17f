"""Reads and steers the sessions that the tests start."""

import os
import signal
import time
from pathlib import Path

from launch_helpers import PATIENCE_S, wait_until_over

from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.recording.reader import SessionReader


def events(folder, *kinds):
    with SessionReader(folder) as reader:
        return reader.events(kinds or None)


def curves(folder):
    """Every metric's steps and values, and the evaluations: what two runs have in common."""
    with SessionReader(folder) as reader:
        metrics = {
            name: [
                (row.first_step + i, value)
                for row in reader.metric_series(name)
                for i, value in enumerate(row.values)
            ]
            for name in ("loss", "accuracy", "learning_rate")
        }
        metrics["evaluations"] = [(e.step, e.metrics) for e in reader.evaluations()]
    return metrics


def wait_for_step(folder, step):
    give_up = time.monotonic() + PATIENCE_S
    with SessionReader(folder) as reader:
        while reader.position()[0] < step:
            assert time.monotonic() < give_up
            assert folder.is_alive()
            time.sleep(0.005)


def wait_for_checkpoint(folder, step):
    """The event of the checkpoint of that step, once it is written."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        found = [event for event in events(folder, "checkpoint") if event.step == step]
        if found:
            return found[-1]
        assert time.monotonic() < give_up
        time.sleep(0.005)


def ask(folder, do, **arguments):
    with ControlClient(folder) as client:
        return client.request(do, who="me@here", timeout=PATIENCE_S, **arguments)


def kill(folder, whom):
    os.kill(ask(folder, "status")[whom], signal.SIGKILL)
    wait_until_over(folder)


def damage(folder, checkpoint):
    path = Path(folder.checkpoints, checkpoint.file)
    path.write_bytes(path.read_bytes()[:-3] + b"...")


def follow_to_pause(folder):
    assert ask(folder, "pause")["state"] == "paused"
    return ask(folder, "status")["step"]
