"""Advice about choices that are allowed but usually give poor results."""

from typing import Any, List, Mapping, NamedTuple

from .built_layers import entries_of, is_listed
from .check import output_of
from .optimizers import OPTIMIZERS
from .scripts import is_script

DEEP = 3
TOO_FAST = 30.0  # times the usual learning rate of an optimizer


class Advice(NamedTuple):
    """A piece of advice about the value of a key."""

    key: str
    message: str


def advise(config: Mapping[str, Any]) -> List[Advice]:
    """The advice about a checked configuration, the most important first."""
    found: List[Advice] = []
    if is_script(config):
        return []
    entries = entries_of(config)
    hidden = [
        entry["activation"] or config["model.activation"]
        for entry in entries
        if "activation" in entry
    ]
    output = output_of(config)
    if "softmax" in hidden:
        found.append(Advice(
            "model.activation",
            "Softmax makes the outputs of a layer sum to 1, so most hidden units are close to 0. "
            "Use it in the output layer only.",
        ))  # fmt: skip
    if config["loss.name"] == "mean_squared_error" and output == "softmax":
        found.append(Advice(
            "loss.name",
            "With softmax, the gradient of the squared error is almost 0 for very wrong predictions. "
            "Cross-entropy has a large gradient there and trains faster.",
        ))  # fmt: skip
    if len(hidden) >= DEEP and sum(name in ("sigmoid", "hard_sigmoid") for name in hidden) >= DEEP:
        found.append(Advice(
            "model.activation",
            "Each sigmoid multiplies the gradient by at most 0.25. With {} hidden layers, the "
            "gradient that reaches the first layers is almost 0.".format(len(hidden)),
        ))  # fmt: skip
    own_rate = all(entry.get("rate", 0.0) is not None for entry in entries)
    if config["model.dropout"] and is_listed(config) and own_rate:
        found.append(Advice(
            "model.dropout",
            "The list of layers has no dropout without a number, so this rate is not used. "
            "Add 'dropout' to the list.",
        ))  # fmt: skip
    usual = OPTIMIZERS[config["optimizer.name"]].learning_rate
    if config["optimizer.learning_rate"] > TOO_FAST * usual:
        found.append(Advice(
            "optimizer.learning_rate",
            "{:g} is much higher than {:g}, the usual value for {}. The loss will probably diverge.".format(
                config["optimizer.learning_rate"], usual, OPTIMIZERS[config["optimizer.name"]].label
            ),
        ))  # fmt: skip
    if config["model.initializer"] == "tutorial":
        found.append(Advice(
            "model.initializer",
            "The tutorial's initial weights are large (standard deviation 1), so the first loss is very "
            "high. With Glorot or He weights, training starts with a low loss.",
        ))  # fmt: skip
    if config["model.initializer"] in ("zeros", "ones") and hidden:
        found.append(Advice(
            "model.initializer",
            "All units of a layer start with the same weights and get the same gradient, so they "
            "stay equal and learn no more than a single unit.",
        ))  # fmt: skip
    return found
