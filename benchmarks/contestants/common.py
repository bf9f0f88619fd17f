"""What the contestants share; they run on the board's Python too."""
# ruff: noqa: UP006, UP035

import json
import sys
from pathlib import Path
from typing import Any, Tuple

import numpy as np


def arguments() -> Tuple[Path, int, int]:
    """Folder with mnist.npz, steps, batch size."""
    return Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


def training_data(folder: Path) -> Tuple[Any, Any]:
    """Images float32 (n, 784) between 0 and 1, labels one-hot float32 (n, 10)."""
    with np.load(folder / "mnist.npz") as arrays:
        images = arrays["x_train"].reshape(-1, 784).astype(np.float32) / 255
        return images, np.eye(10, dtype=np.float32)[arrays["y_train"]]


def report(first_s: float, steps_s: float) -> None:
    """The last line of output."""
    print(json.dumps({"first_s": first_s, "steps_s": steps_s}))
