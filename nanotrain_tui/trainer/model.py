"""The network: dense layers, from pixels to logits."""

import os
from typing import Any, Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .activations import ACTIVATIONS
from .lazy_tensorflow import tf
from .losses import LOSSES
from .optimizers import OPTIMIZERS
from .protocol import Failed
from .settings import required

Tensor = Any


class Structure(NamedTuple):
    """What a graph is built for; anything else of a configuration only changes numbers in it."""

    activations: Tuple[str, ...]
    output: str
    loss: str
    optimizer: str


def structure_of(config: Mapping[str, Any]) -> Structure:
    """The structure of a configuration. Raises Failed for a name that is not known."""
    structure = Structure(
        activations=tuple(layer["activation"] for layer in required(config, "layers")),
        output=required(config, "output"),
        loss=required(config, "loss.name"),
        optimizer=required(config, "optimizer.name"),
    )
    for name in structure.activations + (structure.output,):
        _check("model.activation", name, ACTIVATIONS)
    _check("loss.name", structure.loss, LOSSES)
    _check("optimizer.name", structure.optimizer, OPTIMIZERS)
    return structure


def _check(key: str, name: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        message = "{}: {!r} is not one of {}.".format(key, name, ", ".join(known))
        raise Failed("config", message, key)


def logits_of(
    weights: Sequence[Tensor],
    x: Tensor,
    activations: Sequence[str],
    dropout: Optional[Callable[[Tensor, int], Tensor]] = None,
) -> Tensor:
    """The output layer before its activation, (batch, classes), for x (batch, inputs).

    ``weights`` are kernel, bias, kernel, bias ...; ``dropout`` is applied to the output of each
    hidden layer, with the layer's number.
    """
    for layer, activation in enumerate(activations):
        x = ACTIVATIONS[activation](tf.matmul(x, weights[2 * layer]) + weights[2 * layer + 1])
        if dropout is not None:
            x = dropout(x, layer)
    return tf.matmul(x, weights[-2]) + weights[-1]


def correct_of(structure: Structure, labels: Tensor, logits: Tensor) -> Tensor:
    """1.0 where the largest output is the label's, else 0.0, (batch,)."""
    # Softmax and sigmoid keep the order, but saturate: the largest logit is not in doubt.
    keeps_order = structure.output in ("softmax", "sigmoid", "linear")
    outputs = logits if keeps_order else ACTIVATIONS[structure.output](logits)
    guesses = tf.argmax(outputs, axis=-1, output_type=tf.int32)
    return tf.cast(tf.equal(guesses, labels), tf.float32)


def penalty_of(weights: List[Tensor], l2: Tensor) -> Tensor:
    """The L2 penalty: l2 * sum of squares of the kernels, not of the biases."""
    return l2 * tf.add_n([tf.reduce_sum(tf.square(kernel)) for kernel in weights[::2]])


def check_memory(config: Mapping[str, Any], sizes: Sequence[int]) -> None:
    """Refuse a network that needs more memory than this machine has. Raises Failed."""
    parameters = sum((inputs + 1) * outputs for inputs, outputs in zip(sizes, sizes[1:]))
    slots = sum(not slot.scalar for slot in OPTIMIZERS[structure_of(config).optimizer].slots)
    needed = 4 * parameters * (2 + slots)  # weights, gradients and slots in float32
    present = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if needed > present:
        message = (
            "The network has {:,} weights; training it takes at least {:.1f} GB and this machine "
            "has {:.1f} GB. Use fewer units."
        ).format(parameters, needed / 1e9, present / 1e9)
        raise Failed("memory", message, "model.hidden")
