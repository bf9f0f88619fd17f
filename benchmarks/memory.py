"""The estimate of ``catalog/memory_estimate.py`` against the memory a trainer really takes.

Each configuration is trained for a few seconds by a trainer process of its own, which evaluates and
writes checkpoints; its peak is the kernel's: ``ru_maxrss``, the same as ``VmHWM``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nanotrain_tui
from nanotrain_tui.catalog import check, trainer_config
from nanotrain_tui.catalog.memory_estimate import MemoryNeed, estimate
from nanotrain_tui.trainer_python.inspection import inspect_data

HELP = "the estimate of the memory a training needs against what it takes"
TRAINER = Path(nanotrain_tui.__file__).parent / "trainer"
MB = 1 << 20
LENET = "conv 6 5x5, pool 2, conv 16 5x5 valid, pool 2, flatten, dense 120, dense 84"
DEEP = "conv 32 3x3, batchnorm, conv 32 3x3, pool 2, dropout 0.3, conv 64 3x3, pool 2, flatten"
SEPARABLE = "conv 32 3x3, separable 64 3x3, pool 2, separable 64 3x3, layernorm, global-avgpool"
CASES: tuple[tuple[str, int, str], ...] = (  # layers, batch, optimizer
    ("none", 100, "sgd"),
    ("1024", 100, "sgd"),
    ("1024", 100, "adam"),
    ("1024", 10000, "adam"),
    ("256, 256, 256, 256", 10000, "rmsprop"),
    ("4096, 4096", 100, "sgd"),
    ("4096, 4096", 100, "adam"),
    ("4096, 4096", 1000, "nadam"),
    ("4096, 4096", 5000, "adam"),
    ("8192, 8192", 100, "adam"),
    (LENET, 100, "adam"),
    (LENET, 2000, "adam"),
    (DEEP, 100, "adam"),
    (DEEP, 1000, "sgd"),
    (SEPARABLE, 1000, "adam"),
)

SMALL_CNN = "conv 32 3x3, batchnorm, pool 2, conv 64 3x3, batchnorm, pool 2, flatten, dense 128"
OF_PICTURES: tuple[tuple[str, int, str], ...] = (
    (SMALL_CNN, 16, "adam"), (SMALL_CNN, 64, "adam"), (SMALL_CNN, 256, "adam"),
    (DEEP, 32, "adam"), (DEEP, 128, "sgd"), (SEPARABLE, 32, "adam"), (SEPARABLE, 128, "adam"),
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of this benchmark."""
    parser.add_argument("--python", default=sys.executable, help="a Python with TensorFlow")
    parser.add_argument("--data", help="a folder with MNIST; without it digits are drawn")
    parser.add_argument("--folder", help="a folder of pictures, for networks of convolutions alone")
    parser.add_argument("--seconds", type=float, default=5.0, help="of training, for each")
    parser.add_argument("--xla", choices=("auto", "off"), default="auto")
    parser.add_argument("--first", type=int, default=len(CASES), help="only so many cases")
    parser.add_argument("--skip", type=int, default=0, help="without so many cases at the start")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print. The exit status: 1 where an estimate is more than 10 % too low."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cases = OF_PICTURES if arguments.folder else CASES
        for layers, batch, optimizer in cases[arguments.skip :][: arguments.first]:
            config = configuration(arguments, folder, layers, batch, optimizer)
            need = _estimate(arguments.python, config)
            loaded_mb, peak_mb = measure(arguments.python, config, arguments.seconds)
            row = {
                "layers": layers, "batch_size": batch, "optimizer": optimizer,
                "loaded_mb": loaded_mb, "peak_mb": peak_mb, "estimate": need._asdict(),
            }  # fmt: skip
            rows.append(row)
            if not arguments.json:
                print(line(row), flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=1))
    return int(any(off(row) < -0.10 for row in rows))


def configuration(
    arguments: argparse.Namespace, folder: str, layers: str, batch: int, optimizer: str
) -> dict[str, Any]:
    """The configuration for the trainer: it evaluates, writes checkpoints and comes to no end."""
    values = {
        "model.layers" if " " in layers and layers[0].isalpha() else "model.hidden": layers,
        "train.batch_size": batch, "optimizer.name": optimizer,
        "model.initializer": "glorot_uniform", "train.steps": 10**6, "train.checkpoint_every": 20,
        "train.checkpoint_keep": 1, "trainer.xla": arguments.xla,
        "data.name": "mnist" if arguments.data else "digits", "data.dir": arguments.data or "",
    }  # fmt: skip
    if arguments.folder:
        values |= {"data.name": "folder", "data.path": str(Path(arguments.folder).resolve())}
        del values["data.dir"]
    config = trainer_config(check(values))
    return {**config, "data_dirs": [], "cache_dir": folder, "checkpoint_dir": folder}


def _estimate(python: str, config: Mapping[str, Any]) -> MemoryNeed:
    facts = inspect_data([python, str(TRAINER)], config)
    numbers = (facts["shape"], facts["classes"], facts["train"], facts["test"])
    return estimate(config, *numbers, tensorflow=facts["tensorflow_version"] or "")


def measure(python: str, config: Mapping[str, Any], seconds: float) -> tuple[float, float]:
    """MB in memory once TensorFlow is loaded, and at the highest."""
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    trainer = subprocess.Popen(
        [python, str(TRAINER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    assert trainer.stdin is not None and trainer.stdout is not None
    with trainer.stdin as stdin, trainer.stdout as stdout:
        stdin.write(json.dumps({"do": "start", "id": 1, "config": config}).encode() + b"\n")
        stdin.flush()
        loaded_mb, stop_at = 0.0, None
        for event in map(json.loads, stdout):
            if event["event"] == "ready":
                loaded_mb = _resident_mb(trainer.pid)
            elif event["event"] == "failed":
                raise SystemExit(f"{config['layers']}: {event['message']}")
            elif event["event"] == "steps" and stop_at is None:
                stop_at = time.monotonic() + seconds
            if stop_at is not None and time.monotonic() > stop_at:
                stdin.write(b'{"do": "stop", "id": 2}\n')
                stdin.flush()
                stop_at = float("inf")
    _, _, usage = os.wait4(trainer.pid, 0)
    trainer.returncode = 0
    return loaded_mb, usage.ru_maxrss / 1024


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def off(row: Mapping[str, Any]) -> float:
    """By which share of the truth the estimate is too high; below 0 it is too low."""
    return float(row["estimate"]["total_mb"] / row["peak_mb"] - 1)


def line(row: Mapping[str, Any]) -> str:
    """One case for people."""
    what = f"{row['layers']}, batch {row['batch_size']}, {row['optimizer']}"
    took = f"took {row['peak_mb']:,.0f} MB ({row['loaded_mb']:,.0f} loaded)"
    return f"{what:44} {took:34} estimate {row['estimate']['total_mb']:,.0f} MB ({off(row):+.0%})"
