"""Writing small MNIST folders."""

import gzip
import struct
from pathlib import Path

import numpy as np

TRAIN, TEST = 30, 20

IDX_NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


def idx_bytes(values: np.ndarray, kind: int = 8) -> bytes:
    """``values`` as an IDX file."""
    header = struct.pack(f">4B{values.ndim}I", 0, 0, kind, values.ndim, *values.shape)
    return header + values.tobytes()


def small_arrays(train: int = TRAIN, test: int = TEST, side: int = 6):
    """Images and labels that agree with each other."""
    random = np.random.RandomState(5)
    arrays = {}
    for split, count in (("train", train), ("test", test)):
        arrays[split + "_images"] = random.randint(0, 256, (count, side, side)).astype(np.uint8)
        arrays[split + "_labels"] = (np.arange(count) % 10).astype(np.uint8)
    return arrays


def write_idx(folder: Path, arrays, zipped: bool = False) -> None:
    """The four IDX files in ``folder``."""
    for part, values in arrays.items():
        name, content = IDX_NAMES[part], idx_bytes(values)
        if zipped:
            name, content = name + ".gz", gzip.compress(content)
        (folder / name).write_bytes(content)
