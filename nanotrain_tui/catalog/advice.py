"""Choices that are allowed and seldom wise: a sentence each, for the student."""

from typing import Any, List, Mapping, NamedTuple

from .check import output_of
from .layers import parse_layers
from .optimizers import OPTIMIZERS

DEEP = 3
TOO_FAST = 30.0  # times the learning rate an optimizer is published with


class Advice(NamedTuple):
    """What to think about, and the key it hangs on."""

    key: str
    message: str


def advise(config: Mapping[str, Any]) -> List[Advice]:
    """What a teacher would say to a checked configuration, the weightiest first."""
    found: List[Advice] = []
    hidden = [
        layer.activation or config["model.activation"]
        for layer in parse_layers(config["model.hidden"])
    ]
    output = output_of(config)
    if "softmax" in hidden:
        found.append(Advice(
            "model.activation",
            "Softmax in a hidden layer makes its units compete for a sum of 1: most fall silent. "
            "It belongs in the output.",
        ))  # fmt: skip
    if config["loss.name"] == "mean_squared_error" and output == "softmax":
        found.append(Advice(
            "loss.name",
            "Squared error on a softmax barely pushes when the answer is badly wrong; "
            "cross-entropy pushes hardest there.",
        ))  # fmt: skip
    if len(hidden) >= DEEP and sum(name in ("sigmoid", "hard_sigmoid") for name in hidden) >= DEEP:
        found.append(Advice(
            "model.activation",
            "Each sigmoid passes on at most a quarter of the gradient: {} in a row leave the first "
            "layers almost nothing to learn from.".format(len(hidden)),
        ))  # fmt: skip
    usual = OPTIMIZERS[config["optimizer.name"]].learning_rate
    if config["optimizer.learning_rate"] > TOO_FAST * usual:
        found.append(Advice(
            "optimizer.learning_rate",
            "{:g} is far above the {:g} that {} likes; the loss will probably blow up.".format(
                config["optimizer.learning_rate"], usual, OPTIMIZERS[config["optimizer.name"]].label
            ),
        ))  # fmt: skip
    if config["model.initializer"] == "tutorial":
        found.append(Advice(
            "model.initializer",
            "The tutorial's start is wild: deviation 1 makes huge first signals, so the first accuracy "
            "is luck. Glorot or He start near the loss of guessing.",
        ))  # fmt: skip
    if config["model.initializer"] in ("zeros", "ones") and hidden:
        found.append(Advice(
            "model.initializer",
            "All units of a layer start the same and get the same gradient: they stay one unit.",
        ))  # fmt: skip
    return found
