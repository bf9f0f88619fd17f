"""The trainer against Keras, the tutorial's own code and the matrix products alone.

A case is a network and a batch size. All contestants of a case train it with Adam for the same
steps on the same data, each in a process of its own, one after the other, several rounds. Seconds
depend on the machine; what is worth reading is the ratio to Keras, once as the median of the
rounds' ratios and once of each one's fastest round, since other work on the machine only ever adds
time.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nanotrain_tui.trainer import data

HELP = "the trainer against Keras fit, the tutorial's code and the NumPy bound"
BASELINE = "keras fit, tf.data"
Contestants = dict[str, tuple[str, ...]]
TRAINER: Contestants = {
    "trainer (auto)": ("trainer", "auto"),
    "trainer, fused": ("trainer", "fused"),
    "trainer, plain": ("trainer", "plain"),
    "trainer, xla": ("trainer", "xla"),
    "trainer, block": ("trainer", "block"),
}
KERAS: Contestants = {
    BASELINE: ("keras_fit",),
    "keras fit, 100 steps a call": ("keras_fit", "100"),
}


class Case(NamedTuple):
    """``network`` is one of ``contestants.networks``; ``share`` of the steps are made."""

    title: str
    batch_size: int
    share: float
    contestants: Contestants


CASES = {
    "tutorial": Case(
        "the tutorial's network, 1,024 units", 100, 1.0,
        {
            BASELINE: KERAS[BASELINE], "tutorial's code, compat.v1": ("tutorial_v1",), **TRAINER,
            "products and fused Adam": ("products_adam",), "products, NumPy": ("numpy_bound",),
        },
    ),
    "small": Case("16 units", 10, 5.0, {**KERAS, **TRAINER}),
    "lenet": Case("lenet", 100, 0.5, {**KERAS, **TRAINER}),
}  # fmt: skip
Times = dict[str, float]  # steps_s and first_s: until the first step is done


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of this benchmark."""
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--data", help="a folder with MNIST; without it random images")
    parser.add_argument("--python", default=sys.executable, help="a Python with TensorFlow")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print. The exit status."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        write_data(Path(folder), arguments.data)
        for case in arguments.cases:
            rounds = []
            for number in range(arguments.rounds):
                print(f"{case}: round {number + 1} of {arguments.rounds}", file=sys.stderr)
                rounds.append(one_round(arguments, case, folder))
            results[case] = dict(summary(rounds), steps=steps_of(arguments, case))
    found = {"environment": environment(arguments.python), "cases": results}
    print(json.dumps(found, indent=1) if arguments.json else table(found))
    return 0


def steps_of(arguments: argparse.Namespace, case: str) -> int:
    """The steps of a case: more where they are short."""
    return max(1, int(arguments.steps * CASES[case].share))


def one_round(arguments: argparse.Namespace, case: str, folder: str) -> dict[str, Times]:
    """Each contestant of a case once."""
    times = {}
    steps, batch_size = steps_of(arguments, case), CASES[case].batch_size
    for name, (module, *options) in CASES[case].contestants.items():
        command = [arguments.python, "-m", f"benchmarks.contestants.{module}", folder]
        command += [str(steps), str(batch_size), case, *options]
        environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
        times[name] = json.loads(done.stdout.splitlines()[-1])
        print(f"  {name}: {times[name]['steps_s']:.2f} s", file=sys.stderr)
    return times


def summary(rounds: Sequence[Mapping[str, Times]]) -> dict[str, Any]:
    """Medians over the rounds; each ratio is taken within its round first."""
    contestants = {}
    for name in rounds[0]:
        ratios = [times[name]["steps_s"] / times[BASELINE]["steps_s"] for times in rounds]
        contestants[name] = {
            "ratio": statistics.median(ratios),
            "ratios": ratios,
            "best_ratio": fastest(rounds, name) / fastest(rounds, BASELINE),
            "steps_s": statistics.median(times[name]["steps_s"] for times in rounds),
            "first_s": statistics.median(times[name]["first_s"] for times in rounds),
        }
    return {"rounds": len(rounds), "baseline": BASELINE, "contestants": contestants}


def fastest(rounds: Sequence[Mapping[str, Times]], name: str) -> float:
    """The seconds of a contestant's fastest round."""
    return min(times[name]["steps_s"] for times in rounds)


def table(found: Mapping[str, Any]) -> str:
    """The result as text, a line a contestant."""
    lines = [found["environment"]]
    for case, result in found["cases"].items():
        lines += [
            "",
            f"{CASES[case].title}: {result['steps']} steps of {CASES[case].batch_size} images, "
            f"median of {result['rounds']} rounds",
            f"{'':28}{'ratio':>7} {'of fastest':>11}  {'a step':>9}  {'first step':>10}",
        ]
        for name, times in result["contestants"].items():
            step_ms = 1000 * times["steps_s"] / result["steps"]
            lines.append(
                f"{name:28}{times['ratio']:7.3f} {times['best_ratio']:11.3f}"
                f"  {step_ms:6.3f} ms  {times['first_s']:8.2f} s"
            )
    return "\n".join(lines)


def write_data(folder: Path, mnist: str | None) -> None:
    """The same mnist.npz for all: MNIST from a folder, else random images of its shape."""
    if mnist is None:
        random = np.random.RandomState(1)
        images = random.randint(0, 256, (70000, 28, 28), np.uint8)
        labels = random.randint(0, 10, 70000).astype(np.uint8)
        parts = (images[:60000], labels[:60000], images[60000:], labels[60000:])
    else:
        found = data.load({"data.name": "mnist", "data.dir": mnist}, lambda *_: None)
        parts = (found.train.inputs, found.train.targets, found.test.inputs, found.test.targets)
    names = ("x_train", "y_train", "x_test", "y_test")
    np.savez(folder / "mnist.npz", **dict(zip(names, parts, strict=True)))


def environment(python: str) -> str:
    """Processor, cores, TensorFlow and NumPy of the Python that was measured."""
    code = "import tensorflow as tf, numpy as np; print(tf.__version__, np.__version__)"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    tensorflow, numpy = done.stdout.split()[-2:]
    cores = len(os.sched_getaffinity(0))
    return f"{platform.machine()}, {cores} cores, TensorFlow {tensorflow}, NumPy {numpy}"
