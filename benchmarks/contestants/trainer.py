"""The project's trainer, in its own process, as the host runs it: every step reported."""
# ruff: noqa: UP006, UP035

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List

from .common import arguments, report

TRAINER = Path(__file__).resolve().parents[2] / "nanotrain_tui" / "trainer"


def configuration(folder: Path, steps: int, batch_size: int, xla: str) -> Dict[str, Any]:
    """The tutorial's network; evaluated at the end only, as the others are not at all."""
    return {
        "data.name": "mnist", "data.dir": str(folder),
        "layers": [{"units": 1024, "activation": "relu"}], "output": "softmax",
        "model.initializer": "tutorial", "loss.name": "categorical_crossentropy",
        "optimizer.name": "adam", "optimizer.learning_rate": 0.0001,
        "train.batch_size": batch_size, "train.steps": steps, "train.eval_every": 10**9,
        "train.seed": 1, "trainer.xla": xla,
    }  # fmt: skip


def train(config: Dict[str, Any]) -> List[Dict[str, Any]]:
    """The trainer's events, each with the time it was read at in ``read_s``."""
    start = json.dumps({"id": 1, "do": "start", "config": config}).encode() + b"\n"
    with subprocess.Popen(
        [sys.executable, str(TRAINER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(start)
        process.stdin.flush()
        events = [dict(json.loads(line), read_s=time.perf_counter()) for line in process.stdout]
    if events[-1]["event"] != "finished":
        raise SystemExit(str(events[-1]))
    return events


def first(events: List[Dict[str, Any]], **wanted: Any) -> Dict[str, Any]:
    """The first event that has these values."""
    return next(event for event in events if wanted.items() <= event.items())


events = train(configuration(*arguments(), sys.argv[4]))
blocks = [event for event in events if event["event"] == "steps"]
assert sum(block["count"] for block in blocks) == arguments()[1]
building = first(events, event="progress", what="building the network")
started = first(events, event="started")
assert started["xla"] == (sys.argv[4] == "on")
report(started["read_s"] - building["read_s"], blocks[-1]["t1"] - blocks[0]["t0"])
