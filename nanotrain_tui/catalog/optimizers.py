"""Optimizers, with their parameters and Keras' default values.

The formulas are in ``trainer/optimizers.py``; tests/project compares both sides.
"""

from typing import Dict, NamedTuple, Tuple, Union

Number = Union[float, bool]


class Optimizer(NamedTuple):
    """An optimizer. ``parameters`` maps the names of its parameters to Keras' defaults.

    ``learning_rate`` is the default of its paper or of Keras. ``slots`` is the number of arrays,
    each of the shape of the weight, that it stores for each weight.
    """

    name: str
    label: str
    summary: str
    parameters: Dict[str, Number]
    learning_rate: float
    slots: int
    aliases: Tuple[str, ...] = ()


_ADAM: Dict[str, Number] = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}

_ENTRIES = (
    Optimizer(
        "adam", "Adam",
        "Combines momentum with a separate step size for each weight. Works well without much tuning.",
        dict(_ADAM), 0.001, 2, ("adamoptimizer",),
    ),
    Optimizer(
        "sgd", "gradient descent (SGD)",
        "Moves the weights against the gradient. With momentum 0.9 and tuning it is often the most accurate.",
        {"momentum": 0.0, "nesterov": False}, 0.01, 1,
        ("gradient_descent", "gradientdescentoptimizer"),
    ),
    Optimizer(
        "adamw", "AdamW",
        "Adam with weight decay, which reduces the weights a little each step. Use it if Adam overfits.",
        dict(_ADAM, weight_decay=0.004), 0.001, 2,
    ),
    Optimizer(
        "nadam", "Nadam",
        "Adam with Nesterov momentum. Sometimes converges slightly faster than Adam.",
        dict(_ADAM), 0.001, 2,
    ),
    Optimizer(
        "adamax", "Adamax",
        "Adam scaled by the largest recent gradient. Stable when gradients are sparse or vary strongly.",
        dict(_ADAM), 0.001, 2,
    ),
    Optimizer(
        "rmsprop", "RMSprop",
        "Divides the gradient by a running average of its magnitude. Often used for recurrent networks.",
        {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7}, 0.001, 2, ("rmspropoptimizer",),
    ),
    Optimizer(
        "adagrad", "Adagrad",
        "Scales updates by the sum of all past squared gradients. For sparse data. Updates keep shrinking.",
        {"initial_accumulator_value": 0.1, "epsilon": 1e-7}, 0.001, 1, ("adagradoptimizer",),
    ),
    Optimizer(
        "adadelta", "Adadelta",
        "Like Adagrad, but uses only recent gradients. Its original learning rate is 1.0.",
        {"rho": 0.95, "epsilon": 1e-7}, 1.0, 2, ("adadeltaoptimizer",),
    ),
)  # fmt: skip

OPTIMIZERS: Dict[str, Optimizer] = {entry.name: entry for entry in _ENTRIES}
