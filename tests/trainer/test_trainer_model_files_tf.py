"""An exported network gives, without our code, what the trainer's gives."""

import base64
import contextlib
import io
import json
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from nanotrain_tui.trainer.checkpoints import files as checkpoint
from nanotrain_tui.trainer.checkpoints.files import Checkpoint
from nanotrain_tui.trainer.process import use_model
from nanotrain_tui.trainer.protocol import Failed
from nanotrain_tui.trainer.saved.export import checksum, export
from nanotrain_tui.trainer.saved.saved_network import load_network

# Keras' own, when it saves with NumPy 2.
KERAS = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings(KERAS)]

NETWORKS = {
    "tutorial": (["relu"], "softmax"),
    "none": ([], "linear"),
    "names": (["sigmoid", "tanh", "softsign", "elu", "linear"], "sigmoid"),
    "more": (["softplus", "selu", "gelu", "swish", "exponential"], "softplus"),
    "apart": (["leaky_relu", "relu6", "hard_sigmoid", "softmax"], "hard_sigmoid"),
}
FRESH = """
import json, sys
import numpy as np
import tensorflow as tf
images = np.load(sys.argv[1]).astype("float32")
found = {}
for name, keras, folder in json.loads(sys.argv[2]):
    found[name + " keras"] = tf.keras.models.load_model(keras).predict(images, verbose=0)
    served = tf.saved_model.load(folder).signatures["serving_default"]
    found[name + " savedmodel"] = served(image=tf.constant(images))["output"].numpy()
np.savez(sys.argv[3], **found)
"""


def write_checkpoint(folder, activations, output):
    """A network of 6 x 6 pixels and 4 classes, its weights drawn."""
    random = np.random.RandomState(3)
    sizes = [36, *(5 for _ in activations), 4]
    state = {}
    for i, (inputs, outputs) in enumerate(pairwise(sizes)):
        kernel = random.normal(0.0, 0.7, (inputs, outputs))
        state[f"weight_{2 * i}"] = kernel.astype(np.float32)
        state[f"weight_{2 * i + 1}"] = random.normal(0.0, 0.5, outputs).astype(np.float32)
    layers = [{"units": 5, "activation": name} for name in activations]
    config = {"layers": layers, "output": output, "loss.name": "mean_squared_error"}
    folder.mkdir()
    name, _, _ = checkpoint.save(str(folder), Checkpoint(state, 9, 9, 0, 0, config, {}))
    return str(folder / name)


def test_keras_and_serving_load_them_and_give_the_same_outputs(tmp_path):
    images = np.random.RandomState(4).randint(0, 256, (50, 6, 6)).astype(np.uint8)
    np.save(tmp_path / "images.npy", images)
    asked, expected = [], {}
    for name, (activations, output) in NETWORKS.items():
        path = write_checkpoint(tmp_path / name, activations, output)
        places = []
        for kind in ("keras", "savedmodel"):
            folder = tmp_path / f"{name}-{kind}"
            folder.mkdir()
            request = {"kind": kind, "checkpoint": path, "shape": [6, 6], "into": str(folder)}
            answer = export(request, lambda _: None)
            places.append(str(folder / answer["file"]) if kind == "keras" else str(folder))
        asked.append([name, *places])
        network = load_network({"checkpoint": path, "shape": [6, 6]})
        expected[name] = network.outputs(images).numpy()
    subprocess.run(
        [sys.executable, "-c", FRESH, str(tmp_path / "images.npy"), json.dumps(asked),
         str(tmp_path / "found.npz")],
        check=True, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    found = np.load(tmp_path / "found.npz")
    assert len(found.files) == 2 * len(NETWORKS)
    for name in found.files:
        np.testing.assert_allclose(found[name], expected[name.split()[0]], 1e-4, 1e-6, name)


def test_the_arrays_are_the_weights_by_name(tmp_path):
    path = write_checkpoint(tmp_path / "net", ["relu"], "softmax")
    request = {"kind": "weights", "checkpoint": path, "shape": [6, 6], "into": str(tmp_path)}
    answer = export(request, lambda _: None)
    arrays = np.load(tmp_path / answer["file"])
    network = load_network({"checkpoint": path, "shape": [6, 6]})
    assert arrays.files == ["hidden_1_kernel", "hidden_1_bias", "output_kernel", "output_bias"]
    for name, weight in network.named().items():
        np.testing.assert_array_equal(arrays[name], weight)
    assert answer["weights_sha256"] == checksum([arrays[name] for name in arrays.files])


@pytest.mark.parametrize("outputs", [4, 5])
def test_a_checkpoint_must_have_the_layers_and_outputs_that_are_asked_for(tmp_path, outputs):
    request = {
        "checkpoint": write_checkpoint(tmp_path / "net", ["relu"], "softmax"), "shape": [6, 6],
        "layers": [{"units": 5, "activation": "tanh"}], "outputs": outputs,
    }  # fmt: skip
    refused = (
        contextlib.nullcontext() if outputs == 4 else pytest.raises(Failed, match="other data")
    )
    with refused:
        assert load_network(request).network.outputs == 4


def test_one_bad_file_does_not_hide_the_answers_for_others(tmp_path):
    from nanotrain_tui.trainer.saved.predict import predict

    path = write_checkpoint(tmp_path / "net", ["relu"], "softmax")
    empty = io.BytesIO()
    np.savez(empty, x=np.zeros((0, 6, 6), np.uint8))
    whole, labelled = io.BytesIO(), io.BytesIO()
    np.savez(whole, x=np.zeros((2, 6, 6), np.uint8))
    np.savez(labelled, x=np.zeros((1, 6, 6), np.uint8), y=np.array([-1]))
    contents = {"empty": empty, "labelled": labelled, "whole": whole}
    files = [
        {"name": name, "content": base64.b64encode(made.getvalue()).decode(), "labels": ""}
        for name, made in contents.items()
    ]
    lines = []
    answer = predict(
        {"checkpoint": path, "shape": [6, 6], "limit": 0, "files": files}, lines.append
    )
    assert answer["ok"] and "accuracy" not in answer
    assert [line.get("error") for line in lines] == [
        "empty holds no images; name a file that has some.",
        "labelled has the label -1; the network knows 0 to 3.",
        None,
        None,
    ]
    assert [line["prepared"] for line in lines[2:]] == [None, None]


def test_an_export_goes_to_a_folder_that_is_not_utf8(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # an export changes the working directory
    folder = tmp_path / os.fsdecode(b"h\xe9")
    folder.mkdir()
    path = write_checkpoint(folder / "net", ["relu"], "softmax")
    for kind in ("keras", "savedmodel"):
        into = folder / kind
        into.mkdir()
        request = {"kind": kind, "checkpoint": path, "shape": [6, 6], "into": str(into)}
        told = io.BytesIO()
        assert use_model("--export", io.BytesIO(json.dumps(request).encode() + b"\n"), told) == 0
        answer = json.loads(told.getvalue().splitlines()[-1])
        assert answer["ok"], answer
        assert (into / answer["file"]).exists()
