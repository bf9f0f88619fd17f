"""Pictures that are decoded once, and kept as bytes in one file between the trainings.

The file is written aside, a chunk at a time, with a checksum of each chunk in a journal. So what a
killed trainer has decoded is used again, and half a file never counts as a whole one.
"""

import contextlib
import fcntl
import json
import mmap
import os
import resource
import time
import zlib
from typing import IO, Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from ..dataset import Progress
from . import cache_folder
from .cache_folder import JOURNAL, PART, WHOLE
from .pool import PictureFiles

Array = Any
Damaged = Dict[int, str]  # the number of a picture, and what is wrong with it
DECODING = "decoding the pictures"
_CHUNK = 8 << 20  # bytes that are decoded between two writes
_WAIT_S = 0.2


class Place(NamedTuple):
    """Where the pictures of a data set are kept, and how large the whole folder may become."""

    folder: str
    key: str
    source: str
    limit: int  # bytes of all data sets; 0: no cache

    def path(self, ending: str) -> str:
        return os.path.join(self.folder, self.key + ending)


class Kept:
    """The pictures of a whole file, by number."""

    def __init__(self, file: int, count: int, shape: Tuple[int, ...]) -> None:
        """``file`` is a descriptor that is locked, so that no other session removes the file."""
        self._file, self._shape = file, shape
        self._bytes = int(np.prod(shape, dtype=np.int64))
        self._map: Optional[Array] = None
        if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
            mapped = mmap.mmap(file, 0, access=mmap.ACCESS_READ)
            self._map = np.frombuffer(mapped, np.uint8).reshape((count, *shape))

    def __del__(self) -> None:
        os.close(self._file)

    def take(self, numbers: Array) -> Array:
        """The pictures (n, *shape); without room for a map they are read one by one."""
        if self._map is not None:
            return self._map[numbers]
        taken = np.empty((len(numbers), *self._shape), np.uint8)
        for place, number in enumerate(numbers):
            content = os.pread(self._file, self._bytes, int(number) * self._bytes)
            taken[place] = np.frombuffer(content, np.uint8).reshape(self._shape)
        return taken


def kept_pictures(place: Place, files: PictureFiles) -> Optional[Tuple[Kept, Damaged]]:
    """The pictures, if all of them are in the cache."""
    about = cache_folder.read_about(place.folder, place.key)
    if not about:
        return None
    try:
        file = os.open(place.path(WHOLE), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        os.utime(place.path(WHOLE))
        if os.fstat(file).st_size == len(files) * _row_bytes(files):
            return Kept(os.dup(file), len(files), files.shape), damaged_in(about)
    except OSError:
        pass  # it is being removed
    finally:
        os.close(file)
    return None


def damaged_in(about: Dict[str, Any]) -> Damaged:
    """The damaged pictures that were found when all were decoded."""
    return {int(number): str(why) for number, why in about.get("damaged", {}).items()}


def about_pictures(place: Place, files: PictureFiles, damaged: Damaged) -> Dict[str, Any]:
    return {
        "version": 1, "source": place.source, "pictures": len(files), "shape": list(files.shape),
        "damaged": damaged,
    }  # fmt: skip


def keep_pictures(place: Place, files: PictureFiles, progress: Progress) -> None:
    """Decode all pictures into the cache, or go on where another trainer was killed.

    If another trainer decodes them, wait for it. Raises OSError.
    """
    while True:
        with open(place.path(PART), "a+b") as part:
            if _locked(part):
                if _is_at(part, place.path(PART)):
                    _write(place, part, files, progress)
                return  # whole, by this trainer or by another one
        progress("waiting for another session that decodes these pictures", 0.0)
        time.sleep(_WAIT_S)


def _write(place: Place, part: IO[bytes], files: PictureFiles, progress: Progress) -> None:
    damaged: Damaged = {}
    with open(place.path(JOURNAL), "a+b") as journal:
        first = _go_on(part, journal, _row_bytes(files), damaged)
        cache_folder.write_about(place.folder, place.key, about_pictures(place, files, {}))
        size = max(1, _CHUNK // _row_bytes(files))
        chunk = np.empty((size, *files.shape), np.uint8)
        for at in range(first, len(files), size):
            numbers = np.arange(at, min(at + size, len(files)))
            found: Damaged = {}
            for done, why in files.fill(numbers, chunk):
                progress(DECODING, (at + done) / float(len(files)))
                if why:
                    found[at + done] = why
            content = chunk[: len(numbers)].tobytes()
            part.write(content)
            part.flush()
            line = {"rows": len(numbers), "crc": zlib.crc32(content), "damaged": found}
            journal.write(json.dumps(line).encode("ascii") + b"\n")
            journal.flush()
            damaged.update(found)
    os.fsync(part.fileno())
    cache_folder.write_about(place.folder, place.key, about_pictures(place, files, damaged))
    os.rename(place.path(PART), place.path(WHOLE))
    with contextlib.suppress(OSError):
        os.unlink(place.path(JOURNAL))
    progress(DECODING, 1.0)


def _go_on(part: IO[bytes], journal: IO[bytes], row_bytes: int, damaged: Damaged) -> int:
    """The number of pictures that are in the file as the journal says; the rest is cut off."""
    rows = 0
    part.seek(0)
    journal.seek(0)
    whole: List[bytes] = []
    for text in journal:
        try:
            line = json.loads(text.decode("ascii"))
            content = part.read(line["rows"] * row_bytes)
            if len(content) != line["rows"] * row_bytes or zlib.crc32(content) != line["crc"]:
                break
            damaged.update({int(number): why for number, why in line["damaged"].items()})
            rows += line["rows"]
        except (ValueError, KeyError, TypeError, AttributeError):
            break
        whole.append(text)
    part.truncate(rows * row_bytes)
    journal.truncate(sum(map(len, whole)))
    return rows


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_at(file: IO[bytes], path: str) -> bool:
    """Whether the path is still this file: another trainer may have finished and renamed it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except OSError:
        return False


def _row_bytes(files: PictureFiles) -> int:
    return int(np.prod(files.shape, dtype=np.int64))
