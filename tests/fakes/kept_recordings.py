"""Writes the recordings that are kept in tests/data, by the code that is there when it runs.

``PYTHONPATH=. python tests/fakes/kept_recordings.py FOLDER`` writes those of each schema that are
not there. Files that are kept are not written again: that they open is the test.
"""

import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from recorded import Recording, accuracy_at, bytes_of

from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import STANDARD, Metric, declaration_of
from nanotrain_tui.session.recording.reader import SessionReader

IOU = Metric("iou", "IoU", "", "up", "percent", ("training", "test"), "interval")


class OtherMetrics(Recording):
    """Of schema 2: a metric more, of which every tenth update has a value."""

    def started(self, steps: int = 1000, **body: Any) -> Recording:
        return super().started(steps, metrics=declaration_of((*STANDARD, IOU)), **body)

    def others(self, run: range, t: float) -> None:
        for step in (step for step in run if step % 10 == 0):
            self.recorder.steps(step, 1, t, t, bytes_of({"iou": [accuracy_at(step)]}))

    def evaluated(self, loss: float | str = 0.5, accuracy: float | None = 0.9) -> Recording:
        metrics = {"loss": loss, "accuracy": accuracy, "iou": accuracy_at(self.step)}
        beside = {"loss": loss, "accuracy": accuracy}
        self.event("evaluated", metrics=metrics, on="test", seconds=0.01, **beside)
        return self


SCHEMAS: dict[int, type[Recording]] = {1: Recording, 2: OtherMetrics}


def finished(home: Path, kind: type[Recording] = Recording) -> SessionFolder:
    """300 steps without an incident, compacted: three evaluations, a checkpoint, telemetry."""
    recording = kind(home, train__steps=300).started(steps=300)
    for _ in range(3):
        recording.steps(100)
        sample(recording, power_mw=5000)
        recording.evaluated(loss=0.5, accuracy=0.8 + recording.step / 3000)
    file = {"file": "step-000000300.npz", "sha256": "0" * 64, "bytes": 1000}
    recording.event("checkpoint", accuracy=0.9, best=True, **file)
    return recording.finished()


def interrupted(home: Path, kind: type[Recording] = Recording) -> SessionFolder:
    """Resumed from step 100 after a crash at 180, edited twice, no number at step 150 of the
    second run, paused after 220; then its host was killed."""
    recording = kind(home, train__steps=300).started(steps=300)
    recording.steps(100).evaluated(loss=0.7, accuracy=0.8)
    edit(recording, "optimizer.learning_rate", 1e-4, 5e-5)
    recording.steps(80)
    crash = {"exit_status": -9, "log_tail": ["Killed"], "resuming": True}
    recording.event("crashed", reason="out of memory", **crash)
    recording.t += 2.0
    recording.begin(from_step=100)
    recording.started(steps=300)
    for step in range(101, 221, 20):
        recording.steps(20, chunk=20, losses={150: math.nan, 160: math.inf})
        sample(recording, power_mw=4000 + step)
        recording.t += 1.0
    edit(recording, "train.batch_size", 100, 50)
    recording.evaluated(loss="nan", accuracy=0.7)
    recording.event("paused", who="ann@nano")
    recording.recorder.commit()
    return recording.folder


def sample(recording: Recording, power_mw: int) -> None:
    body = {"source": "tegrastats", "power_total_mw": power_mw, "ram_used_mb": 2700}
    recording.recorder.sample(recording.t, recording.step, body)


def edit(recording: Recording, key: str, old: float, new: float) -> None:
    changes = {key: [old, new]}
    recording.event("edited", who="ann@nano", changes=changes, retraced=False, scripted=False)


def main(folder: Path) -> None:
    for schema, kind in SCHEMAS.items():
        for make in (finished, interrupted):
            kept = folder / f"schema-{schema}-{make.__name__}.nanotrain"
            if kept.exists():
                continue
            with (
                tempfile.TemporaryDirectory() as home,
                SessionReader(make(Path(home), kind)) as reader,
            ):
                reader.backup(str(kept))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
