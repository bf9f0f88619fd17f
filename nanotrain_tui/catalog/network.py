"""The network of a configuration, layer by layer."""

from typing import Any, List, Mapping, NamedTuple, Sequence, Tuple

from .built_layers import BuiltLayer, build, is_listed
from .check import check_values, drop_inapplicable, output_of
from .choices import outputs_of
from .config_error import ConfigError
from .fields import FIELDS
from .layer_list import Entry, format_listed
from .layer_shapes import by, size_of
from .memory_estimate import MB
from .optimizers import OPTIMIZERS

_FLOAT = 4  # bytes of float32


class NetworkLayer(NamedTuple):
    """A layer. The sizes are in MB of 2**20 bytes."""

    name: str  # hidden 1, hidden 2 ..., of model.layers 1, 2 ...; output
    text: str  # as a person writes it: 1024 relu, conv 32 3x3 relu
    input_shape: Tuple[int, ...]  # of an example
    shape: Tuple[int, ...]  # of its output
    inputs: int  # values that it gets
    units: int  # values of its output
    activation: str  # empty if the kind has none
    dropout: float  # the fraction of its units that is set to 0 at each step
    parameters: int  # trainable values: weights and biases
    weights_mb: float
    optimizer_mb: float  # the optimizer's arrays for them

    @property
    def full_text(self) -> str:
        """The text, with the dropout behind a hidden layer."""
        if self.dropout and not self.text.startswith("dropout"):
            return "{}, dropout {:g}".format(self.text, self.dropout)
        return self.text


def network(config: Mapping[str, Any], shape: Sequence[int], outputs: int) -> List[NetworkLayer]:
    """The layers of a checked flat configuration, for examples of ``shape``.

    ``outputs`` is the number of units of the output layer. Flatten and dropout of ``model.hidden``
    are no layers of their own here. Raises ConfigError that names a layer which cannot follow the
    ones before it.
    """
    layers = build(config, shape, outputs)
    if is_listed(config):
        hidden = [
            _network_layer(config, str(number), layer, _settled(config, layer.entry))
            for number, layer in enumerate(layers[:-1], 1)
        ]
    else:
        dense = [layer for layer in layers[:-1] if layer.entry["kind"] == "dense"]
        hidden = [
            _network_layer(config, "hidden {}".format(number), layer, layer.entry)
            for number, layer in enumerate(dense, 1)
        ]
    output = dict(layers[-1].entry, activation=output_of(config))
    return hidden + [_network_layer(config, "output", layers[-1], output)]


def recorded_network(config: Mapping[str, Any], data: Mapping[str, Any]) -> List[NetworkLayer]:
    """The layers of a recorded flat configuration and of the data that the trainer described.

    Empty where the recording does not have what is needed.
    """
    known = {key: value for key, value in config.items() if key in FIELDS}
    try:
        settled = check_values(drop_inapplicable(known), str(data.get("task") or ""))
        shape = [int(side) for side in data["shape"]]
        return network(settled, shape, outputs_of(data))
    except (ConfigError, LookupError, TypeError, ValueError):
        return []


def network_text(layers: Sequence[NetworkLayer]) -> str:
    """``784 -> 1024 relu -> 10 softmax``"""
    return " -> ".join(network_chain(layers))


def network_chain(layers: Sequence[NetworkLayer]) -> List[str]:
    """The inputs, and each layer: ``784``, ``1024 relu``, ``10 softmax``."""
    return [by(layers[0].input_shape)] + [layer.text for layer in layers]


def shape_text(shape: Sequence[int]) -> str:
    """``28x28x32``, ``1,024``"""
    return by(shape) if len(shape) > 1 else "{:,}".format(size_of(shape))


def _settled(config: Mapping[str, Any], entry: Entry) -> Entry:
    """The entry with what it gets from other keys: the activation, and the rate of dropout."""
    found = dict(entry)
    if found.get("activation", "") is None:
        found["activation"] = config["model.activation"]
    if found.get("rate", 0.0) is None:
        found["rate"] = config["model.dropout"]
    return found


def _network_layer(
    config: Mapping[str, Any], name: str, layer: BuiltLayer, entry: Entry
) -> NetworkLayer:
    text = format_listed(entry)
    of_all = config["model.dropout"] if name.startswith("hidden") else 0.0
    weights = _FLOAT * layer.parameters / MB
    return NetworkLayer(
        name,
        text if name.isdigit() else text.partition(" ")[2],
        layer.inputs,
        layer.shape,
        size_of(layer.inputs),
        size_of(layer.shape),
        str(entry.get("activation", "")),
        float(entry.get("rate", of_all)),
        layer.parameters,
        weights,
        OPTIMIZERS[config["optimizer.name"]].slots * weights,
    )
