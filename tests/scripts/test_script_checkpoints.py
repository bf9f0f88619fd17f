"""Checkpoints of a script: written when asked and when due, and continued from."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy
import pytest
from hosting import wait_for

from nanotrain_tui.script_shim._nanotrain_shim import checkpoints

pytestmark = pytest.mark.slow

SAVED = """
import os, sys, time
import numpy
from keras import callbacks
from keras.engine.training import Model
class BackupAndRestore(callbacks.Callback): pass
def wait(model):
    while not os.path.exists("go"): time.sleep(0.005)
    time.sleep(0.001)
model = Model()
how = open("how").read() if os.path.exists("how") else ""
if how == "other":
    model.get_weights = lambda: [numpy.zeros((2, 3))]
if how == "slots":
    model.optimizer.variables.pop()
model.fit(epochs=10**9 if how == "" else 4, steps=5, wait=wait,
          callbacks=[BackupAndRestore()] if how == "backup" else None)
print("weight", model.weight, "after", model.optimizer.iterations.value)
"""


def test_a_script_continues_from_a_checkpoint_and_old_ones_are_removed(scripts):
    go, how = scripts.folder / "go", scripts.folder / "how"
    go.touch()
    session = scripts.start(SAVED, "--set", "train.checkpoint_keep=1")
    session.wait_for_step(12)
    assert session.do("pause")["ok"]
    assert session.do("checkpoint")["ok"]
    first = session.events("checkpoint")[0]
    session.do("step", n=5)
    wait_for(lambda: session.do("status")["state"] == "paused")
    assert session.do("checkpoint")["ok"] and session.do("checkpoint")["ok"]
    assert session.do("stop")["ok"]
    session.end()
    step = first.step + 5
    assert [one.step for one in session.events("checkpoint")] == [first.step, step, step]
    removed = [one.body["file"] for one in session.events("checkpoint_removed")]
    assert removed == [first.body["file"]]
    values = dict(session.losses())
    expected = values[step] + 0.5

    # The epochs that are done are left out; of this one the beginning is made again.
    done = step // 5 if step % 5 else step // 5 - 1
    name = session.folder.name
    go.unlink()
    again = scripts.start(SAVED, resume=name)
    started = wait_for(lambda: again.events("fit_started")[1:])[0]
    assert started.body["initial_epoch"] in (done, done + 1)
    go.touch()
    again.wait_for_step(step + 1)
    assert again.do("pause")["ok"]
    assert dict(again.losses())[step + 1] == expected
    assert again.do("checkpoint")["ok"]
    assert again.do("stop")["ok"]
    again.end()
    words = Path(again.folder.log).read_text().split()
    assert float(words[-3]) == 0.5 * float(words[-1]) > 0.5 * step, "also that of the optimizer"
    folder = Path(again.folder.checkpoints)
    newest = again.events("checkpoint")[-1].body["file"]
    assert [one.name for one in folder.glob("step-*")] == [newest], "also that of before"

    for text, says in (
        ("other", "does not fit the script's model"), ("slots", "only the weights are restored"),
        ("backup", "BackupAndRestore restores it"),
    ):  # fmt: skip
        how.write_text(text)
        ran = scripts.nano("run", "--resume", name)
        assert ran.returncode == 0 and says in ran.stderr, text


def test_a_checkpoint_that_is_due_is_written_at_the_end_of_an_epoch(scripts):
    due = ("--set", "train.checkpoint_minutes=1e-9")
    (scripts.folder / "go").touch()
    (scripts.folder / "how").write_text("short")
    assert scripts.run(SAVED, *due, "--set", "train.checkpoint_keep=2").returncode == 0
    assert [one.step for one in scripts.events("checkpoint")] == [5, 10, 15, 20]
    assert len(scripts.events("checkpoint_removed")) == 2
    without = SAVED.replace("import numpy", "")
    ran = scripts.run(without, *due)
    assert ran.returncode == 0
    warned = [one.body["message"] for one in scripts.events("warned")]
    assert warned == ["no checkpoint could be written: there is no place for checkpoints"] * 4
    assert scripts.run(SAVED, "--set", "train.checkpoint_minutes=0").returncode == 0
    assert scripts.events("checkpoint") == []


def test_a_checkpoint_survives_a_power_cut_as_soon_as_it_is_reported(tmp_path, disk_order):
    """Its content is on the disk before it gets its name, and then the name is."""
    one = checkpoints.Checkpoints({"checkpoint_dir": str(tmp_path)})
    model = SimpleNamespace(get_weights=lambda: [numpy.ones(3)], optimizer=None)
    emit = SimpleNamespace(emit=lambda event, **body: disk_order.append(event))
    one.save(model, None, SimpleNamespace(step=7, channel=emit))
    assert disk_order == [
        "sync checkpoint.part", "name step-000000007.npz", f"sync {tmp_path.name}", "checkpoint",
    ]  # fmt: skip


def test_after_one_that_failed_the_next_checkpoint_is_due_as_usual(monkeypatch):
    now, told = SimpleNamespace(s=0.0), []
    monkeypatch.setattr(checkpoints, "time", SimpleNamespace(monotonic=lambda: now.s))
    emit = SimpleNamespace(emit=lambda event, **body: told.append((event, now.s)))
    one = checkpoints.Checkpoints({"train.checkpoint_minutes": 10.0})
    for now.s in (599.0, 600.0, 601.0, 1199.0, 1200.0):
        one.epoch_ended(SimpleNamespace(model=None), SimpleNamespace(channel=emit))
    assert told == [("warned", 600.0), ("warned", 1200.0)]


def test_a_checkpoint_of_a_later_fit_is_not_read(scripts):
    (scripts.folder / "go").touch()
    (scripts.folder / "how").write_text("short")
    twice = SAVED + "model.fit(epochs=1, steps=5, wait=wait)\n"
    ran = scripts.run(twice, "--set", "train.checkpoint_minutes=1e-9")
    assert ran.returncode == 0
    ran = scripts.nano("run", "--resume", scripts.last.name)
    assert "the checkpoint is of fit number 2" in ran.stderr and "weight 10.0" in ran.stdout


def test_a_loop_of_the_scripts_own_has_nothing_to_save_or_set(scripts):
    session = scripts.start(
        "import time\nfrom nanotrain_tui import record\nwhile record(loss=1): time.sleep(0.001)\n"
    )
    session.wait_for_step(1)
    knows = "the script trains in a loop of its own"
    values = {"optimizer.learning_rate": 0.5}
    for does, given in (("checkpoint", {}), ("evaluate", {}), ("set", {"values": values})):
        refused = session.do(does, **given)
        assert not refused["ok"] and knows in refused["why"], json.dumps(refused)
    assert session.do("set", values={"train.checkpoint_keep": 5})["ok"]
    assert session.do("set", values={"train.checkpoint_keep": 5})["ok"]
    changes = [one.body["changes"] for one in session.events("edited")]
    assert changes == [{"train.checkpoint_keep": [3, 5]}]
    assert session.do("stop")["ok"]
    assert session.end()[-1] == "stopped"
