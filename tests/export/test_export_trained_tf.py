"""Models and scripts of trained sessions, run by Keras."""

import base64
import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanotrain_tui.catalog import check
from nanotrain_tui.export import FolderFormat, Options, PathFormat, TextFormat, get_format
from nanotrain_tui.launch.model import ask, find_model
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.places import Places
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer.data import load
from nanotrain_tui.trainer.data.dataset import Rows
from nanotrain_tui.trainer_python.cache import PythonCache

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"
EDITS = [
    {"step": 100, "set": {"optimizer.learning_rate": 0.0005}},
    {"step": 200, "set": {"optimizer.name": "sgd", "optimizer.learning_rate": 0.0005}},
]
PATIENCE_S = 200

# Loads both models as anybody would and tells their accuracies on all test images.
EVALUATE = """
import json, sys
import numpy as np, tensorflow as tf
keras, saved, config = *sys.argv[1:3], json.loads(sys.argv[3])
from nanotrain_tui.trainer import data
test = data.load(config, lambda what, fraction: None)
pixels = test.test.inputs.astype("float32")
model = tf.saved_model.load(saved)  # kept: its variables go with it
serve = model.signatures["serving_default"]
parts = [list(serve(tf.constant(pixels[i:i + 1000])).values())[0].numpy()
         for i in range(0, len(pixels), 1000)]
scores = [tf.keras.models.load_model(keras).predict(pixels, batch_size=1000, verbose=0),
          np.concatenate(parts)]
print()
print(json.dumps([float(np.mean(s.argmax(axis=1) == test.test.targets)) for s in scores]))
"""


@pytest.fixture(scope="module", params=["mnist" if SHARED.exists() else "digits"])
def trained(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SessionFolder, dict[str, str]]:
    """300 steps of the tutorial's network, a new learning rate after 100, SGD after 200."""
    data = {"data.name": request.param}
    if request.param == "mnist":
        if not SHARED.exists():
            pytest.skip("SKIPPED LOUDLY: there is no ../shared/data/mnist")
        data["data.dir"] = str(SHARED)
    home = tmp_path_factory.mktemp("home")
    folder = session_of({
        **data, "model.hidden": "256", "train.steps": 300, "train.eval_every": 100,
        "train.checkpoint_every": 300, "edits": EDITS,
    }, home)  # fmt: skip
    return folder, {**data, "cache_dir": str(home / "cache")}


def session_of(values: dict[str, Any], home: Path) -> SessionFolder:
    """A session that has ended."""
    places = Places(str(home), str(home / "cache"), (str(home / "data"),))
    pinned = {"trainer.command": [sys.executable], "trainer.update": "fused"}
    config = check({**pinned, **values})
    folder = start(prepare(config, places), places)
    give_up = time.monotonic() + PATIENCE_S
    while folder.is_alive():
        assert time.monotonic() < give_up
        time.sleep(0.05)
    return folder


def recorded(folder: SessionFolder) -> float:
    with SessionReader(folder) as reader:
        last = reader.evaluations()[-1]
    assert last.step == 300 and last.metrics["accuracy"] > 0.5
    return last.metrics["accuracy"]


def run(*command: str) -> str:
    ran = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=200)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout


@pytest.mark.tensorflow
@pytest.mark.shared
def test_the_models_have_the_recorded_accuracy(
    trained: tuple[SessionFolder, dict[str, str]], tmp_path: Path
) -> None:
    folder, data = trained
    places = {"keras": tmp_path / "mine.keras", "savedmodel": tmp_path / "served"}
    places["savedmodel"].mkdir()
    with SessionReader(folder) as reader:
        for kind, path in places.items():
            chosen = get_format(kind)
            assert isinstance(chosen, PathFormat | FolderFormat)
            chosen.write(reader, path, Options(checkpoint=300))
    said = run("-c", EVALUATE, *map(str, places.values()), json.dumps(data))
    for accuracy in json.loads(said.splitlines()[-1]):
        assert accuracy == pytest.approx(recorded(folder), abs=1e-6)
    for file, beside in (
        ("mine.keras", tmp_path / "mine.keras.preprocessing.json"),
        ("saved_model.pb", places["savedmodel"] / "preprocessing.json"),
    ):
        report = json.loads(beside.read_text())
        assert report["file"] == file
        assert report["input"]["shape"] == [None, 28, 28] and report["input"]["range"] == [0, 255]
        assert report["test_accuracy"] == pytest.approx(recorded(folder))


@pytest.mark.tensorflow
@pytest.mark.shared
def test_the_script_comes_to_the_same_accuracy(
    trained: tuple[SessionFolder, dict[str, str]], tmp_path: Path
) -> None:
    folder, data = trained
    chosen = get_format("script")
    assert isinstance(chosen, TextFormat)
    out = io.StringIO()
    with SessionReader(folder) as reader:
        chosen.write(reader, out, Options())
        losses = {
            row.first_step + i: value
            for row in reader.metric_series("loss")
            for i, value in enumerate(row.values)
        }
    script = tmp_path / "again.py"
    script.write_text(out.getvalue(), encoding="utf-8")
    asked = ["--data", data["data.dir"]] if "data.dir" in data else []
    said = run(str(script), *asked)
    final = re.search(r"final test accuracy ([0-9.]+)", said)
    assert final is not None
    assert float(final.group(1)) == pytest.approx(recorded(folder), abs=0.005)
    report = {
        int(step): float(loss) for step, loss in re.findall(r"step (\d+)  loss ([0-9.]+)", said)
    }
    # The same weights and the same batches: nothing but rounding lies between the two.
    assert report[1] == pytest.approx(losses[1], rel=1e-3)
    for step in (101, 201, 300):
        assert report[step] == pytest.approx(losses[step], rel=0.05)


SERVE = """
import sys
import numpy as np, tensorflow as tf
model = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
np.save(sys.argv[3], model(input=tf.constant(np.load(sys.argv[2])))["output"].numpy())
"""
SMALL = {"model.initializer": "glorot_uniform", "train.batch_size": 50, "model.hidden": "16 tanh"}
TASKS = {
    "regression": {
        **SMALL, "data.name": "curve", "data.validation": 0.2, "optimizer.learning_rate": 0.02,
        "schedule.name": "plateau", "schedule.patience": 2, "stop.patience": 4,
        "stop.min_delta": 0.02, "train.steps": 3000, "train.eval_every": 20,
    },
    "two classes": {
        **SMALL, "data.name": "circle", "data.train_share": 0.7, "train.class_weights": "1, 2",
        "optimizer.learning_rate": 0.02, "train.steps": 201, "train.eval_every": 50,
        "model.l2": 0.001,
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=TASKS)
def of_task(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, SessionFolder]:
    """A task, and a session that has trained it."""
    return request.param, session_of(TASKS[request.param], tmp_path_factory.mktemp("home"))


def saved_test(task: str, place: Path) -> Rows:
    """The test part of a task, with its inputs in the file ``rows.npy``."""
    test = load(TASKS[task], lambda *_: None).test
    np.save(place / "rows.npy", test.inputs)
    return test


def last_test(reader: SessionReader) -> dict[str, float]:
    """The metrics of the last evaluation on the test part."""
    return [one for one in reader.evaluations() if one.on == "test"][-1].metrics


@pytest.mark.tensorflow
def test_predictions_for_rows_have_the_recorded_error(
    of_task: tuple[str, SessionFolder], tmp_path: Path
) -> None:
    task, folder = of_task
    test = saved_test(task, tmp_path)
    content = base64.b64encode((tmp_path / "rows.npy").read_bytes()).decode()
    model = find_model(folder, PythonCache(str(tmp_path / "pythons")), "last")
    file = {"name": "rows.npy", "content": content, "labels": ""}
    *lines, last = ask(model, "--predict", {"limit": 0, "files": [file]})
    assert last["ok"] and len(lines) == len(test)
    with SessionReader(folder) as reader:
        metrics = last_test(reader)
    if task == "regression":
        errors = np.array([line["outputs"] for line in lines]) - test.targets
        assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(metrics["rmse"], rel=1e-4)
    else:
        right = np.array([line["class"] for line in lines]) == test.targets
        assert right.mean() == pytest.approx(metrics["accuracy"])


@pytest.mark.tensorflow
def test_the_model_of_every_task_says_what_it_takes_and_gives_the_recorded_figures(
    of_task: tuple[str, SessionFolder], tmp_path: Path
) -> None:
    task, folder = of_task
    test = saved_test(task, tmp_path)
    chosen = get_format("savedmodel")
    assert isinstance(chosen, FolderFormat)
    path = tmp_path / "model"
    path.mkdir()
    with SessionReader(folder) as reader:
        chosen.write(reader, path, Options(checkpoint="last"))
        metrics = last_test(reader)
    about = json.loads((path / "preprocessing.json").read_text())
    assert about["metrics"] == pytest.approx(metrics)
    assert about["input"].pop("features") == (["x"] if task == "regression" else ["x", "y"])
    assert about["input"] == {
        "name": "input", "shape": [None, *test.inputs.shape[1:]], "dtype": "float32",
    }  # fmt: skip
    run("-c", SERVE, str(path), str(tmp_path / "rows.npy"), str(tmp_path / "outputs.npy"))
    outputs = np.load(tmp_path / "outputs.npy")
    assert outputs.shape[1:] == (about["output"]["count"],)
    if task == "regression":
        errors = outputs - test.targets
        assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(metrics["rmse"], rel=1e-4)
        assert (about["output"]["task"], about["output"]["classes"]) == ("regression", [])
    else:
        right = (outputs[:, 0] >= 0.5) == test.targets
        assert right.mean() == pytest.approx(metrics["accuracy"])
        assert (about["output"]["task"], about["output"]["classes"]) == ("binary", ["0", "1"])


@pytest.mark.tensorflow
def test_the_script_of_every_task_comes_to_the_same_figures(
    of_task: tuple[str, SessionFolder], tmp_path: Path
) -> None:
    """By itself: it makes the data, and stops where the session stopped."""
    task, folder = of_task
    out = io.StringIO()
    chosen = get_format("script")
    assert isinstance(chosen, TextFormat)
    with SessionReader(folder) as reader:
        chosen.write(reader, out, Options())
        metrics = last_test(reader)
        reached = reader.position()[0]
    if task == "regression":
        assert reached < 3000  # it stopped early, with the best network
    script = tmp_path / "again.py"
    script.write_text(out.getvalue(), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", str(script)], capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    said = dict(re.findall(r"final test (\w+) ([-0-9.]+)", ran.stdout))
    assert set(said) == set(metrics)
    for name, value in metrics.items():
        assert float(said[name]) == pytest.approx(value, rel=0.02, abs=0.002), name
    steps = re.findall(r"^step (\d+)  loss", ran.stdout, re.MULTILINE)
    assert int(steps[-1]) == reached
