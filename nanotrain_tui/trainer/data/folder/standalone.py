"""Reads pictures as a recording describes them: the exported script copies these functions."""

import json
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ...lazy_tensorflow import tf
from ..split import by_fraction
from .decode import coloured, fitted
from .headers import kind_of_bytes
from .layout import NAMES, TEST, TRAIN, VALIDATING, readable
from .picture_file import Unreadable, orientation_of, pixels_of, turned

Array = Any


def pictures_from(config: Mapping[str, Any], place: Optional[str] = None) -> Any:
    """Without --data the folder that the session was trained on.

    --data names another folder of the same form.
    """
    root, facts = place or config["data.path"], config["data.preprocessing"]
    if facts["target"]["task"] == "regression":
        return picture_parts({TRAIN: records_at(root, facts["target"])}, config)
    folders = folders_of_parts(root)
    if config.get("data.test_path"):
        folders[TEST] = config["data.test_path"]
    elif TEST not in folders and VALIDATING in folders:
        folders[TEST] = folders.pop(VALIDATING)
    classes = facts["target"]["classes"]
    found = {part: labelled_files(folder, classes) for part, folder in folders.items()}
    return picture_parts(found, config)


def folders_of_parts(root: str) -> Dict[str, str]:
    """The folders train, test and validation by their usual names; else the root for training."""
    names = [name for name in sorted(os.listdir(root)) if name.lower() in NAMES]
    there = {NAMES[name.lower()]: os.path.join(root, name) for name in names}
    return there or {TRAIN: root}


def labelled_files(folder: str, classes: Sequence[str]) -> Tuple[List[str], Array]:
    """The pictures of each class folder in the order of the trainer, and their classes."""
    inner = {readable(name): name for name in os.listdir(folder)}
    paths: List[str] = []
    labels: List[int] = []
    for name in sorted(set(classes) & set(inner)):
        for path in pictures_below(os.path.join(folder, inner[name])):
            paths.append(path)
            labels.append(list(classes).index(name))
    return paths, np.array(labels, np.int32)


def pictures_below(folder: str) -> List[str]:
    """The pictures in a folder and in the folders below it, without hidden ones."""
    found: List[str] = []
    for here, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(here, name)
            if not name.startswith(".") and os.path.isfile(path):
                with open(path, "rb") as file:
                    if kind_of_bytes(file.read(32)):
                        found.append(path)
    return found


def records_at(root: str, target: Mapping[str, Any]) -> Tuple[List[str], Array]:
    """The pictures and the scaled numbers of a DonkeyCar's tub, without deleted records."""
    with open(os.path.join(root, "manifest.json"), encoding="utf-8") as file:
        manifest = json.loads([line for line in file if line.strip()][-1])
    gone = set(manifest.get("deleted_indexes") or ())
    records: List[Dict[str, Any]] = []
    for name in manifest["paths"]:
        with open(os.path.join(root, name), encoding="utf-8") as file:
            records += [json.loads(line) for line in file if line.strip()]
    kept = [record for record in records if record.get("_index") not in gone]
    paths = [os.path.join(root, "images", record["cam/image_array"]) for record in kept]
    values = np.array([[record[name] for name in target["columns"]] for record in kept])
    return paths, ((values - target["mean"]) / target["deviation"]).astype(np.float32)


def picture_parts(found: Dict[str, Tuple[List[str], Array]], config: Mapping[str, Any]) -> Any:
    """Inputs and targets of each part: train, test and, where there is one, validation."""
    facts = config["data.preprocessing"]
    parts = {name: read_pictures_at(*pair, facts, config) for name, pair in found.items()}
    if TEST in parts:
        return [parts[name] for name in (TRAIN, TEST, VALIDATING) if name in parts]
    inputs, targets = parts[TRAIN]
    classes = None if facts["target"]["task"] == "regression" else targets
    rows = by_fraction(len(targets), config, classes)
    return [(inputs[part], targets[part]) for part in rows if part is not None]


def read_pictures_at(
    paths: Sequence[str], targets: Array, facts: Mapping[str, Any], config: Mapping[str, Any]
) -> Tuple[Array, Array]:
    """The pictures uint8 (n, ...) and their targets; damaged ones are left out if they may be."""
    pictures: List[Array] = []
    kept: List[int] = []
    for number, path in enumerate(paths):
        try:
            with open(path, "rb") as file:
                pictures.append(picture_input(file.read(), facts))
        except (OSError, ValueError, Unreadable, tf.errors.OpError) as error:
            if config.get("data.skip_damaged"):
                continue
            raise SystemExit("{}: {}".format(path, error)) from error
        kept.append(number)
    return np.stack(pictures), targets[kept]


def picture_input(content: bytes, facts: Mapping[str, Any]) -> Array:
    """The input of the network for a picture file: upright, of one size and colour."""
    kind, grey = kind_of_bytes(content), facts["color"] == "grey"
    if kind == "JPEG":
        pixels = tf.io.decode_jpeg(content, 0 if grey else 3).numpy()
    else:
        pixels = pixels_of(content, kind)
    if pixels.shape[-1] == 2:  # grey with opacity
        pixels = pixels[..., [0, 0, 0, 1]]
    upright = coloured(tf.constant(turned(pixels, orientation_of(content))), grey)
    picture = fitted(upright, tuple(facts["size"]), facts["fit"]).numpy()
    return picture[..., 0] if grey else picture
