"""The outputs of a checkpoint's network for images."""

import base64
from typing import Any, Callable, Dict, List

import numpy as np

from ..pictures.drawing import kind_of
from ..pictures.loading import confusion, read_pictures
from ..pictures.picture_file import Unreadable
from .saved_network import load_network, outputs_for


def predict(request: Dict[str, Any], send: Callable[[Dict[str, Any]], None]) -> Dict[str, Any]:
    """Write one line for every image of ``files``. Returns the summary of all.

    ``request`` holds checkpoint (a path), layers, shape (of an image) and outputs of the network,
    limit (of a file, 0: all), what the session recorded of its data (data_name, preprocessing; may
    be null) and files: name, content and labels (base64, labels may be empty). Raises Failed.
    """
    network = load_network(request)
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
