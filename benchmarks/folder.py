"""A folder of pictures: seconds per epoch of the trainer and of Keras, in one run.

All train the same network on the same JPEGs, each in a process of its own, one after the other,
several rounds. An epoch is one after the first, in which pictures are decoded. The goals are those
of the trainer with its cache: at most 0.7 of Keras with ``cache()``, 0.5 of Keras without it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from .engine import environment

HELP = "seconds per epoch on a folder of pictures, against Keras with and without cache()"
OURS, OURS_FILES = "trainer", "trainer, cache off"
KERAS, KERAS_FILES = "keras, cache()", "keras, no cache"
CONTESTANTS = {
    OURS: ("folder_trainer", "cache"), OURS_FILES: ("folder_trainer", "files"),
    KERAS: ("folder_keras", "cache"), KERAS_FILES: ("folder_keras", "files"),
}  # fmt: skip
GOALS = {KERAS: 0.7, KERAS_FILES: 0.5}
CASES = {"small": "16 units", "lenet": "lenet"}
BATCH = 32
Seconds = dict[str, dict[str, float]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of this benchmark."""
    parser.add_argument("--pictures", type=int, default=960)
    parser.add_argument("--side", type=int, default=64, help="of an input, in pixels")
    parser.add_argument("--epochs", type=int, default=4, help="that are measured")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--python", default=sys.executable, help="a Python with TensorFlow")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print. The exit status: 1 if a goal is not reached."""
    results = {}
    for case in arguments.cases:
        rounds = []
        for number in range(arguments.rounds):
            print(f"{case}: round {number + 1} of {arguments.rounds}", file=sys.stderr)
            rounds.append(one_round(arguments, case))
        results[case] = summary(rounds, arguments.epochs)
    found = {
        "environment": environment(arguments.python), "pictures": arguments.pictures,
        "side": arguments.side, "rounds": arguments.rounds, "cases": results,
    }  # fmt: skip
    print(json.dumps(found, indent=1) if arguments.json else table(found))
    return 0 if all(result["reached"] for result in results.values()) else 1


def one_round(arguments: argparse.Namespace, case: str) -> Seconds:
    """Each contestant once, on new files."""
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        call(arguments.python, "folder_pictures", folder, str(arguments.pictures))
        for name, (module, option) in CONTESTANTS.items():
            given = (folder, str(arguments.epochs), str(BATCH), case, option)
            output = call(arguments.python, module, *given, str(arguments.side))
            times[name] = json.loads(output.splitlines()[-1])
            epoch = times[name]["steps_s"] / arguments.epochs
            print(f"  {name}: {epoch:.3f} s an epoch", file=sys.stderr)
    return times


def call(python: str, module: str, *given: str) -> str:
    """What a contestant prints."""
    command = [python, "-m", f"benchmarks.contestants.{module}", *given]
    environ = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    done = subprocess.run(command, capture_output=True, text=True, env=environ)
    if done.returncode != 0:
        raise SystemExit(f"{module} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def summary(rounds: Sequence[Seconds], epochs: int) -> dict[str, Any]:
    """Medians over the rounds; each ratio is taken within its round first."""
    contestants = {
        name: {
            "epoch_s": statistics.median(times[name]["steps_s"] for times in rounds) / epochs,
            "first_s": statistics.median(times[name]["first_s"] for times in rounds),
        }
        for name in rounds[0]
    }
    ratios = {
        name: statistics.median(times[OURS]["steps_s"] / times[name]["steps_s"] for times in rounds)
        for name in GOALS
    }
    reached = all(ratios[name] <= goal for name, goal in GOALS.items())
    return {"contestants": contestants, "ratios": ratios, "reached": reached}


def table(found: Mapping[str, Any]) -> str:
    """The result as text."""
    lines = [
        found["environment"],
        f"{found['pictures']:,} JPEGs of 240 x 320 pixels, inputs of {found['side']} x "
        f"{found['side']} x 3, median of {found['rounds']} rounds",
    ]
    for case, result in found["cases"].items():
        lines += ["", f"{CASES[case]:20}  {'an epoch':>10}  {'first epoch':>11}"]
        for name, times in result["contestants"].items():
            lines.append(f"{name:20}  {times['epoch_s']:8.3f} s  {times['first_s']:9.2f} s")
        for name, ratio in result["ratios"].items():
            verdict = "reached" if ratio <= GOALS[name] else "not reached"
            lines.append(f"{ratio:.2f} of {name}; goal {GOALS[name]:g}: {verdict}")
    return "\n".join(lines)
