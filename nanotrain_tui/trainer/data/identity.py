"""A short text that is the same for the same data, so that a resume notices other data."""

import hashlib
import json
import os
from typing import Any, Iterable, List, Mapping, Optional, Tuple

from .dataset import DataError
from .parts import LIMIT, SEED, VALIDATION
from .split import SPLIT, USUAL

_WHOLE = 64 << 20  # bytes; of a larger file pieces are read, and its time counts
_PIECE, _PIECES = 1 << 20, 64


def identity_of(
    files: Iterable[str], config: Mapping[str, Any], preprocessing: Mapping[str, Any]
) -> str:
    """The hash of the bytes of files, of the parts they are divided into, and of the inputs.

    Of a file above 64 MB, 64 pieces, its size and the time of its last change count. Measured
    numbers do not count: their last digits differ between versions of NumPy. Raises OSError.
    """
    digest = hashlib.sha256()
    for path in files:
        feed_file(digest, path)
    feed_parts(digest, config)
    text = json.dumps(_without_floats(preprocessing), sort_keys=True)
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def feed_parts(digest: Any, config: Mapping[str, Any]) -> None:
    """Add what decides which examples are in which part to a hash."""
    values = [str(config.get(SPLIT) or USUAL), int(config.get(SEED, 1))]
    values += [int(config.get(LIMIT) or 0), float(config.get(VALIDATION) or 0.0)]
    digest.update(json.dumps(values).encode())


def _without_floats(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_floats(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_floats(one) for one in value]
    return None if isinstance(value, float) else value


def feed_file(digest: Any, path: str) -> None:
    """Add a file to a hash."""
    with open(path, "rb") as file:
        found = os.fstat(file.fileno())
        digest.update(b"%d\n" % found.st_size)
        if found.st_size <= _WHOLE:
            for piece in iter(lambda: file.read(_PIECE), b""):
                digest.update(piece)
            return
        digest.update(b"%d\n" % found.st_mtime_ns)
        for number in range(_PIECES):
            file.seek(number * (found.st_size - _PIECE) // (_PIECES - 1))
            digest.update(file.read(_PIECE))


class Unchanged:
    """Notices that files change while they are read."""

    def __init__(self, key: str, *paths: str) -> None:
        self._key, self._paths = key, [path for path in paths if path]
        self._before = self._states()

    def check(self) -> None:
        """Raises DataError if one of the files has changed."""
        for path, before, now in zip(self._paths, self._before, self._states()):
            if before != now:
                message = "{} has changed while it was read; try again when it is complete."
                raise DataError(self._key, message.format(path))

    def _states(self) -> Any:
        states: List[Optional[Tuple[int, int, int]]] = []
        for path in self._paths:
            try:
                found = os.stat(path)
                states.append((found.st_size, found.st_mtime_ns, found.st_ino))
            except (OSError, ValueError):
                states.append(None)
        return states
