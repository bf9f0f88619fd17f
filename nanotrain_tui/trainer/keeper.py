"""The checkpoints of a session's folder: when one is due, which stay."""

import math
import os
import time
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from . import checkpoint
from .checkpoint import Checkpoint, Evaluation
from .protocol import Events
from .settings import Refused

Clock = Callable[[], float]  # seconds, monotonic


class Kept(NamedTuple):
    """A file of the folder; ``good``: it is whole, and of the past of this run."""

    name: str
    step: int
    tested: Optional[Evaluation]
    good: bool


class Keeper:
    """Writes checkpoints and keeps the last few and the best, those of earlier segments too."""

    def __init__(
        self, folder: Optional[str], events: Events, step: int = 0, clock: Clock = time.monotonic
    ) -> None:
        """``step`` is where the run goes on; what lies beyond it, a resume has gone back of."""
        self.folder, self._events, self._clock = folder, events, clock
        self._written_at = clock()
        self._kept: Dict[str, Kept] = {entry.name: entry for entry in files_of(folder, step)}

    def is_due(self, minutes: float) -> bool:
        """Whether so many minutes (0: never) have gone by since the last one, or the start."""
        return minutes > 0 and self._clock() - self._written_at >= 60.0 * minutes

    @property
    def last_good(self) -> Optional[str]:
        """The file to go back to."""
        order = self._order()
        return order[-1].name if order and order[-1].good else None

    def save(self, saved: Checkpoint, keep: int) -> None:
        """Write a checkpoint, tell of it and delete what is too much. Raises Refused."""
        if not self.folder:
            raise Refused("There is no folder for checkpoints.")
        if not all(np.isfinite(array).all() for array in saved.state.values()):
            raise Refused("No checkpoint was written: the weights are not finite.")
        try:
            file, sha256, size = checkpoint.save(self.folder, saved)
        except OSError as error:
            raise Refused("No checkpoint was written: {}.".format(error)) from error
        self._written_at = self._clock()
        self._kept[file] = Kept(file, saved.step, saved.tested, True)
        self._events.emit(
            "checkpoint", step=saved.step, file=file, sha256=sha256, bytes=size,
            accuracy=saved.tested.accuracy if saved.tested else None,
            best=self._best() == file,
        )  # fmt: skip
        self._remove_surplus(keep)

    def _order(self) -> List[Kept]:
        """The files, the first to go first."""
        return sorted(self._kept.values(), key=lambda entry: (entry.good, entry.step))

    def _best(self) -> Optional[str]:
        scored = [
            (_score(entry.tested), -entry.step, entry.name)
            for entry in self._kept.values()
            if entry.good and entry.tested
        ]
        return max(scored)[2] if scored else None

    def _remove_surplus(self, keep: int) -> None:
        best = self._best()
        for entry in self._order()[:-keep]:
            if entry.name != best:
                self._remove(entry.name)

    def _remove(self, name: str) -> None:
        try:
            os.unlink(os.path.join(self.folder or "", name))
        except FileNotFoundError:
            pass  # somebody was quicker
        except OSError as error:
            message = "The checkpoint {} stays: {}.".format(name, error)
            self._events.emit("warned", message=message)
            return
        del self._kept[name]
        self._events.emit("checkpoint_removed", file=name)


def _score(tested: Evaluation) -> Tuple[float, float]:
    """Higher is better: by accuracy, and where that is equal by the lower loss."""
    return tested.accuracy, -tested.loss if math.isfinite(tested.loss) else -math.inf


def files_of(folder: Optional[str], step: int) -> List[Kept]:
    """The checkpoints that lie in a folder; none where it cannot be read."""
    try:
        names = os.listdir(folder) if folder else []
    except OSError:
        names = []
    found = []
    for name in names:
        match = checkpoint.FILE_NAME.match(name)
        if match:
            about = checkpoint.head(os.path.join(folder or "", name))
            good = about is not None and about.step <= step
            tested = about.tested if about else None
            found.append(Kept(name, int(match.group(1)), tested, good))
    return found
