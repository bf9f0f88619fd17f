"""Whether a training's files fit on the disk: what it writes against what is free."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog.formats import megabytes, plural
from nanotrain_tui.catalog.layers import count_parameters, parse_layers
from nanotrain_tui.catalog.memory_estimate import MB, SLOTS
from nanotrain_tui.session.recording.reserve import RESERVE_BYTES

KEEP = "train.checkpoint_keep"
_FLOAT = 4  # bytes of float32, in checkpoints and in the recording
_ARRAY_BYTES = 300  # of headers in a checkpoint's file, an array
_METRICS = 3  # recorded of every step


@dataclass(frozen=True, slots=True)
class RoomCheck:
    """What a session writes and what its disk has left, in MB; ``free_mb`` None: not known."""

    checkpoint_mb: float
    checkpoints: int  # at most, at one time
    recording_mb: float
    free_mb: float | None
    place: str

    @property
    def need_mb(self) -> float:
        return self.checkpoint_mb * self.checkpoints + self.recording_mb

    @property
    def fits(self) -> bool:
        """Taken for granted where nothing is known."""
        return self.free_mb is None or self.need_mb <= self.free_mb

    @property
    def message(self) -> str:
        """What does not fit and what to do; empty where it fits."""
        if self.fits:
            return ""
        checkpoints = plural(self.checkpoints, "checkpoint")
        return (
            f"The session writes about {megabytes(self.need_mb)} ({checkpoints} of "
            f"{self.checkpoint_mb:,.1f} MB) and {megabytes(self.free_mb or 0.0)} are free in "
            f"{self.place}: "
            f"make room, keep fewer checkpoints ({KEEP}), or set NANOTRAIN_HOME to another disk."
        )

    def told(self) -> dict[str, Any]:
        """As JSON names it."""
        return {**asdict(self), "need_mb": self.need_mb, "fits": self.fits}


def check_room(
    config: Mapping[str, Any], data: Mapping[str, Any], home: Path, checkpoints: Path | None = None
) -> RoomCheck:
    """The need of a checked flat configuration with data as ``inspect_data`` tells of it.

    ``checkpoints`` is the folder of a session to go on with: what lies there makes way.
    """
    pixels = 1
    for side in data["shape"]:
        pixels *= side
    layers = parse_layers(config["model.hidden"])
    weights = count_parameters(pixels, layers, data["classes"])
    arrays = 2 * (len(layers) + 1) * (1 + SLOTS[config["optimizer.name"]])
    one = _FLOAT * weights * (1 + SLOTS[config["optimizer.name"]]) + _ARRAY_BYTES * arrays
    recording = RESERVE_BYTES + _METRICS * _FLOAT * int(config["train.steps"])
    free = _free_bytes(home)
    return RoomCheck(
        checkpoint_mb=one / MB,
        checkpoints=_most_checkpoints(config),
        recording_mb=recording / MB,
        free_mb=None if free is None else (free + _size_of(checkpoints)) / MB,
        place=str(home),
    )


def _most_checkpoints(config: Mapping[str, Any]) -> int:
    """At one time: the last, the best, and one that is written before an old one goes."""
    most = int(config[KEEP]) + 2
    every = int(config["train.checkpoint_every"])
    if config["train.checkpoint_minutes"]:
        return most  # how many come is a question of speed
    return min(most, 2 + (int(config["train.steps"]) // every if every else 0))


def _free_bytes(place: Path) -> int | None:
    """Of the disk that this folder lies on, or will lie on."""
    for folder in (place, *place.absolute().parents):
        try:
            disk = os.statvfs(folder)
        except FileNotFoundError:
            continue
        except OSError:
            return None
        return disk.f_bavail * disk.f_frsize
    return None


def _size_of(folder: Path | None) -> int:
    if folder is None:
        return 0
    try:
        return sum(entry.stat().st_size for entry in os.scandir(folder))
    except OSError:
        return 0
