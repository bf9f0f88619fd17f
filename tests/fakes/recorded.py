"""Session folders with recordings, written as a host would, for tests that read them."""

from __future__ import annotations

import fcntl
import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import check, nest
from nanotrain_tui.session.folder import SessionFolder, create_session
from nanotrain_tui.session.recording.recorder import Recorder, create_recording

STEP_S = 0.001
BEATS_UNTIL = 4e9  # 2096, as Unix time
CREATED = "2024-05-06T07:08:09+02:00"


def loss_at(step: int) -> float:
    return 3.0 / (1.0 + step / 50.0)


def accuracy_at(step: int) -> float:
    return 1.0 - 1.0 / (1.0 + step / 50.0)


class Recording:
    """A session being recorded: call what happened, in order."""

    def __init__(
        self,
        home: Path,
        data: str = "mnist",
        created: str = CREATED,
        parent: tuple[str, int] | None = None,
        **keys: Any,
    ) -> None:
        """``parent`` makes it a fork: the other session's name and the step it goes on from."""
        self.config = nest(check({key.replace("__", "."): value for key, value in keys.items()}))
        self.folder: SessionFolder = create_session(str(home), data)
        name, from_step = parent or ("", 0)
        origin = {"session": name, "checkpoint": "parents", "step": from_step}
        create_recording(self.folder, created, self.config, json.dumps(origin) if parent else None)
        self.recorder = Recorder(self.folder)
        self.t = 0.0
        self.step = 0
        self.rate = 1e-4  # the learning rate of the next steps
        if parent:
            self.begin(from_step, resumed_from="parents")
            self.event("checkpoint", file="parents")
        else:
            self.begin()

    def begin(self, from_step: int = 0, **body: Any) -> None:
        self.recorder.begin_segment(self.t, "2024-05-06T07:08:09+02:00", from_step, {})
        self.step = from_step
        self.event("configured", **{"config": self.config, "who": "someone@board", **body})

    def started(self, steps: int = 1000, **body: Any) -> Recording:
        self.event("ready", versions={"tensorflow": "2.13.1"}, devices=[])
        data = {"name": "mnist", "source": "MNIST in /data", "train": 60000, "test": 10000}
        self.event("started", steps=steps, batch_size=100, parameters=814090, data=data, **body)
        return self

    def steps(
        self,
        count: int,
        chunk: int = 50,
        commit: bool = True,
        losses: Mapping[int, float] | None = None,
    ) -> Recording:
        """``count`` updates; ``losses`` overrules the formula at single steps."""
        while count > 0:
            size = min(chunk, count)
            run = range(self.step + 1, self.step + size + 1)
            metrics = {
                "loss": ((losses or {}).get(step, loss_at(step)) for step in run),
                "accuracy": (accuracy_at(step) for step in run),
                "learning_rate": (self.rate for _ in run),
            }
            end = self.t + size * STEP_S
            self.recorder.steps(run[0], size, self.t, end, bytes_of(metrics))
            self.others(run, end)
            if commit:
                self.recorder.commit()
            self.t, self.step, count = end, run[-1], count - size
        return self

    def others(self, run: range, t: float) -> None:
        """Record what else there is of these updates, done at ``t``."""

    def evaluated(self, loss: float | str = 0.5, accuracy: float | None = 0.9) -> Recording:
        self.event("evaluated", loss=loss, accuracy=accuracy, seconds=0.01)
        return self

    def event(self, kind: str, **body: Any) -> None:
        self.recorder.event(self.t, self.step, kind, body)

    def alive(self) -> AbstractContextManager[None]:
        """As while a host runs."""
        return held(self.folder)

    def close(self) -> SessionFolder:
        self.recorder.finish()
        return self.folder

    def finished(self) -> SessionFolder:
        self.event("finished")
        return self.close()


@contextmanager
def held(folder: SessionFolder) -> Iterator[None]:
    """As by a host that lives: its lock is taken and, however slow the test, its heart beats."""
    with Path(folder.lock).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.utime(lock.fileno(), (BEATS_UNTIL, BEATS_UNTIL))
        yield


def tutorial_run(home: Path, **options: Any) -> SessionFolder:
    """A finished session of 1000 steps with 11 evaluations."""
    recording = Recording(home, **options).started()
    recording.steps(1)
    recording.evaluated(loss=2.0, accuracy=0.1)
    for done in range(1, 1000, 100):
        recording.steps(min(100, 1000 - done))
        recording.evaluated(loss=loss_at(recording.step), accuracy=accuracy_at(recording.step))
    return recording.finished()


def bytes_of(metrics: Mapping[str, Iterable[float]]) -> dict[str, bytes]:
    """Values by metric, as a row of steps holds them."""
    return {name: array("f", values).tobytes() for name, values in metrics.items()}
