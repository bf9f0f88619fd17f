"""Recorded rows in memory, for what folds them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nanotrain_tui.session.recording.records import Batch, Event, Sample, Segment, Steps

Row = Segment | Event | Steps | Sample
CONFIG = {
    "model": {"hidden": "1024", "activation": "relu"},
    "train": {"steps": 1000, "epochs": 0, "eval_every": 100, "batch_size": 100},
}


class Rows(list[Row]):
    """Rows of one session: call what happened, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.t = 0.0
        self.step = 0
        self.segment_seq = 0

    @property
    def seq(self) -> int:
        return len(self) + 1

    def segment(self, from_step: int = 0, environment: Mapping[str, Any] | None = None) -> Rows:
        self.segment_seq = self.seq
        self.step = from_step
        begun = "2026-05-06T07:08:09+02:00"
        self.append(Segment(self.seq, self.t, begun, from_step, dict(environment or {})))
        return self

    def event(self, kind: str, **body: Any) -> Rows:
        self.append(Event(self.seq, self.segment_seq, self.t, self.step, kind, body))
        return self

    def begin(
        self,
        from_step: int = 0,
        steps: int = 1000,
        metrics: dict[str, Any] | None = None,
        **config: Any,
    ) -> Rows:
        """A segment up to the first update; ``metrics``: what the trainer declares."""
        self.segment(from_step).event("configured", config={**CONFIG, **config}, who="ada@nano")
        self.event("ready", versions={"tensorflow": "2.13.1"}, devices=[])
        return self.event(
            "started",
            step=from_step,
            steps=steps,
            batch_size=100,
            parameters=814090,
            data={"name": "mnist", "train": 60000, "test": 10000},
            **({"metrics": metrics} if metrics else {}),
        )

    def steps(
        self,
        losses: Sequence[float],
        accuracies: Sequence[float] | None = None,
        seconds: float = 0.5,
    ) -> Rows:
        """Updates that took so long together, as the host commits them: one row a metric."""
        first, t0 = self.step + 1, self.t
        self.t += seconds
        self.step += len(losses)
        metrics = {
            "loss": losses,
            "accuracy": accuracies or [0.5] * len(losses),
            "learning_rate": [1e-4] * len(losses),
        }
        for metric, values in metrics.items():
            data = array("f", values)
            self.append(Steps(self.seq, self.segment_seq, metric, first, t0, self.t, data))
        return self

    def evaluated(self, loss: Any, accuracy: Any, seconds: float = 0.1) -> Rows:
        self.t += seconds
        return self.event("evaluated", loss=loss, accuracy=accuracy, seconds=seconds)

    def sample(self, **body: Any) -> Rows:
        self.append(Sample(self.seq, self.segment_seq, self.t, self.step, body))
        return self


def batch_of(rows: Iterable[Row]) -> Batch:
    """One batch with these rows."""
    kept = list(rows)
    return Batch(
        [row for row in kept if isinstance(row, Segment)],
        [row for row in kept if isinstance(row, Event)],
        [row for row in kept if isinstance(row, Steps)],
        [row for row in kept if isinstance(row, Sample)],
        max((row.seq for row in kept), default=0),
    )
