"""The folder of decoded pictures: what is in it, and what has to go when it is full.

``KEY.pictures`` holds the bytes of a data set's pictures, and ``KEY.json`` what is known of them.
``KEY.part`` is being written. A file in use is locked (flock), and is never removed.
"""

import contextlib
import fcntl
import json
import os
import shutil
from typing import Any, Dict, List, NamedTuple, Optional

FOLDER = "pictures"  # in the cache folder
WHOLE, PART, ABOUT, JOURNAL = ".pictures", ".part", ".json", ".journal"
_SPARE = 200 << 20  # bytes of the disk that stay free


class Entry(NamedTuple):
    """The pictures of one data set. ``is_whole`` is false for those that are being decoded."""

    key: str
    source: str
    pictures: int
    shape: List[int]
    bytes: int
    used: float  # when it was last used, in seconds since 1970
    is_whole: bool
    in_use: bool


def folder_in(cache: str) -> str:
    """The folder of decoded pictures in the cache folder."""
    return os.path.join(cache, FOLDER)


def entries(folder: str) -> List[Entry]:
    """What is in the folder, the newest first."""
    found = []
    for name in _names(folder):
        key, ending = os.path.splitext(name)
        if ending in (WHOLE, PART):
            entry = _entry(folder, key, ending)
            if entry is not None:
                found.append(entry)
    return sorted(found, key=lambda entry: -entry.used)


def clear(folder: str) -> List[Entry]:
    """Remove all that is not in use; what was removed."""
    gone = [entry for entry in entries(folder) if remove(folder, entry)]
    kept = {entry.key for entry in entries(folder)}
    for name in _names(folder):
        key, ending = os.path.splitext(name)
        if ending in (ABOUT, JOURNAL) and key not in kept:
            _unlink(os.path.join(folder, name))
    return gone


def remove(folder: str, entry: Entry) -> bool:
    """Remove an entry, unless it is in use; whether it is gone."""
    path = os.path.join(folder, entry.key + (WHOLE if entry.is_whole else PART))
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
    except OSError:
        return False
    if not entry.is_whole:
        _unlink(os.path.join(folder, entry.key + JOURNAL))
    return True


def why_no_room(folder: str, key: str, needed: int, limit: int) -> str:
    """Make room for so many bytes; why there is none, in a sentence, else "".

    The entries that were not used for longest go first. ``limit`` is for all entries together.
    """
    if needed > limit:
        message = "they take {:,} MB, and data.cache_mb is {:,}"
        return message.format(-(-needed >> 20), limit >> 20)
    others = [entry for entry in entries(folder) if entry.key != key]
    used = sum(entry.bytes for entry in others)
    written = _size(os.path.join(folder, key + PART))
    while used + needed > limit or _free(folder) + written < needed + _SPARE:
        if not others:
            message = "they take {:,} MB, and the disk of {} has {:,} MB left"
            return message.format(-(-needed >> 20), folder, _free(folder) >> 20)
        oldest = others.pop()
        if remove(folder, oldest):
            used -= oldest.bytes
    return ""


def read_about(folder: str, key: str) -> Optional[Dict[str, Any]]:
    """What is known of a data set's pictures; None if nothing is."""
    try:
        with open(os.path.join(folder, key + ABOUT), encoding="ascii") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_about(folder: str, key: str, about: Dict[str, Any]) -> None:
    """Write it, completely or not at all. Raises OSError."""
    path = os.path.join(folder, key + ABOUT)
    aside = "{}.{}".format(path, os.getpid())
    with open(aside, "w", encoding="ascii") as file:
        json.dump(about, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def _entry(folder: str, key: str, ending: str) -> Optional[Entry]:
    path = os.path.join(folder, key + ending)
    try:
        state = os.stat(path)
    except OSError:
        return None
    about = read_about(folder, key) or {}
    return Entry(
        key, str(about.get("source", "")), int(about.get("pictures", 0)),
        list(about.get("shape", [])), state.st_size, state.st_mtime, ending == WHOLE,
        _is_locked(path),
    )  # fmt: skip


def _is_locked(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _names(folder: str) -> List[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _free(folder: str) -> int:
    return shutil.disk_usage(folder).free


def _unlink(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)
