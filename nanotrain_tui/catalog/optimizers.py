"""Optimizers, each with its own parameters and Keras' defaults.

The formulas are in ``trainer/optimizers.py``; tests/project compares both sides.
"""

from typing import Dict, NamedTuple, Tuple, Union

Number = Union[float, bool]


class Optimizer(NamedTuple):
    """An optimizer; ``parameters`` maps the names it has to Keras' defaults.

    ``learning_rate`` is the usual one, with which it is published or which Keras has.
    ``slots`` is how many arrays of a weight's size it keeps of each weight.
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
        "Momentum, and a step size of its own for each weight. Take it first: it forgives a poor learning rate.",
        dict(_ADAM), 0.001, 2, ("adamoptimizer",),
    ),
    Optimizer(
        "sgd", "gradient descent (SGD)",
        "Plain steps down the gradient; with momentum 0.9 often the best in the end, if tuned.",
        {"momentum": 0.0, "nesterov": False}, 0.01, 1,
        ("gradient_descent", "gradientdescentoptimizer"),
    ),
    Optimizer(
        "adamw", "AdamW",
        "Adam that shrinks the weights a little each step. Take it where Adam overfits.",
        dict(_ADAM, weight_decay=0.004), 0.001, 2,
    ),
    Optimizer(
        "nadam", "Nadam",
        "Adam with Nesterov's look ahead: sometimes a little faster than Adam.",
        dict(_ADAM), 0.001, 2,
    ),
    Optimizer(
        "adamax", "Adamax",
        "Adam that scales by the largest gradient seen: steady where gradients are sparse or spiky.",
        dict(_ADAM), 0.001, 2,
    ),
    Optimizer(
        "rmsprop", "RMSprop",
        "Divides each step by the recent size of the gradient. A classic for recurrent networks.",
        {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7}, 0.001, 2, ("rmspropoptimizer",),
    ),
    Optimizer(
        "adagrad", "Adagrad",
        "Steps shrink with all gradients seen so far. For sparse features; it slows down for good.",
        {"initial_accumulator_value": 0.1, "epsilon": 1e-7}, 0.001, 1, ("adagradoptimizer",),
    ),
    Optimizer(
        "adadelta", "Adadelta",
        "Adagrad with a short memory. Published to run at a learning rate of 1.0.",
        {"rho": 0.95, "epsilon": 1e-7}, 1.0, 2, ("adadeltaoptimizer",),
    ),
)  # fmt: skip

OPTIMIZERS: Dict[str, Optimizer] = {entry.name: entry for entry in _ENTRIES}
