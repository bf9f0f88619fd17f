"""Loaders of data for a program without nanotrain: the exported script copies these functions."""

import glob
import gzip
import os
from typing import Any, Mapping, Optional

import numpy as np

from .parts import LIMIT, VALIDATION


def from_nanotrain(config: Mapping[str, Any], place: Optional[str]) -> Any:
    """Without --data nanotrain, which must be installed, makes or finds the data.

    --data names a folder with four IDX files as MNIST has them, or an .npz file.
    """
    if place is not None:
        return arrays_in(place)
    try:
        from nanotrain_tui.trainer import data
    except ImportError:
        raise SystemExit("nanotrain loads this data: install it, or use --data.") from None
    whole = {key: value for key, value in config.items() if key not in (LIMIT, VALIDATION)}
    found = data.load(whole, lambda _what, _fraction: None)
    return tuple((part.inputs, part.targets) for part in (found.train, found.test))


def arrays_in(place: str) -> Any:
    """Images and labels, for training and for testing, in a folder of IDX files or an .npz file."""
    archives = sorted(glob.glob(os.path.join(place, "*.npz")))
    if archives:
        place = archives[0]
    if place.endswith(".npz"):
        with np.load(place) as arrays:
            return tuple((arrays["x_" + part], arrays["y_" + part]) for part in ("train", "test"))
    return tuple(
        (idx_array(place, part + "-images"), idx_array(place, part + "-labels"))
        for part in ("train", "t10k")
    )


def idx_array(folder: str, name: str) -> Any:
    """An IDX file: a magic number, the lengths as big-endian 32-bit numbers, the bytes."""
    found = sorted(glob.glob(os.path.join(folder, name + "*")))
    if not found:
        raise SystemExit("There is no {}* in {}.".format(name, folder))
    with open(found[0], "rb") as file:
        content = file.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    lengths = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(lengths)
