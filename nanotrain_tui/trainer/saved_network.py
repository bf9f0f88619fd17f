"""The network of a checkpoint: its weights by name, and its outputs for images."""

from typing import Any, List, Mapping, Sequence

from .activations import ACTIVATIONS
from .checkpoints.files import Checkpoint
from .checkpoints.slots import weight_name
from .lazy_tensorflow import tf
from .model import logits_of
from .protocol import Failed

Array = Any
Tensor = Any


def weights_of(saved: Checkpoint) -> List[Array]:
    """Kernel, bias, kernel, bias ... of a checkpoint, float32. Raises Failed."""
    count = 2 * len(saved.config["layers"]) + 2
    try:
        return [saved.state[weight_name(i)] for i in range(count)]
    except KeyError as error:
        raise Failed("checkpoint", "The checkpoint lacks {}.".format(error), "restore") from error


def names_of(weights: Sequence[Array]) -> List[str]:
    """The name of each weight in exported files: hidden_1_kernel ... output_bias."""
    last = len(weights) // 2 - 1
    layers = ["output" if i == last else "hidden_{}".format(i + 1) for i in range(last + 1)]
    return [layer + part for layer in layers for part in ("_kernel", "_bias")]


def outputs_of(config: Mapping[str, Any], weights: Sequence[Any], pixels: Any) -> Tensor:
    """The network's outputs, (n, classes), for pixels of 0 to 255, (n, inputs)."""
    x = tf.cast(pixels, tf.float32) / 255.0
    logits = logits_of(weights, x, [layer["activation"] for layer in config["layers"]])
    return ACTIVATIONS[config["output"]](logits)
