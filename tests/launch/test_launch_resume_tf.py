"""The real trainer, killed with its host at some step and resumed: the same bits as undisturbed."""

import os
import signal
import sys
import time

import numpy as np
import pytest
from launch_helpers import PATIENCE_S, kill_host, wait_until_over

from nanotrain_tui.catalog import check
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.launch.resume_and_fork import plan_resume
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.checkpoints import list_checkpoints
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.recording.reader import SessionReader

SCRIPT = [{"step": 1010, "set": {"model.dropout": 0.2}}]
LIVE = [{"optimizer.learning_rate": 0.003}, {"optimizer.name": "sgd"}, {"train.batch_size": 32}]
COMMON = {
    "trainer.command": [sys.executable], "trainer.threads": 1, "train.steps": 2000,
    "model.initializer": "glorot_uniform", "train.eval_every": 500, "train.checkpoint_every": 300,
}  # fmt: skip
KINDS = {
    "lenet": {
        "data.name": "mnist", "trainer.update": "fused", "train.steps": 1200,
        "train.eval_every": 700, "train.checkpoint_every": 700,
        "model.layers": "conv 2 3x3 stride 2, batchnorm, pool 2, dropout 0.3, flatten, dense 8",
    },
    "regression": {  # it stops early, after the kill, and lowers its rate before
        "data.name": "curve", "model.hidden": "16 tanh", "loss.name": "mean_squared_error",
        "data.validation": 0.2, "trainer.update": "block", "train.steps": 9000,
        "train.eval_every": 100, "stop.patience": 25, "stop.min_delta": 2.0,
        "schedule.name": "plateau", "schedule.patience": 6,
    },
}  # fmt: skip


def configuration(kind, data, edits):
    place = {"data.dir": str(data)} if KINDS[kind]["data.name"] == "mnist" else {}
    return check({**COMMON, **KINDS[kind], **place, "edits": edits})


@pytest.fixture
def data(tmp_path):
    """A folder with pictures of 6 x 6 pixels; those of a class have a bright one in common."""
    random, parts = np.random.RandomState(7), {}
    for split, count in (("train", 500), ("test", 200)):
        labels = random.randint(0, 10, count).astype(np.uint8)
        images = random.randint(0, 60, (count, 36)).astype(np.uint8)
        images[np.arange(count), labels * 3] += 190
        parts["x_" + split], parts["y_" + split] = images.reshape(-1, 6, 6), labels
    folder = tmp_path / "pictures"
    folder.mkdir()
    np.savez(folder / "mnist.npz", **parts)
    return folder


def everything(folder):
    """The bytes of every metric, each step once, the evaluations and the trainer's notes."""
    with SessionReader(folder) as reader:
        metrics = {
            name: b"".join(row.values.tobytes() for row in reader.metric_series(name))
            for name in ("loss", "accuracy", "mae", "learning_rate")
        }
        evaluations = [(e.on, e.step, e.metrics) for e in reader.evaluations()]
        notes = {(e.step, e.body["message"]) for e in reader.events(["note"])}
        notes = {one for one in notes if "tegrastats" not in one[1]}
        assert len(metrics["loss"]) == 4 * reader.position()[0] >= 4 * 1200
    return metrics, evaluations, notes


def wait_for_step(folder, step):
    give_up = time.monotonic() + PATIENCE_S
    with SessionReader(folder) as reader:
        while reader.position()[0] < step:
            assert time.monotonic() < give_up
            time.sleep(0.01)


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_host_and_a_resume_leave_no_trace_in_the_losses(places, data, kind):
    folder = start(prepare(configuration(kind, data, SCRIPT), places), places)
    try:
        with ControlClient(folder) as client:
            for number, values in enumerate(LIVE):
                wait_for_step(folder, 400 * number + 1)
                assert client.request("set", timeout=PATIENCE_S, values=values)["ok"]
            pid = client.request("status")["pid"]
        os.kill(pid, signal.SIGKILL)
        wait_until_over(folder)
        assert list_checkpoints(folder)
        start(plan_resume(folder, places), places)
        wait_until_over(folder)
    finally:
        kill_host(folder)
    with SessionReader(folder) as reader:
        assert [segment.from_step > 0 for segment in reader.segments()] == [False, True]
        by_hand = [
            {
                "step": event.step,
                "set": {k: v for k, (_, v) in event.body["changes"].items() if v is not None},
            }
            for event in reader.events(["edited"])
            if not event.body.get("scripted")
        ]
    assert [next(iter(edit["set"])) for edit in by_hand] == [next(iter(one)) for one in LIVE]
    edits = sorted(SCRIPT + by_hand, key=lambda edit: edit["step"])
    undisturbed = start(prepare(configuration(kind, data, edits), places), places)
    try:
        wait_until_over(undisturbed)
        assert everything(folder) == everything(undisturbed)
    finally:
        kill_host(undisturbed)
