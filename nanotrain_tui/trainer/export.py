"""Exports the network of a checkpoint for other programs: Keras, TensorFlow Serving, NumPy.

All of them take the images of the data set: float32 (n, height, width), 0 is paper and 255 is ink.
The model divides by 255. It has only standard layers, so that it loads without this project.
"""

import hashlib
import os
from typing import Any, Callable, Dict, Sequence

import numpy as np

from .checkpoints import files as checkpoint
from .checkpoints.files import Checkpoint
from .protocol import Failed
from .saved_network import names_of, outputs_of, weights_of

Array = Any
Answer = Dict[str, Any]
KINDS = ("keras", "savedmodel", "weights")


def export(request: Dict[str, Any], progress: Callable[[float], None]) -> Answer:
    """Write a checkpoint's network into the folder ``into``, as ``kind``. Returns what was written.

    ``request`` holds kind, checkpoint (a path), sizes (of the network: pixels, hidden units,
    classes), shape (of an image) and into. Raises Failed.
    """
    kind, folder = request["kind"], request["into"]
    if kind not in KINDS:
        raise Failed("config", "There is no {!r} to write; there are {}.".format(kind, KINDS))
    saved = checkpoint.load(request["checkpoint"], request.get("sizes"))
    weights, shape = weights_of(saved), [int(length) for length in request["shape"]]
    answer: Answer = {
        "ok": True,
        "step": saved.step,
        "layers": saved.config["layers"],
        "output": saved.config["output"],
        "weights_sha256": checksum(weights),
        "accuracy": saved.tested.accuracy if saved.tested else None,
        "tested_at_step": saved.tested.step if saved.tested else None,
        "loss": saved.config["loss.name"],
    }
    progress(0.1)
    if kind == "weights":
        answer["file"] = _write_arrays(folder, weights)
        return answer
    from .serve import load_runtime

    load_runtime()  # TensorFlow, or a sentence why not
    import tensorflow as tf

    progress(0.6)
    answer["tensorflow"] = tf.__version__
    if kind == "keras":
        answer["file"], answer["keras"] = _write_keras(folder, saved, weights, shape)
    else:
        answer["file"] = _write_saved_model(folder, saved, weights, shape)
    return answer


def checksum(weights: Sequence[Array]) -> str:
    """SHA-256 of the weights' little-endian float32, one after the other."""
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(np.ascontiguousarray(weight, "<f4").tobytes())
    return digest.hexdigest()


def _write_arrays(folder: str, weights: Sequence[Array]) -> str:
    np.savez(os.path.join(folder, "weights.npz"), **dict(zip(names_of(weights), weights)))
    return "weights.npz"


def _write_keras(
    folder: str, saved: Checkpoint, weights: Sequence[Array], shape: Sequence[int]
) -> Any:
    """Keras' own file, HDF5 where that is the only one; its name and Keras' version."""
    import tensorflow as tf

    model = keras_model(saved, shape, int(weights[-1].shape[0]))
    model.set_weights(list(weights))
    release = tuple(int(part) for part in tf.__version__.split(".")[:2])
    name = "model.keras" if release >= (2, 13) else "model.h5"
    model.save(os.path.join(folder, name))
    return name, str(getattr(tf.keras, "__version__", tf.__version__))


def keras_model(saved: Checkpoint, shape: Sequence[int], classes: int) -> Any:
    """The network out of Keras' layers, its weights not yet set."""
    from tensorflow import keras

    model = keras.Sequential(name="nanotrain")
    model.add(keras.Input(shape=tuple(shape), name="image"))
    model.add(_rescaling()(1.0 / 255.0, name="pixels"))
    model.add(keras.layers.Flatten(name="flatten"))
    for i, layer in enumerate(saved.config["layers"], 1):
        _add_dense(model, layer["units"], layer["activation"], "hidden_{}".format(i))
    _add_dense(model, classes, saved.config["output"], "output")
    return model


def _add_dense(model: Any, units: int, activation: str, name: str) -> None:
    """A dense layer; an activation that not every Keras has by name follows as layers."""
    from tensorflow import keras

    rescaling = _rescaling()
    apart = {
        "leaky_relu": lambda: [keras.layers.LeakyReLU(0.2, name=name + "_leaky_relu")],
        "relu6": lambda: [keras.layers.ReLU(6.0, name=name + "_relu6")],
        # min(max(x / 6 + 0.5, 0), 1), which is Keras 3's; Keras 2 has another by this name.
        "hard_sigmoid": lambda: [
            rescaling(1.0 / 6.0, 0.5, name=name + "_slope"),
            keras.layers.ReLU(1.0, name=name + "_hard_sigmoid"),
        ],
    }
    inside = "linear" if activation in apart else activation
    try:
        keras.activations.get(inside)
    except ValueError as error:
        message = "Keras has no activation {!r}; take --format savedmodel or weights."
        raise Failed("config", message.format(inside), "model.activation") from error
    model.add(keras.layers.Dense(units, activation=inside, name=name))
    for layer in apart.get(activation, list)():
        model.add(layer)


def _rescaling() -> Any:
    from tensorflow import keras

    if hasattr(keras.layers, "Rescaling"):
        return keras.layers.Rescaling
    return keras.layers.experimental.preprocessing.Rescaling  # TensorFlow 2.5


def _write_saved_model(
    folder: str, saved: Checkpoint, weights: Sequence[Array], shape: Sequence[int]
) -> str:
    """A SavedModel with the signature serving_default: image -> output."""
    import tensorflow as tf

    module = tf.Module(name="nanotrain")
    module.variables_ = [
        tf.Variable(weight, name=name) for weight, name in zip(weights, names_of(weights))
    ]

    def serve(image: Any) -> Dict[str, Any]:
        pixels = tf.reshape(image, [-1, int(np.prod(shape))])
        return {"output": outputs_of(saved.config, module.variables_, pixels)}

    image = tf.TensorSpec([None] + list(shape), tf.float32, name="image")
    module.serve = tf.function(serve, input_signature=[image])
    tf.saved_model.save(module, folder, signatures={"serving_default": module.serve})
    return "saved_model.pb"
