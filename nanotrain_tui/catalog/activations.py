"""Activation functions, by the names TensorFlow users know.

The formulas are in ``trainer/activations.py``; tests/project compares both sides.
"""

from typing import Dict, NamedTuple, Tuple

INFINITY = float("inf")


class Activation(NamedTuple):
    """An activation and the range its output lies in."""

    name: str
    label: str
    summary: str
    low: float = -INFINITY
    high: float = INFINITY
    aliases: Tuple[str, ...] = ()


_ENTRIES = (
    Activation(
        "relu", "ReLU",
        "Passes what is positive, zeroes the rest. The first choice for hidden layers: cheap, trains fast.",
        0.0,
    ),
    Activation(
        "sigmoid", "sigmoid",
        "Squeezes into 0..1. Take it for yes/no outputs; stacked deep, its gradients vanish.",
        0.0, 1.0, ("logistic",),
    ),
    Activation(
        "tanh", "tanh",
        "Squeezes into -1..1, centred on zero. Take it over sigmoid in small hidden layers.",
        -1.0, 1.0,
    ),
    Activation(
        "softsign", "softsign",
        "x / (1 + |x|): like tanh, but flattens slowly, so units saturate later.",
        -1.0, 1.0,
    ),
    Activation(
        "elu", "ELU",
        "ReLU with a smooth floor at -1: no dead units, outputs nearer to zero mean, a little dearer.",
        -1.0,
    ),
    Activation(
        "linear", "linear",
        "Changes nothing. For the outputs of a regression; hidden linear layers add no power.",
        aliases=("identity", "none"),
    ),
    Activation(
        "softplus", "softplus",
        "log(1 + e^x): a smooth ReLU, always positive. For outputs that are rates or scales.",
        0.0,
    ),
    Activation(
        "selu", "SELU",
        "A scaled ELU that keeps mean and variance through deep stacks; pair it with lecun_normal.",
        -1.7580993408473766,
    ),
    Activation(
        "gelu", "GELU",
        "x times the normal probability of x: a smooth ReLU, the usual choice in transformers.",
        -0.17,
    ),
    Activation(
        "swish", "swish (SiLU)",
        "x * sigmoid(x): smooth, often a bit better than ReLU in deep networks, and dearer.",
        -0.279, aliases=("silu",),
    ),
    Activation(
        "leaky_relu", "leaky ReLU",
        "ReLU that lets a fifth of the negative side through, so that no unit dies.",
    ),
    Activation(
        "softmax", "softmax",
        "Turns the layer into probabilities that sum to 1. For the output of a classifier.",
        0.0, 1.0,
    ),
    Activation(
        "exponential", "exponential",
        "e^x: always positive, grows violently. Only for outputs that are rates.",
        0.0, aliases=("exp",),
    ),
    Activation(
        "hard_sigmoid", "hard sigmoid",
        "Three straight lines in place of a sigmoid (x/6 + 0.5, cut at 0 and 1): cheap on a small board.",
        0.0, 1.0,
    ),
    Activation(
        "relu6", "ReLU6",
        "ReLU cut at 6: keeps values small enough for 8-bit and 16-bit inference.",
        0.0, 6.0,
    ),
)  # fmt: skip

ACTIVATIONS: Dict[str, Activation] = {entry.name: entry for entry in _ENTRIES}
