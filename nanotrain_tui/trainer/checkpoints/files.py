"""Checkpoints: one .npz file each, which is written completely or not at all."""

import contextlib
import hashlib
import json
import math
import os
import re
import struct
import zipfile
import zlib
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..metrics import better
from ..network import Network, network_of
from ..protocol import Failed, number
from .archive import FLOAT, Archive
from .slots import state_shapes, weight_name

Array = Any
FILE_NAME = re.compile(r"step-(\d{9,})\.npz$")
_PART = "checkpoint.part"  # one name, so that an interrupted write leaves one file at most
# What NumPy, zip and JSON raise for a file that is cut short or of another kind.
_BROKEN = (
    OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, RuntimeError,
    MemoryError, struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
_ABOUT, _DIGEST = "about", "digest"  # the arrays that are no state
_MOST_ABOUT = 4 << 20  # bytes


class Evaluation(NamedTuple):
    """An evaluation on the test examples: its values by metric, and the one that scores it."""

    step: int
    values: Dict[str, float]
    scored_by: str = "accuracy"

    @property
    def metrics(self) -> Dict[str, Any]:
        """Its values by name, as JSON holds them."""
        return {name: number(value) for name, value in self.values.items()}

    @property
    def rank(self) -> Optional[float]:
        """What selects the best checkpoint, higher is better. None if the network diverged."""
        found = better(self.scored_by, self.values.get(self.scored_by, math.nan))
        finite = math.isfinite(found) and math.isfinite(self.values.get("loss", math.nan))
        return found if finite else None

    @property
    def score(self) -> Optional[Dict[str, Any]]:
        """The score as the event of a checkpoint holds it."""
        if self.rank is None:
            return None
        return {"metric": self.scored_by, "value": self.values[self.scored_by]}


class Checkpoint(NamedTuple):
    """Everything that a run needs to continue.

    ``state``: weights and slots by name. ``updates``: updates since the slots were created.
    ``epoch`` and ``cursor``: the position in the stream of examples where the next batch begins.
    ``config``: the configuration in effect. ``data``: identifies the data set. ``tested``: the
    evaluation of exactly this network, None if there is none. ``shape`` is that of an example,
    ``outputs`` the number of the network's outputs; older checkpoints have neither.
    """

    state: Mapping[str, Array]
    step: int
    updates: int
    epoch: int
    cursor: int
    config: Dict[str, Any]
    data: Dict[str, Any]
    tested: Optional[Evaluation] = None
    shape: Optional[Sequence[int]] = None
    outputs: int = 0
    watch: Mapping[str, Any] = {}  # see ``stopping.Watch``
    update: Mapping[str, Any] = {}  # see ``graph.engine.Way`` and ``threads.Sharing``
    preprocessing: Optional[Mapping[str, Any]] = None  # of the data, see ``Dataset``


def save(folder: str, checkpoint: Checkpoint) -> Tuple[str, str, int]:
    """Write a checkpoint: its file's name, SHA-256 and size in bytes.

    Each array of its state is read once and released before the next. Raises OSError.
    """
    name = "step-{:09d}.npz".format(checkpoint.step)
    about = json.dumps(checkpoint._replace(state={})._asdict())
    part = os.path.join(folder, _PART)
    try:
        with open(part, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
                digest = hashlib.sha256(about.encode("utf-8"))
                for key in sorted(checkpoint.state):
                    array = np.asarray(checkpoint.state[key])
                    _feed(digest, key, array)
                    _write_array(archive, key, array)
                _write_array(archive, _ABOUT, np.array(about))
                _write_array(archive, _DIGEST, np.array(digest.hexdigest()))
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


def load(path: str, network: Optional[Network] = None) -> Checkpoint:
    """Read a checkpoint back. Raises Failed, naming the file and what is wrong with it.

    Every shape is compared with the ``network`` before an array is read, so that no file takes
    more memory than the network does. Without it they are compared with the file's own layers.
    """
    with _opened(path) as (archive, head):
        if network is not None:
            check_layers(head, network.entries)
        _check_shapes(archive, head, network)
        digest = hashlib.sha256(_text(archive, _ABOUT, _MOST_ABOUT).encode("utf-8"))
        state = {}
        for name in sorted(set(archive.members) - {_ABOUT, _DIGEST}):
            state[name] = archive.read(name)
            _feed(digest, name, state[name])
        if digest.hexdigest() != _text(archive, _DIGEST, _MOST_ABOUT):
            raise ValueError("its checksum is another")
        return head._replace(state=state)


def describe(path: str) -> Checkpoint:
    """A checkpoint without its state, cheap to read. Raises Failed like ``load``."""
    with _opened(path) as (_, head):
        return head


def head(path: str) -> Optional[Checkpoint]:
    """The same; None if the file is damaged."""
    try:
        return describe(path)
    except Failed:
        return None


def check_layers(checkpoint: Checkpoint, layers: Sequence[Mapping[str, Any]]) -> None:
    """Whether the checkpoint's layers have the sizes of ``layers``. Raises Failed."""
    there, here = (_sizes_in(one) for one in (checkpoint.config.get("layers", []), layers))
    if there == here:
        return
    if any("kind" in layer for layer in layers):
        message = "The checkpoint's layers are others: {} there and {} here.".format(
            *(", ".join(" ".join(map(str, one)) for one in sizes) for sizes in (there, here))
        )
        raise Failed("config", message, "model.layers")
    message = "The checkpoint's hidden layers have {} units and these {}.".format(
        *(", ".join(str(one[-1]) for one in sizes) or "no" for sizes in (there, here))
    )
    raise Failed("config", message, "model.hidden")


def _sizes_in(layers: Sequence[Mapping[str, Any]]) -> List[Tuple[Any, ...]]:
    """What decides the shapes of each layer that has variables."""
    sizes = []
    for layer in layers:
        kind = layer.get("kind", "dense")
        if kind not in ("activation", "dropout"):
            window = "x".join(map(str, layer["size"])) if "size" in layer else ""
            units = layer.get("units", layer.get("filters", ""))
            sizes.append(tuple(part for part in (kind, window, units) if part != ""))
    return sizes


@contextlib.contextmanager
def _opened(path: str) -> Iterator[Tuple[Archive, Checkpoint]]:
    """A checkpoint's arrays, not yet read, and its description. Raises Failed."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise ValueError("it is not a regular file")  # a named pipe could block for ever
        with open(path, "rb") as file:
            archive = Archive(file)
            yield archive, _parsed(_text(archive, _ABOUT, _MOST_ABOUT))
    except FileNotFoundError as error:
        message = "The checkpoint {} is not there.".format(path)
        raise Failed("checkpoint", message, "restore") from error
    except _BROKEN as error:
        message = "{} is no whole checkpoint: {}.".format(path, error)
        raise Failed("checkpoint", message, "restore") from error


def _text(archive: Archive, name: str, most: int) -> str:
    """A text of at most so many bytes. Raises ValueError or KeyError."""
    member = archive.members[name]
    if member.shape or member.element == FLOAT or member.size > most:
        raise ValueError("its {} is no text of a checkpoint".format(name))
    return str(archive.read(name))


def _check_shapes(archive: Archive, head: Checkpoint, network: Optional[Network]) -> None:
    """Whether the arrays are those of the network. Raises Failed or ValueError."""
    found = {name: one for name, one in archive.members.items() if name not in (_ABOUT, _DIGEST)}
    optimizer = head.config.get("optimizer.name")
    own = state_shapes(_network_in(head, found), optimizer)
    for name, member in sorted(found.items()):
        if name not in own or member[:2] != (FLOAT, own[name]):
            here = _dimensions(own[name]) if name in own else "no such array"
            why = "{} is {} where its network has {}"
            raise ValueError(why.format(name, _dimensions(member.shape), here))
    lacking = sorted(name for name in set(own) - set(found) if not name.startswith("slot_"))
    if lacking:  # missing slots are no error: they get their initial values
        raise ValueError("{} is missing".format(lacking[0]))
    for name, shape in (state_shapes(network, optimizer) if network else {}).items():
        if own.get(name) != shape:
            message = "The checkpoint is of other data: {} is {} there and {} here.".format(
                name, _dimensions(own.get(name, ())), _dimensions(shape)
            )
            raise Failed("config", message, "data.name")


def _network_in(head: Checkpoint, found: Mapping[str, Any]) -> Network:
    """The network that a checkpoint says it is of. Raises Failed, LookupError or ValueError."""
    if head.shape is not None:
        return network_of(head.config, head.shape, head.outputs)
    last = 2 * len(head.config["layers"]) + 1
    pixels, outputs = (found[weight_name(i)].shape[0] for i in (0, last))
    return network_of(head.config, [pixels], outputs)


def _dimensions(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "one number"


def _parsed(about: str) -> Checkpoint:
    found = Checkpoint(**json.loads(about))
    tested = None if found.tested is None else _evaluation(*found.tested)
    if tested is not None and tested.step != found.step:
        tested = None  # older versions named the last evaluation, of whatever step
    return found._replace(tested=tested)


def _evaluation(step: int, values: Any, last: Any) -> Evaluation:
    """Older checkpoints hold loss and accuracy instead of values and the name of the score."""
    if isinstance(values, dict):
        return Evaluation(step, values, last)
    return Evaluation(step, {"loss": values, "accuracy": last})


def _write_array(archive: zipfile.ZipFile, name: str, array: Array) -> None:
    with archive.open(name + ".npy", "w", force_zip64=True) as stream:
        np.lib.format.write_array(stream, array, allow_pickle=False)


def _feed(digest: Any, name: str, array: Array) -> None:
    """Add an array to a checksum of the contents. It does not depend on the layout of the file."""
    digest.update("{} {} {}".format(name, array.dtype.str, array.shape).encode("utf-8"))
    digest.update(np.ascontiguousarray(array).reshape(-1))


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
