"""What the contestants share; they run on the board's Python too."""
# ruff: noqa: UP006, UP035

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

import numpy as np

TRAINER = Path(__file__).resolve().parents[2] / "nanotrain_tui" / "trainer"


class Arguments(NamedTuple):
    """The command line; ``network`` is a key of ``networks.NETWORKS``."""

    folder: Path
    steps: int
    batch_size: int
    network: str
    options: List[str]


def arguments() -> Arguments:
    """Those of this program."""
    folder, steps, batch_size, network, *options = sys.argv[1:]
    return Arguments(Path(folder), int(steps), int(batch_size), network, options)


def training_data(folder: Path) -> Tuple[Any, Any]:
    """Images float32 (n, 28, 28) between 0 and 1, labels one-hot float32 (n, 10)."""
    with np.load(folder / "mnist.npz") as arrays:
        images = arrays["x_train"].astype(np.float32) / 255
        return images, np.eye(10, dtype=np.float32)[arrays["y_train"]]


def events_of(config: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
    """The trainer's events, each with the time it was read at in ``read_s``."""
    start = json.dumps({"id": 1, "do": "start", "config": config}).encode() + b"\n"
    with subprocess.Popen(
        [sys.executable, str(TRAINER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(start)
        process.stdin.flush()
        for line in process.stdout:
            yield dict(json.loads(line), read_s=time.perf_counter())


def report(first_s: float, steps_s: float) -> None:
    """The last line of output."""
    print(json.dumps({"first_s": first_s, "steps_s": steps_s}))
