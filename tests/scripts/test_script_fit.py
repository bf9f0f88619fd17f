"""Scripts that train with a Keras without TensorFlow: recorded, steered, resumed, killed."""

import json
import os
import signal
from pathlib import Path

import pytest
from hosting import runs, wait_for

from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file

pytestmark = pytest.mark.slow

PLAIN = """
from keras.engine.training import Model
model = Model()
mine = []
print(model.fit(epochs=3, callbacks=mine, validation_data=object()), mine)
print(model.fit(epochs=1))
"""
# Goes on by one batch whenever the file "go" has grown, and without an end if it holds "run".
STEPPED = """
import os, time
from keras.engine.training import Model
def wait(model):
    wait.done += 1
    while os.path.getsize("go") < wait.done and "run" not in open("go").read():
        time.sleep(0.005)
    time.sleep(0.001)
wait.done = 0
model = Model()
model.fit(epochs=10**9, steps=5, wait=wait)
print("weight", model.weight)
"""


@pytest.fixture
def stepped(scripts):
    """A script whose batches the test lets go on."""
    go = scripts.folder / "go"
    go.write_text("run")
    return STEPPED, go


def rows(folder, metric):
    with SessionReader(folder) as reader:
        found = reader.metric_series(metric)
    return [(row.first_step + n, value) for row in found for n, value in enumerate(row.values)]


def test_every_batch_is_recorded_with_its_own_value(scripts):
    ran = scripts.run(PLAIN)
    assert ran.stdout == "6.0 []\n8.0\n"
    steps = rows(scripts.last, "loss")
    assert [step for step, _ in steps] == list(range(1, 17))
    assert [value for _, value in steps] == pytest.approx([n * 0.5 for n in range(1, 17)])
    evaluated = [(one.step, one.body["metrics"]) for one in scripts.events("evaluated")]
    assert evaluated == [(4, {"loss": 2.0}), (8, {"loss": 4.0}), (12, {"loss": 6.0})]
    ended = scripts.events("fit_ended")
    assert [(one.body["fit"], one.body["epochs"], one.body["updates"]) for one in ended] == [
        (1, 3, 12), (2, 1, 4),
    ]  # fmt: skip
    assert verify_file(scripts.last.recording).problems == []


def test_what_is_found_in_the_model_is_shown(scripts):
    scripts.run(PLAIN)
    body = scripts.events("fit_started")[0].body
    assert body["config"]["optimizer"] == {"learning_rate": 0.5, "momentum": 0.9, "name": "sgd"}
    assert body["model"]["parameters"] == 1
    assert body["model"]["fixed"]["loss"] == "it is compiled into the model's graph"
    (listed,) = json.loads(scripts.nano("sessions", "--json").stdout)
    assert (listed["optimizer"], listed["learning_rate"], listed["model"]) == ("sgd", 0.5, "Model")
    shown = scripts.nano("show", scripts.last.name).stdout
    assert "loss: mse\n" in shown and "parameters: 1\n" in shown


def test_it_is_paused_changed_stepped_and_stopped(scripts, stepped):
    text, _ = stepped
    session = scripts.start(text)
    session.wait_for_event("fit_started")
    session.wait_for_step(1)
    paused = session.do("pause")
    assert (paused["ok"], paused["state"]) == (True, "paused")
    assert session.do("set", values={"optimizer.learning_rate": 0.25})["ok"]
    assert session.do("set", values={"optimizer.momentum": 0.5})["ok"]
    assert "no such value" in session.do("set", values={"optimizer.beta_1": 0.5})["why"]
    assert "decided by the script" in session.do("set", values={"model.dropout": 0.5})["why"]
    assert "no validation data" in session.do("evaluate")["why"]
    assert session.do("undo")["ok"]
    step = session.do("step", n=3)["step"]
    wait_for(lambda: session.do("status")["state"] == "paused")
    assert session.do("status")["step"] == step + 3
    assert session.do("resume")["state"] == "running"
    assert session.do("stop")["ok"]
    session.end()
    changes = [one.body["changes"] for one in session.events("edited")]
    assert changes == [
        {"optimizer.learning_rate": [0.5, 0.25]},
        {"optimizer.momentum": [0.9, 0.5]},
        {"optimizer.momentum": [0.5, 0.9]},
    ]
    assert session.events("stopped")[0].body["exit_status"] == 0
    values = dict(rows(session.folder, "loss"))
    assert values[step + 3] - values[step + 2] == pytest.approx(0.25, abs=1e-3)


BACKED_UP = """
from keras import callbacks
from keras.engine.training import Model
class BackupAndRestore(callbacks.Callback):
    pass
Model().fit(epochs=2, callbacks=[BackupAndRestore()])
"""


def test_a_backup_that_a_stop_deletes_is_warned_of(scripts):
    ran = scripts.run(BACKED_UP)
    assert ran.returncode == 0 and "write a checkpoint before a stop" in ran.stderr
    assert scripts.events("warned")[0].step == 0
    assert "BackupAndRestore" not in scripts.run(PLAIN).stderr


def test_the_guard_pauses_it_while_the_board_is_hot(scripts, stepped):
    heat, program = scripts.folder / "heat", scripts.folder / "tegrastats"

    def set_degrees(degrees):
        new = scripts.folder / "new"
        new.write_text(f"RAM 900/4000MB CPU [1%@2] GPU@{degrees}C\n")
        new.replace(heat)

    set_degrees(40)
    program.write_text(f"#!/bin/sh\nwhile cat {heat}; do sleep 0.1; done\n")
    program.chmod(0o755)
    guard = (f"telemetry.tegrastats={program}", "telemetry.interval_s=0.1", "guard.limit_c=50")
    session = scripts.start(stepped[0], *(word for value in guard for word in ("--set", value)))
    session.wait_for_step(1)
    set_degrees(51)
    paused = session.wait_for_event("paused")
    assert paused.body["who"] == "guard"
    set_degrees(39)
    resumed = session.wait_for_event("resumed")
    session.wait_for_step(resumed.step + 1)
    assert session.do("stop")["ok"]
    session.end()


def test_a_killed_script_is_explained(scripts, stepped):
    session = scripts.start(stepped[0])
    session.wait_for_step(1)
    os.kill(session.trainer_pid, signal.SIGKILL)
    session.end()
    (crashed,) = session.events("crashed")
    assert crashed.body["reason"].startswith("the script was killed (SIGKILL)")


def test_a_script_ends_with_its_host(scripts, stepped):
    session = scripts.start(stepped[0])
    session.wait_for_step(1)
    os.kill(session.pid, signal.SIGKILL)
    wait_for(lambda: not runs(session.trainer_pid), "the script to end")


def test_a_script_goes_on_without_its_host_if_it_should(scripts, stepped):
    text, go = stepped
    go.write_text("x")  # one batch, and it waits
    session = scripts.start(text.replace("10**9", "2"), "--set", "script.on_host_death=continue")
    session.wait_for_event("fit_started")
    os.kill(session.pid, signal.SIGKILL)
    wait_for(lambda: not session.folder.is_alive())
    go.write_text("run")
    log = Path(session.folder.log)
    wait_for(lambda: "weight 5.0" in log.read_text(), "the end of the script")
    wait_for(lambda: not runs(session.trainer_pid))


def test_only_the_first_process_that_fits_owns_the_session(scripts):
    text = (
        "import subprocess, sys\nfrom keras.engine.training import Model\n"
        "if len(sys.argv) == 1:\n    Model().fit(epochs=1)\n"
        "    subprocess.check_call([sys.executable, __file__, 'child'])\n"
        "else:\n    print('child', Model().fit(epochs=2))\n"
    )
    ran = scripts.run(text)
    assert ran.returncode == 0 and "child 4.0" in ran.stdout
    assert len(scripts.events("fit_started")) == 1
    assert scripts.events("finished")[0].step == 4


FAILING = """
from keras.callbacks import Callback
from keras.engine.training import Model
class Fails(Callback):
    def __init__(self, at): super().__init__(); self.at = at
    def on_train_batch_end(self, batch, logs=None):
        self.at -= 1
        if not self.at: raise RuntimeError("enough")
for at in 1, 6:
    try:
        Model().fit(epochs=3, callbacks=[Fails(at)], validation_data=object())
    except RuntimeError:
        pass
"""


def test_the_batch_after_which_a_callback_of_the_script_fails_is_recorded(scripts):
    assert scripts.run(FAILING).returncode == 0
    assert [one.body["updates"] for one in scripts.events("fit_ended")] == [1, 6]
    values = [value for _, value in rows(scripts.last, "loss")]
    assert values == pytest.approx([0.5, *(0.5 * n for n in range(1, 7))])
    assert verify_file(scripts.last.recording).problems == []


NESTED = """
from keras.callbacks import Callback
from keras.engine.training import Model
inner = Model()
class Nests(Callback):
    def on_epoch_end(self, epoch, logs=None): inner.fit(epochs=1)
print(Model().fit(epochs=2, callbacks=[Nests()]), inner.weight)
"""


def test_a_fit_within_a_fit_runs_as_usual_and_is_told(scripts):
    assert scripts.run(NESTED).stdout == "4.0 4.0\n"
    assert [one.body["updates"] for one in scripts.events("fit_ended")] == [8]
    (warned,) = scripts.events("warned")
    assert "fit while another fit runs" in warned.body["message"]


AFTER = """
import time
from keras.callbacks import Callback
from keras.engine.training import Model
class Late(Callback):
    def on_train_end(self, logs=None):
        open("late", "w").close()
        time.sleep(1.0)
Model().fit(epochs=1, callbacks=[Late()])
while True: time.sleep(0.01)
"""


def test_a_stop_that_comes_at_the_end_of_fit_is_obeyed(scripts):
    session = scripts.start(AFTER)
    wait_for((scripts.folder / "late").exists)
    assert session.do("stop")["ok"]
    session.end()
    assert [one.kind for one in session.events("stopped", "crashed")] == ["stopped"]


REFUSED = """
try:
    model.fit(callbacks=[5])
except AttributeError:
    print("refused")
"""


def test_an_error_of_the_script_is_its_own(scripts):
    """A fit that fails before it begins is not recorded."""
    failing = "\ndef wait(model): raise ValueError('mine')\nmodel.fit(wait=wait)\n"
    ran = scripts.run(PLAIN + REFUSED + failing)
    kinds = [one.kind for one in scripts.events("fit_started", "fit_ended")]
    assert kinds == ["fit_started", "fit_ended"] * 3 and "refused" in ran.stdout
    assert ran.returncode == 1
    assert "ValueError: mine" in ran.stdout and "nanotrain_shim/fit.py" not in ran.stdout
    assert scripts.events("fit_ended")[-1].body["error"] == "ValueError: mine"
