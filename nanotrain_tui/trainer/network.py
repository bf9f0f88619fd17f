"""The network of a configuration: its layers, from an example to the outputs.

This is the model that the engine trains. A model has

- ``weights`` and ``state``: the variables that it needs, trainable and not, as ``Weight``;
- ``logits(x, weights, state, training)``: the output layer before its activation. Of examples with
  several inputs, ``x`` is a dictionary;
- ``kernels``: the places in ``weights`` to which the L2 penalty applies;
- ``convolves``: whether it has convolutions.
"""

from typing import Any, Dict, List, Mapping, Optional, Sequence

from .layers import LAYERS, Call, Impossible, Layer, Training, Weight
from .layers.convolution import Convolution, Windows
from .layers.layer import KERNEL, Shape, product
from .layers.space import by
from .lazy_tensorflow import tf
from .protocol import Failed
from .settings import required

Tensor = Any
Array = Any
Entries = List[Dict[str, Any]]
_SPATIAL = ("conv", "depthwise", "separable", "pool", "avgpool", "global-pool", "global-avgpool")
_LINEAR = "linear"


class Network:
    """Layers for examples of ``shape``, and a dense output layer of ``outputs`` units."""

    def __init__(self, entries: Entries, shape: Shape, outputs: int) -> None:
        """``entries`` are the ``layers`` of a configuration. Raises Failed, naming the layer."""
        self.entries, self.input_shape, self.outputs = entries, tuple(shape), outputs
        self.layers: List[Layer] = []
        self.weights: List[Weight] = []
        self.state: List[Weight] = []
        listed = is_listed(entries)
        self.place = place_of(entries, self.input_shape) if listed else self.input_shape
        shape = self.place
        used: Dict[str, int] = {}
        for number, entry in enumerate(whole_list(entries, outputs), 1):
            name = entry["kind"]
            try:
                layer = LAYERS[name](entry, shape)
            except Impossible as error:
                raise _impossible(number, entry, len(entries), str(error)) from error
            layer.number = used[name] = used.get(name, -1) + 1
            self.layers.append(layer)
            self.weights += layer.weights
            self.state += layer.state
            shape = layer.shape

    @property
    def kernels(self) -> List[int]:
        """The places of the kernels among the weights."""
        return [i for i, weight in enumerate(self.weights) if weight.start == KERNEL]

    @property
    def parameters(self) -> int:
        """The number of trained numbers."""
        return sum(product(weight.shape) for weight in self.weights)

    @property
    def convolves(self) -> bool:
        """Whether there are convolutions with kernels over all channels."""
        return any(isinstance(layer, Convolution) for layer in self.layers)

    @property
    def products(self) -> int:
        """How often a weight is multiplied for one example; a convolution's at each place."""
        return sum(layer.products for layer in self.layers)

    @property
    def products_of_windows(self) -> int:
        """Those of convolutions of any kind."""
        return sum(layer.products for layer in self.layers if isinstance(layer, Windows))

    def logits(
        self,
        x: Tensor,
        weights: Sequence[Tensor],
        state: Sequence[Tensor],
        training: Optional[Training] = None,
    ) -> Tensor:
        """The output layer before its activation, (batch, outputs).

        ``x`` are examples as the data source gives them: bytes count from 0 to 1.
        """
        x = prepared(x, self.input_shape)
        if self.place != self.input_shape:
            x = tf.reshape(x, (-1,) + self.place)
        at = at_state = 0
        for layer in self.layers:
            own = weights[at : at + len(layer.weights)]
            own_state = state[at_state : at_state + len(layer.state)]
            x = layer.outputs(x, Call(own, own_state, training))
            at, at_state = at + len(own), at_state + len(own_state)
        return x


def network_of(config: Mapping[str, Any], shape: Sequence[int], outputs: int) -> Network:
    """The network of a configuration. Raises Failed."""
    return Network(entries_of(config), tuple(int(length) for length in shape), outputs)


def entries_of(config: Mapping[str, Any]) -> Entries:
    """The configuration's layers; those without an activation of their own get the default."""
    default = config.get("model.activation", _LINEAR)
    return [
        dict(entry, activation=default) if entry.get("activation", "") is None else entry
        for entry in required(config, "layers")
    ]


def is_listed(entries: Entries) -> bool:
    """Whether the layers come from ``model.layers``, not from the short form of dense layers."""
    return any("kind" in entry for entry in entries)


def whole_list(entries: Entries, outputs: int) -> Entries:
    """Every layer with its kind, and the output layer.

    The short form stands for flat inputs, and dropout after each dense layer.
    """
    output = {"kind": "dense", "units": outputs, "activation": _LINEAR}
    if is_listed(entries):
        return entries + [output]
    layers: Entries = [{"kind": "flatten"}]
    for entry in entries:
        layers += [dict(entry, kind="dense"), {"kind": "dropout", "rate": None}]
    return layers + [output]


def place_of(entries: Entries, shape: Shape) -> Shape:
    """The shape with its channels: a grey picture and a sequence of single numbers have one."""
    first = next((entry for entry in entries if entry["kind"] in _SPATIAL), None)
    one_dimension = first is not None and first["kind"] == "conv" and len(first["size"]) == 1
    if first is not None and len(shape) == (1 if one_dimension else 2):
        return (*shape, 1)
    return shape


def prepared(x: Tensor, shape: Shape) -> Tensor:
    """Examples as float32 (batch, *shape); bytes are divided by 255."""
    is_bytes = tf.as_dtype(x.dtype) == tf.uint8  # an old NumPy cannot compare its type with it
    x = tf.cast(x, tf.float32) / 255.0 if is_bytes else tf.cast(x, tf.float32)
    return tf.ensure_shape(x, (None,) + tuple(shape))


def _impossible(number: int, entry: Mapping[str, Any], listed: int, why: str) -> Failed:
    words = [entry["kind"]] + ([by(entry["size"])] if "size" in entry else [])
    name = "layer {} ({})".format(number, " ".join(words))
    if number > listed:
        name = "the output layer"
    return Failed("config", "model.layers: {}: {}.".format(name, why), "model.layers")
