"""What the outputs of a network mean: classes by name, or values in the target's units."""

from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

import numpy as np

from ..data.dataset import BINARY, CLASSIFICATION, REGRESSION
from ..metrics import guesses_of, middle_of
from .saved_network import SavedNetwork

Array = Any
_PREDICTION = "prediction"  # the name of a target that has none


class Outcome(NamedTuple):
    """``classes`` have names; those that have none are called by their numbers.

    The values of a regression are outputs * ``deviation`` + ``mean``, one for each of ``targets``.
    """

    task: str
    classes: Sequence[str] = ()
    is_named: bool = False  # whether a person has named the classes
    targets: Sequence[str] = ()
    mean: Sequence[float] = ()
    deviation: Sequence[float] = ()
    output: str = "linear"  # the activation of the outputs
    middle: float = 0.5  # the output that separates two classes

    def guesses(self, scores: Array) -> Array:
        """The class of each example, for scores (n, outputs)."""
        return guesses_of(self.task, scores, self.middle)

    def values(self, outputs: Array) -> Array:
        """The outputs (n, outputs) in the units of the targets, float64."""
        return outputs.astype(np.float64) * np.asarray(self.deviation) + np.asarray(self.mean)

    def scaled(self, values: Array) -> Array:
        """Values in the units of the targets as the network learned them, float32."""
        return ((values - np.asarray(self.mean)) / np.asarray(self.deviation)).astype(np.float32)

    def class_name(self, number: int) -> Any:
        """A class as JSON has it: its name, or its number if it has no name."""
        return self.classes[number] if self.is_named else int(number)

    def answer(self, outputs: Array, guess: int) -> Dict[str, Any]:
        """What is predicted for an example, from its outputs (outputs,) and its class."""
        line: Dict[str, Any] = {"outputs": [float(value) for value in outputs]}
        if self.task == REGRESSION:
            found = self.values(outputs[None])[0]
            line["values"] = dict(zip(self.targets, (float(value) for value in found)))
            return line
        line["class"] = self.class_name(guess)
        line["probabilities"] = self._probabilities(line["outputs"])
        return line

    def _probabilities(self, outputs: List[float]) -> Any:
        """The probability of each class by name; None where the outputs are none."""
        if self.task == BINARY and self.output == "sigmoid":
            outputs = [1.0 - outputs[0], outputs[0]]
        elif self.task == BINARY or self.output != "softmax":
            return None
        return dict(zip(self.classes, outputs))


def outcome_of(request: Mapping[str, Any], network: SavedNetwork) -> Outcome:
    """The meaning of the outputs: from the checkpoint, else from what the session recorded.

    Older sessions have no task; they classify images.
    """
    config, outputs = network.saved.config, network.network.outputs
    about = preparation_of(network).get("target", {})
    task = str(about.get("task") or request.get("task") or CLASSIFICATION)
    meaning = Outcome(task, output=config["output"], middle=middle_of(config.get("loss.name", "")))
    if task == REGRESSION:
        usual = [_PREDICTION]
        if outputs != 1:
            usual = ["{} {}".format(_PREDICTION, i + 1) for i in range(outputs)]
        return meaning._replace(
            targets=[str(name) for name in about.get("columns", usual)],
            mean=about.get("mean") or [0.0] * outputs,
            deviation=about.get("deviation") or [1.0] * outputs,
        )
    names = [str(name) for name in about.get("classes", ())]
    numbers = [str(number) for number in range(2 if task == BINARY else outputs)]
    return meaning._replace(classes=names or numbers, is_named=bool(names))


def preparation_of(network: SavedNetwork) -> Mapping[str, Any]:
    """How a person's own examples become inputs; empty for other data."""
    found = network.saved.preprocessing
    return found if isinstance(found, Mapping) and "kind" in found else {}
