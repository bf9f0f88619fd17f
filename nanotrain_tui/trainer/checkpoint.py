"""Checkpoints: one .npz file each, whole or not there at all."""

import hashlib
import json
import os
import zipfile
from typing import Any, Dict, Mapping, NamedTuple, Tuple

import numpy as np

from .protocol import Failed

Array = Any
_PART = "checkpoint.part"  # one name, so that an interrupted write leaves one file at most
# What NumPy, zip and JSON raise for a file that is torn, or is something else.
_BROKEN = (
    OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile,
)  # fmt: skip


class Checkpoint(NamedTuple):
    """Everything a run goes on from.

    ``state`` holds weights and slots by name; ``updates`` counts since the slots were made;
    ``epoch`` and ``cursor`` say where in the stream of examples the next batch begins.
    """

    state: Dict[str, Array]
    step: int
    updates: int
    epoch: int
    cursor: int
    config: Dict[str, Any]


def save(folder: str, checkpoint: Checkpoint) -> Tuple[str, str, int]:
    """Write a checkpoint: its file's name, SHA-256 and size in bytes. Raises OSError."""
    name = "step-{:09d}.npz".format(checkpoint.step)
    part = os.path.join(folder, _PART)
    about = checkpoint._replace(state={})._asdict()
    about["seed"] = checkpoint.config.get("train.seed")
    with open(part, "wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **checkpoint.state)
        file.flush()
        os.fsync(file.fileno())
    with open(part, "rb") as file:
        digest, size = _sha256(file), file.tell()
    os.rename(part, os.path.join(folder, name))
    _sync_folder(folder)
    return name, digest, size


def load(path: str) -> Checkpoint:
    """Read a checkpoint back. Raises Failed, naming the file and what is wrong with it."""
    try:
        with open(path, "rb") as file:
            arrays = np.load(file, allow_pickle=False)
            state = {name: arrays[name] for name in arrays.files}
        about = json.loads(str(state.pop("about")))
        about.pop("seed")
        return Checkpoint(**dict(about, state=state))
    except FileNotFoundError as error:
        raise Failed("config", "The checkpoint {} is not there.".format(path), "restore") from error
    except _BROKEN as error:
        message = "{} is no whole checkpoint: {}.".format(path, error)
        raise Failed("config", message, "restore") from error


def check_fits(checkpoint: Checkpoint, weights: Mapping[str, Array]) -> None:
    """Whether the checkpoint's weights have the network's shapes. Raises Failed."""
    for name, weight in weights.items():
        saved = checkpoint.state.get(name)
        if saved is None or saved.shape != weight.shape:
            found = "none" if saved is None else "x".join(map(str, saved.shape))
            message = "The checkpoint is of another network: {} is {} there and {} here.".format(
                name, found, "x".join(map(str, weight.shape))
            )
            raise Failed("config", message, "restore")


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
