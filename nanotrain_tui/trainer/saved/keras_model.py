"""The network of a checkpoint out of Keras' layers."""

from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from ..layers import Layer
from ..layers.normalization import EPSILON, MOMENTUM
from ..network import Network
from ..protocol import Failed

Entry = Dict[str, Any]
APART = ("leaky_relu", "relu6", "hard_sigmoid")  # activations that become layers of their own


class Part(NamedTuple):
    """A layer, its entry with the activation to use, and the name that it gets."""

    entry: Entry
    layer: Layer
    name: str


def keras_model(network: Network, output: str, bytes_in: bool) -> Any:
    """The network, its weights not yet set; ``output`` is the output layer's activation.

    With ``bytes_in`` the examples count from 0 to 255, as pictures do. Raises Failed.
    """
    from tensorflow import keras

    model = keras.Sequential(name="nanotrain")
    name = "image" if bytes_in else "input"
    model.add(keras.Input(shape=network.input_shape, name=name))
    if bytes_in:
        model.add(_rescaling()(1.0 / 255.0, name="pixels"))
    if network.place != network.input_shape:
        model.add(keras.layers.Reshape(network.place, name="channels"))
    used: Dict[str, int] = {}
    for layer in network.layers[:-1]:
        kind = layer.entry["kind"]
        title = _TITLES.get(kind, kind.replace("-", "_"))
        used[title] = used.get(title, 0) + 1
        _add(model, layer, "{}_{}".format(title, used[title]))
    _add(model, network.layers[-1], "output", output)
    return model


def set_weights(model: Any, network: Network, weights: List[Any], state: List[Any]) -> None:
    """Give the model the values of the network's variables, in Keras' order."""
    values: List[Any] = []
    at = at_state = 0
    for layer in network.layers:
        values += weights[at : at + len(layer.weights)]
        values += state[at_state : at_state + len(layer.state)]
        at, at_state = at + len(layer.weights), at_state + len(layer.state)
    model.set_weights(values)


_TITLES = {"dense": "hidden", "batchnorm": "batch_norm", "layernorm": "layer_norm"}


def _add(model: Any, layer: Layer, name: str, activation: str = "") -> None:
    """A layer; an activation that not every Keras has by name follows as layers of its own."""
    entry = dict(layer.entry)
    if activation or "activation" in entry:
        entry["activation"] = activation or entry["activation"]
        _check_activation(entry["activation"])
    for made in _MAKERS[entry["kind"]](Part(entry, layer, name)):
        model.add(made)


def _dense(part: Part) -> List[Any]:
    from tensorflow import keras

    inside, after = _activation(part.entry["activation"], part.name)
    return [keras.layers.Dense(part.layer.shape[-1], activation=inside, name=part.name)] + after


def _windows(part: Part) -> List[Any]:
    """A convolution of any kind."""
    from tensorflow import keras

    inside, after = _activation(part.entry["activation"], part.name)
    options = {
        "strides": tuple(part.entry["stride"]),
        "padding": part.entry["padding"],
        "activation": inside,
        "name": part.name,
    }
    size = tuple(part.entry["size"])
    if part.entry["kind"] == "depthwise":
        return [keras.layers.DepthwiseConv2D(size, **options)] + after
    if part.entry["kind"] == "separable":
        return [keras.layers.SeparableConv2D(part.entry["filters"], size, **options)] + after
    convolution = keras.layers.Conv1D if len(size) == 1 else keras.layers.Conv2D
    return [convolution(part.entry["filters"], size, **options)] + after


def _pooling(part: Part) -> List[Any]:
    from tensorflow import keras

    kind = "MaxPooling" if part.entry["kind"] == "pool" else "AveragePooling"
    made = getattr(keras.layers, "{}{}D".format(kind, len(part.layer.shape) - 1))
    one_dimension = len(part.layer.shape) == 2
    size, stride = (
        layer_numbers[0] if one_dimension else tuple(layer_numbers)
        for layer_numbers in (part.layer.size, part.layer.stride)  # type: ignore[attr-defined]
    )
    return [made(size, strides=stride, padding=part.entry["padding"], name=part.name)]


def _global_pooling(part: Part) -> List[Any]:
    from tensorflow import keras

    kind = "GlobalMaxPooling" if part.entry["kind"] == "global-pool" else "GlobalAveragePooling"
    made = getattr(keras.layers, "{}{}D".format(kind, part.layer.dimensions))  # type: ignore[attr-defined]
    return [made(name=part.name)]


def _flatten(part: Part) -> List[Any]:
    from tensorflow import keras

    return [keras.layers.Flatten(name=part.name)]


def _dropout(_part: Part) -> List[Any]:
    return []  # it does nothing in a prediction


def _just_activation(part: Part) -> List[Any]:
    from tensorflow import keras

    inside, after = _activation(part.entry["activation"], part.name)
    return after or [keras.layers.Activation(inside, name=part.name)]


def _batch_normalization(part: Part) -> List[Any]:
    from tensorflow import keras

    return [keras.layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=part.name)]


def _layer_normalization(part: Part) -> List[Any]:
    from tensorflow import keras

    return [keras.layers.LayerNormalization(epsilon=EPSILON, name=part.name)]


_MAKERS: Dict[str, Callable[[Part], List[Any]]] = {
    "dense": _dense,
    "conv": _windows,
    "depthwise": _windows,
    "separable": _windows,
    "pool": _pooling,
    "avgpool": _pooling,
    "global-pool": _global_pooling,
    "global-avgpool": _global_pooling,
    "flatten": _flatten,
    "dropout": _dropout,
    "activation": _just_activation,
    "batchnorm": _batch_normalization,
    "layernorm": _layer_normalization,
}


def _activation(activation: str, name: str) -> Tuple[str, List[Any]]:
    """The activation inside a layer, and the layers after it that make the others."""
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
    return ("linear", apart[activation]()) if activation in APART else (activation, [])


def _check_activation(activation: str) -> None:
    from tensorflow import keras

    inside = "linear" if activation in APART else activation
    try:
        keras.activations.get(inside)
    except ValueError as error:
        message = "Keras has no activation {!r}; take --format savedmodel or weights."
        raise Failed("config", message.format(inside), "model.activation") from error


def _rescaling() -> Any:
    from tensorflow import keras

    if hasattr(keras.layers, "Rescaling"):
        return keras.layers.Rescaling
    return keras.layers.experimental.preprocessing.Rescaling  # TensorFlow 2.5
