"""Sessions with any metrics that their trainer declares, recorded as a host records them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

from recorded import STEP_S, Recording

from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import (
    DOWN,
    PERCENT,
    TRAINING,
    UP,
    VALIDATION,
    Metric,
    declaration_of,
)

Value = Callable[[Metric, int], float]

SEGMENTATION = (
    Metric("loss", "Loss", better=DOWN, on=(TRAINING, VALIDATION)),
    Metric("mae", "MAE", "mm", better=DOWN, on=(TRAINING, VALIDATION)),
    Metric("iou", "IoU", better=UP, format=PERCENT, on=(VALIDATION,)),
)
SCORE = (Metric("score", "Score", better=UP, on=(TRAINING,)),)


def value_at(metric: Metric, step: int) -> float:
    """Falls from 8, or rises to 1."""
    rest = 1.0 / (1.0 + step / 40.0)
    return 1.0 - rest if metric.better == UP or metric.format == PERCENT else 8.0 * rest


def record_declared(
    home: Path,
    metrics: Sequence[Metric],
    name: str = "task",
    steps: int = 200,
    value: Value = value_at,
    every: int = 50,
) -> SessionFolder:
    """A finished session of so many steps, evaluated and saved ``every`` so many."""
    recording = Recording(home, name)
    recording.event("ready", versions={"tensorflow": "2.13.1"}, devices=[])
    recording.event("started", steps=steps, batch_size=32, metrics=declaration_of(metrics))
    for first in range(1, steps + 1, every):
        count = min(every, steps + 1 - first)
        run = range(first, first + count)
        rows = {
            metric.name: array("f", (value(metric, step) for step in run)).tobytes()
            for metric in metrics
            if TRAINING in metric.on
        }
        if rows:
            end = recording.t + count * STEP_S
            recording.recorder.steps(first, count, recording.t, end, rows)
            recording.t = end
        recording.step = run[-1]
        _evaluate(recording, metrics, value)
    return recording.finished()


def _evaluate(recording: Recording, metrics: Sequence[Metric], value: Value) -> None:
    parts = dict.fromkeys(part for metric in metrics for part in metric.evaluated_on)
    tested = None
    for part in parts:
        found = {
            metric.name: _plain(value(metric, recording.step))
            for metric in metrics
            if part in metric.evaluated_on
        }
        recording.event("evaluated", metrics=found, on=part, seconds=0.01)
        tested = tested or {"step": recording.step, "metrics": found, "on": part}
    file = f"step-{recording.step:09}.npz"
    recording.event("checkpoint", file=file, sha256="0" * 64, bytes=4_200_000, tested=tested)


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def followed(folder: SessionFolder) -> RunState:
    """The state of a recording, read to its end."""
    follower = Follower(LocalSource(folder.path))
    try:
        state = follower.follow()
        while state.behind:
            state = follower.follow()
        return state
    finally:
        follower.close()


__all__ = ["SCORE", "SEGMENTATION", "followed", "record_declared", "value_at"]
