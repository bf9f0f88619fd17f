"""How well the network of a checkpoint predicts the targets in a file."""

from typing import Any, Callable, Dict, List, Mapping

import numpy as np

from ..data.dataset import REGRESSION, DataError
from ..graph.steps import example_losses
from ..losses import LOSSES
from ..metrics import evaluated
from ..protocol import Failed
from .examples import Examples
from .outcome import Outcome, outcome_of
from .predict import Request, chunks_of
from .reading import reader_for
from .report import metrics_of_numbers, report_of_classes, report_of_residuals
from .saved_network import SavedNetwork, load_network

Array = Any


def evaluate(request: Request, progress: Callable[[float], None]) -> Request:
    """The metrics over all examples of ``file``, which has targets.

    ``request`` is that of ``predict``, with one ``file`` and no limit. ``progress`` gets the
    fraction that is done. Raises Failed.
    """
    network = load_network(request)
    outcome = outcome_of(request, network)
    file = request["file"]
    try:
        examples = reader_for(request, network, outcome)(file, 0, True)
        figures = _figures(network, outcome, examples, progress)
    except DataError as error:
        raise Failed("data", error.message) from error
    answer: Dict[str, Any] = {
        "ok": True, "step": network.saved.step, "file": file["name"], "task": outcome.task,
        "examples": examples.size, "loss_name": network.saved.config["loss.name"],
        "notes": list(examples.notes), "filled": examples.filled,
    }  # fmt: skip
    return dict(answer, **figures)


def _figures(
    network: SavedNetwork, outcome: Outcome, examples: Examples, progress: Callable[[float], None]
) -> Dict[str, Any]:
    """The metrics, and what a person looks at to see where the network is wrong."""
    targets: Array = examples.targets
    config, total = network.saved.config, 0.0
    learned = outcome.scaled(targets) if outcome.task == REGRESSION else targets.astype(np.int32)
    outputs: List[Array] = []
    scores: List[Array] = []
    for chunk in chunks_of(network, outcome, examples):
        wanted = learned[chunk.first : chunk.first + len(chunk.outputs)]
        losses = example_losses(
            outcome.task, config["loss.name"], outcome.output, wanted, chunk.logits,
            _loss_parameters(config),
        )  # fmt: skip
        total += float(np.sum(losses.numpy()))
        outputs.append(chunk.outputs)
        scores.append(chunk.scores)
        progress((chunk.first + len(chunk.outputs)) / float(examples.size))
    loss = total / examples.size + _penalty(network)
    if outcome.task == REGRESSION:
        values = outcome.values(np.concatenate(outputs))
        residuals = report_of_residuals(values, targets, outcome.targets, examples.numbers)
        return {"metrics": metrics_of_numbers(values, targets, loss), "targets": residuals}
    joined = np.concatenate(scores)
    metrics = evaluated(outcome.task, loss, joined, targets, outcome.middle, ())
    report = report_of_classes(outcome.guesses(joined), targets, outcome)
    return dict(report, metrics=dict(metrics, **report["metrics"]))


def _loss_parameters(config: Mapping[str, Any]) -> Dict[str, float]:
    defaults = LOSSES[config["loss.name"]].defaults
    return {name: float(config.get("loss." + name, defaults[name])) for name in defaults}


def _penalty(network: SavedNetwork) -> float:
    """The L2 penalty, which is a part of the loss."""
    l2 = float(network.saved.config.get("model.l2", 0.0))
    kernels = [network.weights[i].astype(np.float64) for i in network.network.kernels]
    return l2 * sum(float(np.sum(np.square(kernel))) for kernel in kernels) if l2 else 0.0
