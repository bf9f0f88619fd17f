"""One trainer for every JetPack: the same curves, commands and files under each Python."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from contract_runs import PICTURES, RUNS, STEPS, USUAL
from pythons import available
from trainer_runs import TRAINER, Process, of_kind, values_of

from nanotrain_tui import catalog

pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(1200)]

# Sums in another order differ in the seventh digit, and 40 steps make more of it.
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
RELATIVE, ABSOLUTE = 2e-3, 2e-5
FIRST, FIRST_RELATIVE = 5, 1e-4


def config_of(folder, checkpoints, **changes):
    """What the host tells the trainer."""
    layers = {"layers": changes.pop("layers")} if "layers" in changes else {}
    given = {**USUAL, **changes}
    if given["data.name"] == "npz":
        given["data.path"] = str(folder / "rows.npz")
    config = catalog.check(given)
    places = {"data.dir": str(folder), "cache_dir": str(folder), "restore": None}
    resolved = catalog.trainer_config(config)
    return {**resolved, **layers, **places, "checkpoint_dir": str(checkpoints)}


def run_of(config):
    """A job of ``many_runs.py``: the whole run of a configuration."""
    return ["run", {"do": "start", "config": config}]


def do_all(python, jobs):
    """[(status, lines)] of jobs in one process of this Python."""
    driver = Path(__file__).with_name("many_runs.py")
    asked = subprocess.run(
        [python, "-B", str(driver), str(TRAINER)], input=json.dumps(jobs).encode(),
        capture_output=True, timeout=900, env=QUIET,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr.decode()[-2000:]
    return json.loads(asked.stdout)


def once(file, make):
    """What ``make`` returns, as JSON. Of several test processes, the first one makes it for all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(json.dumps(make()))
        return json.loads(file.read_text())


def every_run(python, folder, place):
    """The events of all RUNS by name; their checkpoints are in folders of these names."""
    configs = []
    for name, changes in RUNS.items():
        checkpoints = place / name
        checkpoints.mkdir(parents=True)
        configs.append(config_of(folder, checkpoints, **changes))
    answers = do_all(python, [run_of(config) for config in configs])
    for name, (status, events) in zip(RUNS, answers, strict=True):
        assert (status, events[-1]["event"]) == (0, "finished"), (name, events[-1])
        assert not of_kind(events, "warned"), (name, of_kind(events, "warned"))
    return {name: events for name, (_, events) in zip(RUNS, answers, strict=True)}


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory):
    """A folder for what all test processes use."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "runs"


@pytest.fixture(scope="session")
def every_python(folder, runs_folder):
    """The runs under every Python there is, as many at a time as there are cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = {}
        for number, python in enumerate([sys.executable, *available()]):
            place = runs_folder / str(number)

            def make(python=python, place=place):
                return every_run(python, folder, place)

            made[python] = pool.submit(once, place / "events.json", make), place
    return made


@pytest.fixture(scope="session")
def there(python, every_python):
    """The runs under another Python; asked for first, as all may be missing."""
    events, place = every_python[python]
    return events.result(), place


@pytest.fixture(scope="session")
def here(every_python):
    """The runs under the Python of these tests: what the others are held against."""
    events, place = every_python[sys.executable]
    return events.result(), place


def from_step_20(made, name, folder, copy):
    """A run that goes on from another one's checkpoint, in a copy of its folder."""
    events, place = made
    shutil.copytree(place / name, copy)
    config = config_of(folder, copy, **RUNS[name])
    file = next(e["file"] for e in of_kind(events[name], "checkpoint") if e["step"] == 20)
    config.update(restore=str(copy / file), resume=True)
    return run_of(config)


def losses_from_20(made, name):
    return values_of(made[0][name], "loss")[20:]


def trained(made, into):
    """A request about the network that "adam" has trained."""
    events, place = made
    file = next(e["file"] for e in of_kind(events["adam"], "checkpoint") if e["step"] == STEPS)
    into.mkdir(parents=True, exist_ok=True)
    return {"checkpoint": str(place / "adam" / file), "shape": [6, 6], "into": str(into)}


@pytest.fixture(scope="session")
def later(python, there, here, folder):
    """What a second process of another Python does with the files of the first one, by name."""
    place = there[1] / "later"

    def make():
        content = base64.b64encode((folder / "mnist.npz").read_bytes()).decode()
        asked = {"limit": 20, "files": [{"name": "x", "content": content, "labels": ""}]}
        endless = config_of(folder, place / "stopped", **{"train.steps": 10**6})
        nowhere = {**config_of(folder, place, **PICTURES), "data.dir": str(place / "nowhere")}
        jobs = {
            "own": from_step_20(there, "adam", folder, place / "own"),
            "dropped": from_step_20(there, "schedule, dropout and l2", folder, place / "dropped"),
            "ours": from_step_20(here, "adam", folder, place / "ours"),
            "stopped": [*run_of(endless), {"do": "stop"}],
            "nowhere": run_of(nowhere),
            "keras": ["--export", {**trained(there, place / "keras"), "kind": "keras"}],
            "savedmodel": [
                "--export", {**trained(there, place / "savedmodel"), "kind": "savedmodel"},
            ],
            "predict": ["--predict", {**trained(there, place), **asked}],
        }  # fmt: skip
        return dict(zip(jobs, do_all(python, list(jobs.values())), strict=True))

    return once(place / "answers.json", make), place


def test_the_same_seed_gives_the_same_curves(there, here):
    different = {}
    for name in RUNS:
        ours, theirs = here[0][name], there[0][name]
        for metric in ("loss", "learning_rate"):
            one, other = values_of(ours, metric), values_of(theirs, metric)
            assert len(one) == len(other) == STEPS
            if not (
                np.allclose(one, other, RELATIVE, ABSOLUTE)
                and np.allclose(one[:FIRST], other[:FIRST], FIRST_RELATIVE, ABSOLUTE)
            ):
                different[name, metric] = float(np.max(np.abs(one - other)))
        tested = [
            [list(event["metrics"].values()) for event in of_kind(events, "evaluated")]
            for events in (ours, theirs)
        ]
        if not np.allclose(*tested, atol=0.011):  # two of two hundred images
            different[name, "tested"] = tested
    assert not different


def test_each_has_every_name_of_the_catalog_and_says_who_it_is(there):
    ready = there[0]["adam"][0]
    assert set(ready["activations"]) == set(catalog.ACTIVATIONS)
    assert set(ready["losses"]) == set(catalog.LOSSES)
    assert set(ready["optimizers"]) == set(catalog.OPTIMIZERS)
    assert set(ready["versions"]) == {"python", "tensorflow", "numpy"}
    assert ready["devices"][0]["kind"] == "CPU"


def test_edits_come_at_their_steps(there):
    edited = of_kind(there[0]["edits"], "edited")
    assert [event["step"] for event in edited] == [10, 20, 30]
    assert edited[1]["changes"]["optimizer.name"] == ["adam", "sgd"]


@pytest.fixture(scope="session")
def read_here(every_python, folder, runs_folder):
    """The losses with which the Python of these tests goes on from every other one's checkpoint."""

    def make():
        jobs = {}
        for number, python in enumerate(available()):
            events, place = every_python[python]
            made = events.result(), place
            jobs[python] = from_step_20(made, "adam", folder, runs_folder / f"read-{number}")
        answers = do_all(sys.executable, list(jobs.values()))
        assert [status for status, _ in answers] == [0] * len(jobs)
        return {
            python: values_of(events, "loss").tolist()
            for python, (_, events) in zip(jobs, answers, strict=True)
        }

    return once(runs_folder / "read-here.json", make)


def test_a_resume_has_the_same_bits_and_each_reads_what_the_other_wrote(
    python, here, there, later, read_here
):
    """A board's checkpoint is gone on with on a laptop, and the other way."""
    answers = [later[0][name] for name in ("own", "dropped", "ours")]
    assert [status for status, _ in answers] == [0, 0, 0]
    own, dropped, ours = (values_of(events, "loss") for _, events in answers)
    assert np.array_equal(own, losses_from_20(there, "adam"))
    assert np.array_equal(dropped, losses_from_20(there, "schedule, dropout and l2"))
    np.testing.assert_allclose(ours, losses_from_20(here, "adam"), RELATIVE, ABSOLUTE)
    theirs = losses_from_20(there, "adam")
    np.testing.assert_allclose(read_here[python], theirs, RELATIVE, ABSOLUTE)


def test_it_is_steered_and_ends_with_its_host(python, folder, tmp_path):
    config = config_of(folder, tmp_path, **{"train.steps": 10**6, "train.checkpoint_every": 0})
    with Process(python=python, stderr=subprocess.PIPE) as trainer:
        trainer.send(id=1, do="start", config=config)
        trainer.until("started")
        trainer.until("steps")
        trainer.send(id=2, do="pause")
        paused = trainer.until("paused")["step"]
        trainer.send(id=3, do="set", values={"optimizer.learning_rate": 0.5})
        assert trainer.until("edited")["changes"] == {"optimizer.learning_rate": [0.01, 0.5]}
        trainer.send(id=4, do="step", n=3)
        assert trainer.until("paused")["step"] == paused + 3
        trainer.send(id=5, do="set", values={"optimizer.learning_rate": "fast"})
        while trainer.until("answer")["id"] != 5:
            pass
        assert trainer.events[-1]["ok"] is False and "learning_rate" in trainer.events[-1]["why"]
        trainer.send(id=6, do="evaluate")
        assert trainer.until("evaluated")["step"] == paused + 3
        trainer.send(id=7, do="checkpoint")
        assert Path(tmp_path, trainer.until("checkpoint")["file"]).exists()
        trainer.send(id=8, do="resume")
        trainer.until("steps")
        trainer.process.stdin.close()
        trainer.process.stdin = None
        assert trainer.process.wait() == 0
        assert b"Traceback" not in trainer.process.stderr.read()


def test_it_is_stopped_and_says_why_it_cannot_begin(later):
    status, events = later[0]["stopped"]
    assert (status, events[-1]["event"]) == (0, "stopped")
    assert 0 < events[-1]["step"] == len(values_of(events, "loss")) < 10**6
    status, events = later[0]["nowhere"]
    failed = events[-1]
    assert (status, failed["event"], failed["kind"]) == (1, "failed", "data")
    assert "nowhere" in failed["message"]


def test_data_is_inspected_without_tensorflow(python, folder, tmp_path):
    with Process("--inspect", python=python) as trainer:
        trainer.process.stdin.write(
            json.dumps(config_of(folder, tmp_path, **PICTURES)).encode() + b"\n"
        )
        trainer.process.stdin.close()
        answer = json.loads(trainer.process.stdout.read())
        trainer.process.stdin = None
    assert answer["ok"] and (answer["train"], answer["shape"]) == (400, [6, 6])


LOAD = """
import json, sys
import numpy as np, tensorflow as tf
keras, saved, images = sys.argv[1:]
images = np.load(images)["x_test"][:20].astype("float32")
model = tf.saved_model.load(saved)  # kept: its variables go with it
served = model.signatures["serving_default"](image=tf.constant(images))
outputs = [tf.keras.models.load_model(keras).predict(images, verbose=0), served["output"].numpy()]
print("\\n" + json.dumps([array.tolist() for array in outputs]))
"""


def by_hand(weights, images):
    """What the network says of images, worked out without TensorFlow."""
    x = images.reshape(len(images), -1) / 255.0
    x = np.maximum(x @ weights["hidden_1_kernel"] + weights["hidden_1_bias"], 0.0)
    x = np.tanh(x @ weights["hidden_2_kernel"] + weights["hidden_2_bias"])
    logits = np.exp(x @ weights["output_kernel"] + weights["output_bias"])
    return logits / logits.sum(1, keepdims=True)


def test_an_exported_network_is_loaded_and_says_the_same(python, there, later, folder, tmp_path):
    """By the loaders of its own TensorFlow, and of pictures by itself."""
    weights = ask(python, "--export", {**trained(there, tmp_path), "kind": "weights"})[-1]
    exported = {kind: later[0][kind][1][-1] for kind in ("keras", "savedmodel")}
    for answer in (weights, *exported.values()):
        assert answer["ok"] and answer["step"] == STEPS
    data = folder / "mnist.npz"
    with np.load(data) as arrays, np.load(tmp_path / weights["file"]) as saved:
        expected = by_hand(saved, arrays["x_test"][:20].astype(np.float32))
    keras = later[1] / "keras" / exported["keras"]["file"]
    loaded = subprocess.run(
        [python, "-B", "-c", LOAD, str(keras), str(later[1] / "savedmodel"), str(data)],
        capture_output=True, timeout=500, env=QUIET,
    )  # fmt: skip
    assert loaded.returncode == 0, loaded.stderr.decode()[-2000:]
    *lines, last = later[0]["predict"][1]
    assert last["ok"] and len(lines) == 20
    predicted = [line["outputs"] for line in lines]
    for outputs in (*json.loads(loaded.stdout.splitlines()[-1]), predicted):
        np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-6)


def ask(python, what, request):
    """The lines of an answer."""
    with Process(what, python=python) as trainer:
        trainer.process.stdin.write(json.dumps(request).encode() + b"\n")
        trainer.process.stdin.close()
        trainer.process.stdin = None
        return [json.loads(line) for line in trainer.process.stdout]
