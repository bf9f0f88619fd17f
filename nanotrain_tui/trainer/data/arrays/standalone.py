"""Reads arrays as a recording describes them: the exported script copies these functions."""

import glob
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ..split import by_fraction

Array = Any


def arrays_from(config: Mapping[str, Any], place: Optional[str] = None) -> Any:
    """Without --data the files that the session was trained on.

    --data names another file, or a folder, with arrays of the same names.
    """
    names = config["data.preprocessing"]["arrays"]
    path = place or config.get("data.path")
    if not path:
        pair = (np.load(config["data.x"]), np.load(config["data.y"]))
        return prepared_parts([pair], config)
    found = arrays_at(path)
    parts = [(found[x], found[y]) for x, y in (names[one] for one in ("train",))]
    if "test" in names:
        other = arrays_at(config["data.test_path"]) if config.get("data.test_path") else found
        parts.append(tuple(other[name] for name in names["test"]))
    if "validation" in names:
        parts.append(tuple(found[name] for name in names["validation"]))
    return prepared_parts(parts, config)


def arrays_at(path: str) -> Dict[str, Array]:
    """The arrays of an .npz or .npy file, or of all files in a folder."""
    files = sorted(glob.glob(os.path.join(path, "*.np[yz]"))) if os.path.isdir(path) else [path]
    found: Dict[str, Array] = {}
    for file in files:
        loaded = np.load(file)
        if isinstance(loaded, np.ndarray):
            found[os.path.splitext(os.path.basename(file))[0]] = loaded
        else:
            found.update({name: loaded[name] for name in loaded.files})
    return found


def as_array(value: Any) -> Array:
    """An array of numbers or text; that of pandas may hold them as objects."""
    array = np.asarray(value)
    return np.array(array.tolist()) if array.dtype.kind == "O" else array


def prepared_parts(parts: Sequence[Tuple[Array, Array]], config: Mapping[str, Any]) -> Any:
    """Inputs and targets of each part: train, test and, where there is one, validation."""
    facts = config["data.preprocessing"]
    found = [(inputs_from(x, facts), targets_from(y, facts["target"])) for x, y in parts]
    if len(found) > 1:
        return found
    inputs, targets = found[0]
    classes = None if facts["target"]["task"] == "regression" else targets
    rows = by_fraction(len(targets), config, classes)
    return [(inputs[part], targets[part]) for part in rows if part is not None]


def inputs_from(examples: Array, facts: Mapping[str, Any]) -> Array:
    """The inputs of the network: bytes as they are, other numbers standardised."""
    examples = examples.reshape([len(examples), *(facts["shape"] or [1])])
    if facts["channels_first"]:
        examples = np.moveaxis(examples, 1, -1)
    if facts["bytes"]:
        return examples
    values = (examples - np.array(facts["mean"])) / facts["deviation"]
    return np.clip(values, -1e6, 1e6).astype(np.float32)


def decoded(names: Array) -> Array:
    """Bytes as text: UTF-8, or else Latin-1, which has a character for each byte."""
    try:
        return np.char.decode(names, "utf-8")
    except UnicodeDecodeError:
        return np.char.decode(names, "latin-1")


def targets_from(targets: Array, facts: Mapping[str, Any]) -> Array:
    """The number of each class, or the numbers of a regression, scaled."""
    if facts["task"] == "regression":
        values = targets.reshape(len(targets), -1)
        return ((values - np.array(facts["mean"])) / facts["deviation"]).astype(np.float32)
    classes: List[str] = facts["classes"]
    if targets.size > len(targets):  # one-hot
        return targets.reshape(len(targets), -1).argmax(axis=1)
    plain = targets.reshape(-1)
    if plain.dtype.kind == "f":
        plain = plain.astype(np.int64)
    if plain.dtype.kind == "S":
        plain = decoded(plain)
    known = {name: number for number, name in enumerate(classes)}
    return np.array([known[str(one)] for one in plain.tolist()])
