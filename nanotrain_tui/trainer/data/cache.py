"""Arrays kept in one file between runs: a header, a checksum, the bytes."""

import contextlib
import hashlib
import os
import tempfile
from typing import Sequence

import numpy as np


def fill(path: str, header: bytes, arrays: Sequence[np.ndarray]) -> bool:
    """Fill ``arrays`` from the file at ``path``; False if it is missing, different or damaged."""
    size = len(header) + hashlib.sha256().digest_size + sum(array.nbytes for array in arrays)
    try:
        if os.path.getsize(path) != size:
            return False
        with open(path, "rb") as file:
            if file.read(len(header)) != header:
                return False
            checksum = file.read(hashlib.sha256().digest_size)
            for array in arrays:
                file.readinto(array.data.cast("B"))
    except OSError:
        return False
    return checksum == _checksum(arrays)


def keep(path: str, header: bytes, arrays: Sequence[np.ndarray]) -> bool:
    """Write ``arrays`` for ``fill`` to a temporary file and rename it; False if that fails."""
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(prefix=os.path.basename(path) + ".", dir=folder)
    except OSError:
        return False
    try:
        with open(descriptor, "wb") as file:
            file.write(header + _checksum(arrays))
            for array in arrays:
                file.write(array.data.cast("B"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):  # it may not exist, or the disk has failed
            os.unlink(aside)
    return True


def _checksum(arrays: Sequence[np.ndarray]) -> bytes:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.data.cast("B"))
    return digest.digest()
