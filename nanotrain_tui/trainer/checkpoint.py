"""Checkpoints: one .npz file each, whole or not there at all."""

import hashlib
import json
import os
import re
import struct
import zipfile
import zlib
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from .protocol import Failed

Array = Any
FILE_NAME = re.compile(r"step-(\d{9,})\.npz$")
_PART = "checkpoint.part"  # one name, so that an interrupted write leaves one file at most
# What NumPy, zip and JSON raise for a file that is torn, or is something else.
_BROKEN = (
    OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, RuntimeError, MemoryError,
    struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip


class Evaluation(NamedTuple):
    """An evaluation on the test examples."""

    step: int
    loss: float
    accuracy: float


class Checkpoint(NamedTuple):
    """Everything a run goes on from.

    ``state`` holds weights and slots by name; ``updates`` counts since the slots were made;
    ``epoch`` and ``cursor`` say where in the stream of examples the next batch begins; ``config``
    is what was in force; ``data`` tells the data set from others; ``tested`` is the last
    evaluation.
    """

    state: Dict[str, Array]
    step: int
    updates: int
    epoch: int
    cursor: int
    config: Dict[str, Any]
    data: Dict[str, Any]
    tested: Optional[Evaluation] = None


def save(folder: str, checkpoint: Checkpoint) -> Tuple[str, str, int]:
    """Write a checkpoint: its file's name, SHA-256 and size in bytes. Raises OSError."""
    name = "step-{:09d}.npz".format(checkpoint.step)
    about = json.dumps(checkpoint._replace(state={})._asdict())
    part = os.path.join(folder, _PART)
    try:
        with open(part, "wb") as file:
            digest = np.array(_digest(about, checkpoint.state))
            np.savez(file, about=np.array(about), digest=digest, **checkpoint.state)
            file.flush()
            os.fsync(file.fileno())
        with open(part, "rb") as file:
            sha256, size = _sha256(file), file.tell()
        os.rename(part, os.path.join(folder, name))
    except OSError:
        if os.path.exists(part):
            os.unlink(part)  # on a full disk its room is needed
        raise
    _sync_folder(folder)
    return name, sha256, size


def load(path: str) -> Checkpoint:
    """Read a checkpoint back. Raises Failed, naming the file and what is wrong with it."""
    try:
        with open(path, "rb") as file:
            arrays = np.load(file, allow_pickle=False)
            state = {name: arrays[name] for name in arrays.files}
        about, digest = str(state.pop("about")), str(state.pop("digest"))
        if _digest(about, state) != digest:
            raise ValueError("its checksum is another")
        return _checkpoint(about)._replace(state=state)
    except FileNotFoundError as error:
        message = "The checkpoint {} is not there.".format(path)
        raise Failed("checkpoint", message, "restore") from error
    except _BROKEN as error:
        message = "{} is no whole checkpoint: {}.".format(path, error)
        raise Failed("checkpoint", message, "restore") from error


def head(path: str) -> Optional[Checkpoint]:
    """A checkpoint without its weights, cheap to read; None for a file that is damaged."""
    try:
        with open(path, "rb") as file:
            return _checkpoint(str(np.load(file, allow_pickle=False)["about"]))
    except _BROKEN:
        return None


def check_units(checkpoint: Checkpoint, layers: Sequence[Mapping[str, Any]]) -> None:
    """Whether the checkpoint's hidden layers have as many units as ``layers``. Raises Failed."""
    there = [layer["units"] for layer in checkpoint.config.get("layers", [])]
    here = [layer["units"] for layer in layers]
    if there != here:
        message = "The checkpoint's hidden layers have {} units and these {}.".format(
            *("{}".format(", ".join(map(str, units)) or "no") for units in (there, here))
        )
        raise Failed("config", message, "model.hidden")


def check_shapes(checkpoint: Checkpoint, weights: Mapping[str, Array]) -> None:
    """Whether the checkpoint's weights fit the data's pixels and classes. Raises Failed."""
    for name, weight in weights.items():
        saved = checkpoint.state.get(name)
        if saved is None or saved.shape != weight.shape:
            found = "none" if saved is None else "x".join(map(str, saved.shape))
            message = "The checkpoint is of other data: {} is {} there and {} here.".format(
                name, found, "x".join(map(str, weight.shape))
            )
            raise Failed("config", message, "data.name")


def _checkpoint(about: str) -> Checkpoint:
    found = Checkpoint(**json.loads(about))
    return found._replace(tested=None if found.tested is None else Evaluation(*found.tested))


def _digest(about: str, state: Mapping[str, Array]) -> str:
    """A checksum of what a checkpoint says, however the file is laid out."""
    digest = hashlib.sha256(about.encode("utf-8"))
    for name, array in sorted(state.items()):
        digest.update("{} {} {}".format(name, array.dtype.str, array.shape).encode("utf-8"))
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _sha256(file: Any) -> str:
    digest = hashlib.sha256()
    for block in iter(lambda: file.read(1 << 20), b""):
        digest.update(block)
    return digest.hexdigest()


def _sync_folder(folder: str) -> None:
    """Make the new name survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
