"""The outputs of a checkpoint's network for images, or for rows of numbers."""

import base64
from typing import Any, Callable, Dict, List, Sequence

import numpy as np

from ..data.dataset import BINARY, CLASSIFICATION
from ..data.sources import source_names, source_of
from ..metrics import middle_of
from ..pictures.drawing import kind_of
from ..pictures.loading import confusion, read_pictures
from ..pictures.picture_file import Unreadable
from .rows_file import read_rows
from .saved_network import SavedNetwork, load_network, outputs_for

Request = Dict[str, Any]
Send = Callable[[Dict[str, Any]], None]


def predict(request: Request, send: Send) -> Request:
    """Write one line for every example of ``files``. Returns the summary of all.

    ``request`` holds checkpoint (a path), layers, shape (of an example) and outputs of the network,
    limit (of a file, 0: all), what the session recorded of its data (data_name, task,
    preprocessing; may be null) and files: name, content and labels (base64, labels may be empty).
    Raises Failed.
    """
    network = load_network(request)
    if len(request["shape"]) == 1:
        return _of_rows(network, request, send)
    return _of_images(network, request, send)


def _of_rows(network: SavedNetwork, request: Request, send: Send) -> Request:
    saved, task = network.saved, request.get("task")
    source = source_of(request["data_name"]) if request.get("data_name") in source_names() else None
    columns: Sequence[str] = source.columns(saved.config) if source and source.columns else ()
    for file in request["files"]:
        try:
            count = len(columns) or int(request["shape"][0])
            rows = read_rows(base64.b64decode(file["content"]), count, request["limit"])
        except Unreadable as error:
            send({"file": file["name"], "error": "{} {}".format(file["name"], error)})
            continue
        inputs = rows.astype(np.float32)
        if source and source.inputs_of:
            inputs = source.inputs_of(saved.config, rows)
        for i, outputs in enumerate(outputs_for(network, inputs)):
            line = {"file": file["name"], "index": i, "row": [float(one) for one in rows[i]]}
            line["outputs"] = [float(value) for value in outputs]
            if task == BINARY:
                line["class"] = int(outputs[0] >= middle_of(saved.config["loss.name"]))
            elif task == CLASSIFICATION:
                line["class"] = int(outputs.argmax())
            send(line)
    answer = {"ok": True, "step": saved.step, "output": saved.config["output"]}
    return dict(answer, task=task, columns=list(columns))


def _of_images(network: SavedNetwork, request: Request, send: Send) -> Request:
    saved, shape, classes = network.saved, request["shape"], network.network.outputs
    kind = kind_of(request.get("preprocessing"), request.get("data_name"))
    labels: List[int] = []
    guesses: List[int] = []
    for file in request["files"]:
        content, beside = (base64.b64decode(file[part]) for part in ("content", "labels"))
        try:
            found = read_pictures(content, shape, beside, request["limit"], kind)
            known = [] if found.labels is None else [int(label) for label in found.labels]
            strange = [label for label in known if not 0 <= label < classes]
            if strange:
                why = "has the label {}; the network knows 0 to {}."
                raise Unreadable(why.format(strange[0], classes - 1))
        except Unreadable as error:
            send({"file": file["name"], "error": "{} {}".format(file["name"], error)})
            continue
        for i, row in enumerate(outputs_for(network, found.images)):
            line = {"file": file["name"], "index": i, "inverted": found.inverted}
            line["prepared"] = found.prepared
            line["class"] = int(row.argmax())
            line["outputs"] = [float(value) for value in row]
            if known:
                line["label"] = known[i]
                labels.append(known[i])
                guesses.append(line["class"])
            send(line)
    answer: Dict[str, Any] = {"ok": True, "step": saved.step, "output": saved.config["output"]}
    if labels:
        answer["accuracy"] = float(np.mean(np.equal(labels, guesses)))
        answer["labelled"] = len(labels)
        answer["confusion"] = confusion(labels, guesses, classes)
    return answer
