"""The checkpoints of a session's folder: when one is due, which stay, and which is the best."""

import math
import os
import time
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from ..protocol import Events, Failed
from ..settings import Refused
from . import files as checkpoint
from .files import Checkpoint, Evaluation

Clock = Callable[[], float]  # seconds, monotonic
BEST_EVERY_S = 60.0  # between two writes of the best network: SD cards wear


class Kept(NamedTuple):
    """A checkpoint file. ``good``: it is complete, and this run has made its steps."""

    name: str
    step: int
    tested: Optional[Evaluation]
    good: bool


class CheckpointManager:
    """Writes checkpoints. Keeps the newest ones and the best one, also those of earlier segments.

    The network of the best evaluation is held in memory, in one copy, until it is written.
    """

    def __init__(
        self,
        folder: Optional[str],
        events: Events,
        files: Sequence[Kept] = (),
        clock: Clock = time.monotonic,
    ) -> None:
        """``files`` are those in the folder: see ``files_of``."""
        self.folder, self._events, self._clock = folder, events, clock
        self._written_at = self._best_written_at = clock()
        self._kept: Dict[str, Kept] = {entry.name: entry for entry in files}
        self._held: Optional[Checkpoint] = None

    def is_due(self, minutes: float) -> bool:
        """Whether this many minutes have passed since the last one or the start; 0 means never."""
        return minutes > 0 and self._clock() - self._written_at >= 60.0 * minutes

    @property
    def best_is_due(self) -> bool:
        """Whether the best network is held and the last one was written a minute ago."""
        return self._held is not None and self._clock() - self._best_written_at >= BEST_EVERY_S

    @property
    def held_step(self) -> Optional[int]:
        """The step of the network that is held in memory."""
        return self._held.step if self._held else None

    @property
    def last_good(self) -> Optional[str]:
        """The newest file that a run can be restored from."""
        order = self._order()
        return order[-1].name if order and order[-1].good else None

    def hold_if_best(self, tested: Evaluation, copy: Callable[[], Checkpoint]) -> None:
        """Keep ``copy()`` in memory if its evaluation is better than all earlier ones."""
        if not self.folder or not self._is_better(tested, self._held and self._held.tested):
            return
        self._held = None  # before the new copy is made: never two
        saved = copy()
        if _is_finite(saved):
            self._held = saved
            self._events.emit("held", step=saved.step)

    def save(self, saved: Checkpoint, keep: int) -> None:
        """Write a checkpoint, report it and delete surplus files. Raises Refused."""
        if not self.folder:
            raise Refused("There is no folder for checkpoints.")
        self._written_at = self._clock()  # a failure is not repeated at once either
        if not _is_finite(saved):
            raise Refused("No checkpoint was written: the weights are not finite.")
        self._write(saved, keep)

    def write_best(self, keep: int) -> None:
        """Write the network that is held in memory, if there is one. Raises Refused."""
        if self._held is not None:
            self._best_written_at = self._clock()  # a failure is not repeated at once either
            self._write(self._held, keep, held=True)

    def best_network(self) -> Optional[Checkpoint]:
        """The network of the best evaluation, held or written; None if there is none.

        A damaged file counts as none.
        """
        if self._held is not None:
            return self._held
        name = self._best()
        if not self.folder or name is None:
            return None
        try:
            return checkpoint.load(os.path.join(self.folder, name))
        except Failed:
            return None

    def _write(self, saved: Checkpoint, keep: int, **about: bool) -> None:
        try:
            file, sha256, size = checkpoint.save(self.folder or "", saved)
        except OSError as error:
            raise Refused("No checkpoint was written: {}.".format(error)) from error
        tested = saved.tested
        self._kept[file] = Kept(file, saved.step, tested, True)
        if self._held is not None and not self._is_better(self._held.tested, None):
            self._held = None
        metrics = tested.metrics if tested else {}
        old = {name: metrics[name] for name in ("accuracy",) if name in metrics}
        self._events.emit(
            "checkpoint", step=saved.step, file=file, sha256=sha256, bytes=size,
            tested={"step": tested.step, "metrics": metrics} if tested else None,
            score=tested.score if tested else None,
            best=self._best() == file, **old, **about,
        )  # fmt: skip
        self._remove_surplus(keep)

    def _is_better(self, tested: Optional[Evaluation], held: Optional[Evaluation]) -> bool:
        """Whether an evaluation is better than those of all files and of the network in memory."""
        best = self._best()
        written = self._kept[best].tested if best else None
        return _score(tested) > max(_score(written), _score(held))

    def _order(self) -> List[Kept]:
        """The files, in the order in which they are deleted."""
        return sorted(self._kept.values(), key=lambda entry: (entry.good, entry.step))

    def _best(self) -> Optional[str]:
        """The file with the best score; of equal scores, the earliest."""
        scored = [
            (_score(entry.tested), -entry.step, entry.name)
            for entry in self._kept.values()
            if entry.good and _score(entry.tested) > -math.inf
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
            pass  # it was deleted already
        except OSError as error:
            message = "The checkpoint {} stays: {}.".format(name, error)
            self._events.emit("warned", message=message)
            return
        del self._kept[name]
        self._events.emit("checkpoint_removed", file=name)


def _score(tested: Optional[Evaluation]) -> float:
    """The score, higher is better; minus infinity if the network was not tested or diverged."""
    rank = tested.rank if tested else None
    return -math.inf if rank is None else rank


def _is_finite(saved: Checkpoint) -> bool:
    return all(np.isfinite(array).all() for array in saved.state.values())


def files_of(
    folder: Optional[str], step: int, recorded: Optional[Sequence[str]] = None
) -> List[Kept]:
    """The checkpoints in a folder; none where it cannot be read.

    ``step`` is where the run goes on: files of later steps are not good, as this run has not made
    them. A file that is not ``recorded`` (a power cut lost its event; None: all are recorded) is
    never the best, because no reader of the recording knows it.
    """
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
            known = recorded is None or name in recorded
            tested = about.tested if about and known else None
            found.append(Kept(name, int(match.group(1)), tested, good))
    return found
