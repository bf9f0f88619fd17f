"""Activation functions, by the names TensorFlow users know.

The formulas are in ``trainer/activations.py``; tests/project compares both sides.
"""

import math
from typing import Callable, Dict, NamedTuple, Tuple

INFINITY = float("inf")
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


class Activation(NamedTuple):
    """An activation and the range its output lies in.

    ``curve`` is its graph, drawn beside its name; one that hides its shape may be compressed.
    """

    name: str
    label: str
    summary: str
    curve: Callable[[float], float]
    low: float = -INFINITY
    high: float = INFINITY
    aliases: Tuple[str, ...] = ()


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def _elu(x: float) -> float:
    return x if x > 0 else math.expm1(x)


_ENTRIES = (
    Activation(
        "relu", "ReLU",
        "Passes what is positive, zeroes the rest. The first choice for hidden layers: cheap, trains fast.",
        lambda x: max(0.0, x),
        0.0,
    ),
    Activation(
        "sigmoid", "sigmoid",
        "Squeezes into 0..1. Take it for yes/no outputs; stacked deep, its gradients vanish.",
        _sigmoid,
        0.0, 1.0, ("logistic",),
    ),
    Activation(
        "tanh", "tanh",
        "Squeezes into -1..1, centred on zero. Take it over sigmoid in small hidden layers.",
        math.tanh,
        -1.0, 1.0,
    ),
    Activation(
        "softsign", "softsign",
        "x / (1 + |x|): like tanh, but flattens slowly, so units saturate later.",
        lambda x: x / (1 + abs(x)),
        -1.0, 1.0,
    ),
    Activation(
        "elu", "ELU",
        "ReLU with a smooth floor at -1: no dead units, outputs nearer to zero mean, a little dearer.",
        _elu,
        -1.0,
    ),
    Activation(
        "linear", "linear",
        "Changes nothing. For the outputs of a regression; hidden linear layers add no power.",
        lambda x: x,
        aliases=("identity", "none"),
    ),
    Activation(
        "softplus", "softplus",
        "log(1 + e^x): a smooth ReLU, always positive. For outputs that are rates or scales.",
        lambda x: math.log1p(math.exp(x)),
        0.0,
    ),
    Activation(
        "selu", "SELU",
        "A scaled ELU that keeps mean and variance through deep stacks; pair it with lecun_normal.",
        lambda x: _SELU_SCALE * (x if x > 0 else _SELU_ALPHA * math.expm1(x)),
        -1.7580993408473766,
    ),
    Activation(
        "gelu", "GELU",
        "x times the normal probability of x: a smooth ReLU, the usual choice in transformers.",
        lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
        -0.17,
    ),
    Activation(
        "swish", "swish (SiLU)",
        "x * sigmoid(x): smooth, often a bit better than ReLU in deep networks, and dearer.",
        lambda x: x * _sigmoid(x),
        -0.279, aliases=("silu",),
    ),
    Activation(
        "leaky_relu", "leaky ReLU",
        "ReLU that lets a fifth of the negative side through, so that no unit dies.",
        lambda x: x if x > 0 else 0.2 * x,
    ),
    Activation(
        "softmax", "softmax",
        "Turns the layer into probabilities that sum to 1. For the output of a classifier.",
        _sigmoid,  # of one input beside another that is 0
        0.0, 1.0,
    ),
    Activation(
        "exponential", "exponential",
        "e^x: always positive, grows violently. Only for outputs that are rates.",
        math.exp,
        0.0, aliases=("exp",),
    ),
    Activation(
        "hard_sigmoid", "hard sigmoid",
        "Three straight lines in place of a sigmoid (x/6 + 0.5, cut at 0 and 1): cheap on a small board.",
        lambda x: min(1.0, max(0.0, x / 6 + 0.5)),
        0.0, 1.0,
    ),
    Activation(
        "relu6", "ReLU6",
        "ReLU cut at 6: keeps values small enough for 8-bit and 16-bit inference.",
        lambda x: min(6.0, max(0.0, 2 * x)),  # compressed, so that the cut at 6 is seen
        0.0, 6.0,
    ),
)  # fmt: skip

ACTIVATIONS: Dict[str, Activation] = {entry.name: entry for entry in _ENTRIES}
