"""The files and folders below a folder: it follows links, and reports loops and special files."""

import os
import stat
from typing import Callable, List, NamedTuple, Set, Tuple

from ..dataset import DataError

_IGNORED = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave behind, in small letters


class File(NamedTuple):
    """A regular file: its path, and what a change of it changes."""

    path: str
    size: int
    mtime_ns: int


class Listing(NamedTuple):
    """What a folder holds. ``strange`` are files that are none: pipes, devices, broken links."""

    folders: List[str]
    files: List[File]
    strange: List[Tuple[str, str]]  # a path, and what it is


def listing(folder: str, key: str) -> Listing:
    """The entries of a folder by name, without hidden ones. Raises DataError."""
    found = Listing([], [], [])
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError as error:
        raise unreadable(folder, error, key) from error
    for name in names:
        if not (name.startswith(".") or name.lower() in _IGNORED):
            _add(found, os.path.join(folder, name))
    return found


def files_below(folder: str, key: str) -> Listing:
    """All files in a folder and in the folders below it. Raises DataError."""
    files: List[File] = []
    strange: List[Tuple[str, str]] = []
    _descend(folder, key, set(), files, strange)
    return Listing([], files, strange)


def same_place(path: str) -> Tuple[int, int]:
    """What two names of one folder have in common."""
    found = os.stat(path)
    return found.st_dev, found.st_ino


def unreadable(path: str, error: OSError, key: str) -> DataError:
    """The error for a folder that cannot be read."""
    reason = error.strerror or str(error)
    hint = " Give yourself the right to read it: chmod -R u+rX {!r}.".format(path)
    message = "{} cannot be read: {}.{}"
    return DataError(key, message.format(path, reason, hint if is_denied(error) else ""))


def is_denied(error: OSError) -> bool:
    return isinstance(error, PermissionError)


def _descend(
    folder: str, key: str, above: Set[Tuple[int, int]], files: List[File],
    strange: List[Tuple[str, str]],
) -> None:  # fmt: skip
    place = same_place(folder)
    if place in above:
        strange.append((folder, "a link to a folder that it lies in"))
        return
    found = listing(folder, key)
    files += found.files
    strange += found.strange
    for inner in found.folders:
        _descend(inner, key, above | {place}, files, strange)


def _add(found: Listing, path: str) -> None:
    try:
        state = os.stat(path)
    except OSError as error:
        what = (
            "a link to nothing"
            if os.path.islink(path)
            else "unreadable ({})".format(error.strerror or error)
        )
        found.strange.append((path, what))
        return
    if stat.S_ISDIR(state.st_mode):
        found.folders.append(path)
    elif stat.S_ISREG(state.st_mode):
        found.files.append(File(path, state.st_size, state.st_mtime_ns))
    else:
        found.strange.append((path, _kind(state.st_mode)))


def _kind(mode: int) -> str:
    kinds: List[Tuple[Callable[[int], bool], str]] = [
        (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
    ]  # fmt: skip
    return next((what for test, what in kinds if test(mode)), "no regular file")
