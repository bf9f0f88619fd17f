"""Compares what a session writes with the free space on its disk."""

import os
from pathlib import Path
from typing import Any, Dict, Mapping, NamedTuple, Optional

from nanotrain_tui.catalog.built_layers import build, parameters_of
from nanotrain_tui.catalog.choices import outputs_of
from nanotrain_tui.catalog.formats import file_size, megabytes, plural
from nanotrain_tui.catalog.memory_estimate import MB
from nanotrain_tui.catalog.optimizers import OPTIMIZERS
from nanotrain_tui.session.recording.reserve import RESERVE_BYTES

KEEP = "train.checkpoint_keep"
_FLOAT = 4  # bytes of float32, in checkpoints and in the recording
_ARRAY_BYTES = 300  # headers in a checkpoint's file, for each array
_METRICS = 3  # recorded at every step


class DiskCheck(NamedTuple):
    """What a session writes and what its disk has free, in MB; ``free_mb`` None: not known."""

    checkpoint_mb: float
    checkpoints: int  # the most that exist at one time
    recording_mb: float
    free_mb: Optional[float]
    place: str

    @property
    def need_mb(self) -> float:
        return self.checkpoint_mb * self.checkpoints + self.recording_mb

    @property
    def fits(self) -> bool:
        """Whether there is enough space, or the free space is not known."""
        return self.free_mb is None or self.need_mb <= self.free_mb

    @property
    def message(self) -> str:
        """What does not fit and what to do; empty where it fits."""
        if self.fits:
            return ""
        checkpoints = plural(self.checkpoints, "checkpoint")
        each = file_size(round(self.checkpoint_mb * 1e6))
        return (
            f"The session writes about {megabytes(self.need_mb)} ({checkpoints} of "
            f"{each}) and {megabytes(self.free_mb or 0.0)} are free in "
            f"{self.place}: "
            f"make room, keep fewer checkpoints ({KEEP}), or set NANOTRAIN_HOME to another disk."
        )

    def as_dict(self) -> Dict[str, Any]:
        """The check as JSON objects hold it."""
        return {**self._asdict(), "need_mb": self.need_mb, "fits": self.fits}


def check_disk(
    config: Mapping[str, Any],
    data: Mapping[str, Any],
    home: str,
    checkpoints: Optional[str] = None,
) -> DiskCheck:
    """The check of a checked flat configuration with data as ``inspect_data`` describes it.

    ``checkpoints`` is the folder of a session that is resumed. Its files count as free space,
    because new ones replace them.
    """
    layers = build(config, data["shape"], outputs_of(data))
    copies = 1 + OPTIMIZERS[config["optimizer.name"]].slots  # weights, and the slots of each
    running_means = sum(layer.variables for layer in layers) - parameters_of(layers)
    arrays = sum(len(layer.sizes.weights) * copies + len(layer.sizes.state) for layer in layers)
    values = parameters_of(layers) * copies + running_means
    one = _FLOAT * values + _ARRAY_BYTES * arrays
    recording = RESERVE_BYTES + _METRICS * _FLOAT * int(config["train.steps"])
    free = _free_bytes(home)
    return DiskCheck(
        checkpoint_mb=one / MB,
        checkpoints=_max_checkpoints(config),
        recording_mb=recording / MB,
        free_mb=None if free is None else (free + _size_of(checkpoints)) / MB,
        place=home,
    )


def _max_checkpoints(config: Mapping[str, Any]) -> int:
    """At one time: the kept ones, the best, and a new one before an old one is deleted."""
    most = int(config[KEEP]) + 2
    every = int(config["train.checkpoint_every"])
    if config["train.checkpoint_minutes"]:
        return most  # their number depends on the speed
    return min(most, 2 + (int(config["train.steps"]) // every if every else 0))


def _free_bytes(place: str) -> Optional[int]:
    """Free space of the disk that this folder is on, or will be on."""
    folder = Path(place).absolute()
    for existing in (folder, *folder.parents):
        try:
            disk = os.statvfs(str(existing))
        except FileNotFoundError:
            continue
        except OSError:
            return None
        return disk.f_bavail * disk.f_frsize
    return None


def _size_of(folder: Optional[str]) -> int:
    if folder is None:
        return 0
    try:
        return sum(entry.stat().st_size for entry in os.scandir(folder))
    except OSError:
        return 0
