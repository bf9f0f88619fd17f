"""What the network of a checkpoint predicts for the examples in files."""

from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Tuple

import numpy as np

from ..activations import ACTIVATIONS
from ..data.dataset import REGRESSION, DataError
from ..graph.steps import scores_of
from ..pictures.loading import confusion
from .examples import Examples
from .outcome import Outcome, outcome_of
from .reading import columns_of, reader_for
from .saved_network import SavedNetwork, load_network
from .targets import UNKNOWN

Array = Any
Request = Dict[str, Any]
Send = Callable[[Dict[str, Any]], None]
CHUNK = 1000  # examples at once


class Chunk(NamedTuple):
    """What the network says of some examples: TensorFlow's logits, and arrays (n, outputs)."""

    first: int
    logits: Any
    outputs: Array
    scores: Array  # see ``scores_of``


def predict(request: Request, send: Send) -> Request:
    """Write one line for every example of ``files``. Returns the summary of all.

    ``request`` holds checkpoint (a path), layers, shape (of an example) and outputs of the network,
    limit (of a file, 0: all), what the session recorded of its data (data_name, task,
    preprocessing; may be null) and files: name, content and labels (base64, labels may be empty),
    and rows, if a person has typed the content; or name and folder, a path. Raises Failed.
    """
    network = load_network(request)
    outcome = outcome_of(request, network)
    read = reader_for(request, network, outcome)
    labels: List[int] = []
    guesses: List[int] = []
    for file in request["files"]:
        try:
            examples = read(file, request["limit"], False)
            notes, filled = list(examples.notes), examples.filled
            if notes or filled is not None:
                send({"file": file["name"], "notes": notes, "filled": filled})
            for line, label, guess in _lines(file["name"], network, outcome, examples):
                if label != UNKNOWN:
                    labels.append(label)
                    guesses.append(guess)
                send(line)
        except DataError as error:
            send({"file": file["name"], "error": error.message})
    answer: Dict[str, Any] = {"ok": True, "step": network.saved.step, "task": outcome.task}
    answer.update(output=outcome.output, columns=columns_of(request, network))
    if labels:
        answer["accuracy"] = float(np.mean(np.equal(labels, guesses)))
        answer["labelled"] = len(labels)
        answer["confusion"] = confusion(labels, guesses, len(outcome.classes))
        if outcome.is_named:
            answer["classes"] = list(outcome.classes)
    return answer


def chunks_of(network: SavedNetwork, outcome: Outcome, examples: Examples) -> Iterator[Chunk]:
    """What the network says of the examples, some at a time."""
    for first in range(0, examples.size, CHUNK):
        inputs = examples.take(first, min(first + CHUNK, examples.size))
        logits = network.logits(inputs)
        outputs = ACTIVATIONS[outcome.output](logits).numpy()
        scores = scores_of(outcome.task, outcome.output, logits).numpy()
        yield Chunk(first, logits, outputs, scores)


def _lines(
    name: str, network: SavedNetwork, outcome: Outcome, examples: Examples
) -> Iterator[Tuple[Dict[str, Any], int, int]]:
    """The line of each example, its label, which may be UNKNOWN, and its class."""
    for chunk in chunks_of(network, outcome, examples):
        guesses = outcome.guesses(chunk.scores)
        for place, outputs in enumerate(chunk.outputs):
            i = chunk.first + place
            answer = outcome.answer(outputs, int(guesses[place]))
            line = dict({"file": name, "index": i}, **dict(examples.about(i), **answer))
            label = UNKNOWN
            if outcome.task != REGRESSION and examples.targets is not None:
                label = int(examples.targets[i])
            if label != UNKNOWN:
                line["label"] = outcome.class_name(label)
            yield line, label, int(guesses[place])
