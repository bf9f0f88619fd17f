"""Activation functions, with the names that TensorFlow uses.

The formulas are in ``trainer/activations.py``; tests/project compares both sides.
"""

import math
from typing import Callable, Dict, NamedTuple, Tuple

INFINITY = float("inf")
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


class Activation(NamedTuple):
    """An activation and the range of its output.

    ``curve`` is the function that the form draws. Its input may be scaled to show the shape better.
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
        "max(0, x): sets negative values to 0. The default choice for hidden layers: cheap and trains fast.",
        lambda x: max(0.0, x),
        0.0,
    ),
    Activation(
        "sigmoid", "sigmoid",
        "Maps values to 0..1. Use it for yes/no outputs. In deep hidden layers its gradients vanish.",
        _sigmoid,
        0.0, 1.0, ("logistic",),
    ),
    Activation(
        "tanh", "tanh",
        "Maps values to -1..1, centered on 0. In hidden layers it usually trains better than sigmoid.",
        math.tanh,
        -1.0, 1.0,
    ),
    Activation(
        "softsign", "softsign",
        "x / (1 + |x|): similar to tanh, but approaches -1 and 1 more slowly, so units saturate later.",
        lambda x: x / (1 + abs(x)),
        -1.0, 1.0,
    ),
    Activation(
        "elu", "ELU",
        "Like ReLU, but e^x - 1 for negative values. Avoids dead units; slower to compute than ReLU.",
        _elu,
        -1.0,
    ),
    Activation(
        "linear", "linear",
        "Returns x unchanged. For regression outputs. Linear hidden layers add no expressive power.",
        lambda x: x,
        aliases=("identity", "none"),
    ),
    Activation(
        "softplus", "softplus",
        "log(1 + e^x): a smooth version of ReLU, always positive. For outputs that are rates or scales.",
        lambda x: math.log1p(math.exp(x)),
        0.0,
    ),
    Activation(
        "selu", "SELU",
        "A scaled ELU that keeps mean and variance stable in deep networks. Use it with lecun_normal.",
        lambda x: _SELU_SCALE * (x if x > 0 else _SELU_ALPHA * math.expm1(x)),
        -1.7580993408473766,
    ),
    Activation(
        "gelu", "GELU",
        "x * P(X <= x) for a standard normal X: a smooth version of ReLU, common in transformers.",
        lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
        -0.17,
    ),
    Activation(
        "swish", "swish (SiLU)",
        "x * sigmoid(x): smooth, often slightly better than ReLU in deep networks, but slower.",
        lambda x: x * _sigmoid(x),
        -0.279, aliases=("silu",),
    ),
    Activation(
        "leaky_relu", "leaky ReLU",
        "Like ReLU, but multiplies negative values by 0.2 instead of setting them to 0. Avoids dead units.",
        lambda x: x if x > 0 else 0.2 * x,
    ),
    Activation(
        "softmax", "softmax",
        "Converts the outputs to probabilities that sum to 1. For the output layer of a classifier.",
        _sigmoid,  # softmax of two inputs, the other being 0
        0.0, 1.0,
    ),
    Activation(
        "exponential", "exponential",
        "e^x: always positive and grows very fast. Only for outputs that are rates.",
        math.exp,
        0.0, aliases=("exp",),
    ),
    Activation(
        "hard_sigmoid", "hard sigmoid",
        "x / 6 + 0.5, limited to 0..1: approximates sigmoid with straight lines and is cheap to compute.",
        lambda x: min(1.0, max(0.0, x / 6 + 0.5)),
        0.0, 1.0,
    ),
    Activation(
        "relu6", "ReLU6",
        "min(max(0, x), 6): ReLU limited to 6. Suits networks for inference at 8-bit or 16-bit precision.",
        lambda x: min(6.0, max(0.0, 2 * x)),  # scaled, so that the limit at 6 is visible
        0.0, 6.0,
    ),
)  # fmt: skip

ACTIVATIONS: Dict[str, Activation] = {entry.name: entry for entry in _ENTRIES}
