"""The network of a configuration, layer by layer."""

from typing import Any, List, Mapping, NamedTuple, Sequence

from .check import output_of
from .layers import Layer, count_parameters, parse_layers
from .memory_estimate import MB
from .optimizers import OPTIMIZERS

_FLOAT = 4  # bytes of float32


class NetworkLayer(NamedTuple):
    """A dense layer. The sizes are in MB of 2**20 bytes."""

    name: str  # hidden 1, hidden 2 ..., output
    inputs: int
    units: int
    activation: str
    dropout: float  # the fraction of its units that is set to 0 at each step
    parameters: int  # weights and biases
    weights_mb: float
    optimizer_mb: float  # the optimizer's arrays for them


def network(config: Mapping[str, Any], shape: Sequence[int], classes: int) -> List[NetworkLayer]:
    """The layers of a checked flat configuration, for images of ``shape`` in ``classes`` classes."""
    inputs = 1
    for side in shape:
        inputs *= side
    slots = OPTIMIZERS[config["optimizer.name"]].slots
    hidden = parse_layers(config["model.hidden"])
    layers = []
    for number, layer in enumerate(hidden + [Layer(classes, output_of(config))], 1):
        is_output = number > len(hidden)
        parameters = count_parameters(inputs, [], layer.units)
        weights = _FLOAT * parameters / MB
        layers.append(
            NetworkLayer(
                "output" if is_output else "hidden {}".format(number),
                inputs,
                layer.units,
                layer.activation or config["model.activation"],
                0.0 if is_output else config["model.dropout"],
                parameters,
                weights,
                slots * weights,
            )
        )
        inputs = layer.units
    return layers


def network_text(layers: Sequence[NetworkLayer]) -> str:
    """``784 -> 1024 relu -> 10 softmax``"""
    parts = ["{} {}".format(layer.units, layer.activation) for layer in layers]
    return " -> ".join([str(layers[0].inputs)] + parts)
