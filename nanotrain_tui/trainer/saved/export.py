"""Exports the network of a checkpoint for other programs: Keras, TensorFlow Serving, NumPy.

All of them take examples as the data set has them: float32 (n, height, width) for images, where 0
is paper and 255 is ink, and float32 (n, features) for rows. The model divides images by 255. It has
only standard layers, so that it loads without this project.
"""

import hashlib
import os
from typing import Any, Callable, Dict, List, Mapping, Sequence

import numpy as np

from ..data.sources import source_names, source_of
from ..protocol import Failed
from .keras_model import keras_model, set_weights
from .saved_network import SavedNetwork, load_network

Array = Any
Answer = Dict[str, Any]
KINDS = ("keras", "savedmodel", "weights")


def export(request: Dict[str, Any], progress: Callable[[float], None]) -> Answer:
    """Write a checkpoint's network into the folder ``into``, as ``kind``. Returns what was written.

    ``request`` holds kind, checkpoint (a path), layers, shape (of an example) and outputs of the
    network, bytes (whether the examples are pictures of bytes), data_name and into. Raises Failed.
    """
    kind, folder = request["kind"], request["into"]
    if kind not in KINDS:
        raise Failed("config", "There is no {!r} to write; there are {}.".format(kind, KINDS))
    network = load_network(request)
    saved = network.saved
    answer: Answer = {
        "ok": True,
        "step": saved.step,
        "layers": saved.config["layers"],
        "output": saved.config["output"],
        "weights_sha256": checksum(network.weights + network.state),
        "tested_at_step": saved.tested.step if saved.tested else None,
        "loss": saved.config["loss.name"],
        "features": _features(request, saved.config),
    }
    progress(0.1)
    if kind == "weights":
        answer["file"] = _write_arrays(folder, network)
        return answer
    from ..serve import load_runtime

    load_runtime()  # TensorFlow, or a sentence why not
    import tensorflow as tf

    progress(0.6)
    answer["tensorflow"] = tf.__version__
    bytes_in = bool(request.get("bytes", True))
    if kind == "keras":
        answer["file"], answer["keras"] = _write_keras(folder, network, bytes_in)
    else:
        answer["file"] = _write_saved_model(folder, network, bytes_in)
    return answer


def _features(request: Mapping[str, Any], config: Mapping[str, Any]) -> List[str]:
    """The name of each input, where the source of data names them."""
    name = request.get("data_name")
    source = source_of(name) if name in source_names() else None
    return list(source.features(config)) if source and source.features else []


def checksum(weights: Sequence[Array]) -> str:
    """SHA-256 of the weights' little-endian float32, one after the other."""
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(np.ascontiguousarray(weight, "<f4").tobytes())
    return digest.hexdigest()


def _write_arrays(folder: str, network: SavedNetwork) -> str:
    np.savez(os.path.join(folder, "weights.npz"), **network.named())
    return "weights.npz"


def _write_keras(folder: str, network: SavedNetwork, bytes_in: bool) -> Any:
    """Keras' own file, HDF5 where that is the only one; its name and Keras' version."""
    import tensorflow as tf

    model = keras_model(network.network, network.saved.config["output"], bytes_in)
    set_weights(model, network.network, network.weights, network.state)
    release = tuple(int(part) for part in tf.__version__.split(".")[:2])
    name = "model.keras" if release >= (2, 13) else "model.h5"
    model.save(os.path.join(folder, name))
    return name, str(getattr(tf.keras, "__version__", tf.__version__))


def _write_saved_model(folder: str, network: SavedNetwork, bytes_in: bool) -> str:
    """A SavedModel with the signature serving_default: image (or input) -> output."""
    import tensorflow as tf

    module = tf.Module(name="nanotrain")
    values = network.named()
    module.variables_ = [tf.Variable(value, name=name) for name, value in values.items()]
    trained = len(network.weights)
    given = "image" if bytes_in else "input"

    def serve(**inputs: Any) -> Dict[str, Any]:
        examples = inputs[given] / 255.0 if bytes_in else inputs[given]
        variables = module.variables_
        return {"output": network.outputs(examples, variables[:trained], variables[trained:])}

    shape = [None] + list(network.network.input_shape)
    spec = {given: tf.TensorSpec(shape, tf.float32, name=given)}
    module.serve = tf.function(serve).get_concrete_function(**spec)
    tf.saved_model.save(module, folder, signatures={"serving_default": module.serve})
    return "saved_model.pb"
