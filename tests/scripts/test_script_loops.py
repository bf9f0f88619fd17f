"""Training in loops of the script's own, and validation in the middle of an epoch."""

from pathlib import Path

import pytest
from hosting import wait_for

from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.slow

ON_BATCHES = """
import os, sys, time, types
gpu = types.SimpleNamespace(name="/gpu:0", device_type="GPU")
sys.modules["tensorflow"] = types.SimpleNamespace(
    __version__="9.9", config=types.SimpleNamespace(list_physical_devices=lambda: [gpu]))
from keras.engine.training import Model
one, two = Model(), Model(rate=2.0)
two.name = "critic"
for n in range(5):
    assert one.train_on_batch() == [0.5 * (n + 1), 1.0 * (n + 1)]
two.train_on_batch(x=1)
while not os.path.exists("over"):
    one.train_on_batch()
    time.sleep(0.002)
"""


def values(folder, metric):
    with SessionReader(folder) as reader:
        found = reader.metric_series(metric)
    return {row.first_step + n: value for row in found for n, value in enumerate(row.values)}


def test_train_on_batch_is_recorded_and_steered(scripts):
    session = scripts.start(ON_BATCHES)
    session.wait_for_step(8)
    (ready,) = session.events("ready")
    assert ready.body["devices"] == [{"name": "/gpu:0", "kind": "GPU"}]
    assert ready.body["versions"]["tensorflow"] == "9.9"
    started = session.events("fit_started")[0].body
    assert (started["call"], started["fit"]) == ("train_on_batch", 1)
    assert session.do("pause")["ok"]
    assert session.do("set", values={"optimizer.learning_rate": 0.25})["ok"]
    assert "only it can evaluate" in session.do("evaluate")["why"]
    step = session.do("step", n=2)["step"]
    wait_for(lambda: session.do("status")["state"] == "paused")
    assert session.do("resume")["ok"]
    session.wait_for_step(step + 3)
    (scripts.folder / "over").touch()
    session.end()
    loss = values(session.folder, "loss")
    assert [loss[n] for n in range(1, 6)] == [0.5, 1.0, 1.5, 2.0, 2.5]
    assert 6 not in loss and values(session.folder, "critic loss") == {6: 2.0}
    assert values(session.folder, "mine")[2] == 2.0
    assert [loss[step + n] - loss[step + n - 1] for n in (1, 2)] == [0.25, 0.25]
    (ended,) = session.events("fit_ended")
    assert (ended.body["updates"], ended.body["call"]) == (ended.step, "train_on_batch")
    assert [one.kind for one in session.events("finished", "stopped")] == ["finished"]


BESIDE = """
from keras.callbacks import Callback, CallbackList
from keras.engine.training import Model
from nanotrain_tui import record
class Records(Callback):
    def on_train_batch_end(self, batch, logs=None):
        assert record({"mine": 10.0 * batch, "text": "no number"})
        assert other.train_on_batch() == [other.weight, 2 * other.weight]
model, other = Model(), Model()
model.fit(epochs=1, callbacks=[Records()])
try:
    model.fit(nonsense=1)
except TypeError as error:
    assert "nonsense" in str(error)
given = CallbackList([Callback()], model, {"epochs": 1, "steps": 4})
given._should_call_train_batch_hooks = False
model.fit(epochs=1, callbacks=given)
print(len(given.callbacks), given._should_call_train_batch_hooks)
"""


def test_what_the_script_does_within_fit_counts_no_step(scripts):
    ran = scripts.run(BESIDE)
    assert ran.stdout == "1 False\n", "a list of callbacks is as it was"
    ended = [(one.step, one.body["call"]) for one in scripts.events("fit_ended")]
    assert ended == [(4, "fit"), (8, "fit")], "train_on_batch is part of its fit"
    seconds = [one.body["seconds"] for one in scripts.events("fit_ended")]
    assert seconds == [round(one, 3) for one in seconds]
    assert 30.0 in values(scripts.last, "mine").values()
    assert list(values(scripts.last, "loss")) == list(range(1, 9))


STOPPED = """
import time
from nanotrain_tui import record
for n in range(3): assert record(loss=n)
print("over", flush=True)
try:
    while True: time.sleep(0.01)
except KeyboardInterrupt:
    print("again", record(loss=7), flush=True)
"""


def test_record_says_that_the_session_stops(scripts):
    session = scripts.start(STOPPED)
    wait_for(lambda: "over" in Path(session.folder.log).read_text())
    assert session.do("stop")["ok"]
    session.end()
    assert "again False" in scripts.nano("show", session.folder.name, "--log").stdout


VALIDATED = """
import time
from keras.engine.training import Model
def wait(model): time.sleep(0.001)
class Array:
    shape = (3,)
arrays = Array(), Array()
model = Model()
model._eval_data_handler = "mine"
model.fit(epochs=10**5, steps=50, wait=wait, validation_data=arrays, batch_size=16,
          validation_batch_size=8, validation_steps=3)
print("handler", model._eval_data_handler)
"""


def test_arrays_are_validated_in_the_middle_of_an_epoch_without_a_trace(scripts):
    session = scripts.start(VALIDATED)
    session.wait_for_event("fit_started")
    session.wait_for_step(1)
    assert session.do("pause")["ok"]
    assert session.do("evaluate")["ok"]
    step = session.do("status")["step"]
    assert session.do("step", n=3)["ok"]
    wait_for(lambda: session.do("status")["state"] == "paused")
    assert session.do("stop")["ok"]
    session.end()
    asked = [one for one in session.events("evaluated") if one.body["cause"] == "asked"]
    assert [(one.step, one.body["metrics"]) for one in asked] == [
        (step, {"loss": 7.0, "size": 8.0, "steps": 3.0})
    ]
    (found,) = session.events("fit_started")
    assert found.body["config"]["train"] == {"batch_size": 16, "epochs": 10**5}
    found = values(session.folder, "loss")
    assert [round(found[step + n] / 0.5) for n in range(4)] == [step + n for n in range(4)]
    assert "handler mine" in scripts.nano("show", session.folder.name, "--log").stdout


def test_data_that_can_be_read_once_is_validated_at_the_end_of_the_epoch(scripts):
    session = scripts.start(VALIDATED.replace("arrays,", "iter([]),"))
    session.wait_for_step(1)
    assert session.do("evaluate")["ok"]
    session.wait_for_event("evaluated")
    assert session.do("stop")["ok"]
    session.end()
    found = [(one.step % 50, one.body["cause"]) for one in session.events("evaluated")]
    assert found[0] == (0, "schedule") and {cause for _, cause in found} == {"schedule"}
