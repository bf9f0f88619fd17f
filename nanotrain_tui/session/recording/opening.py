"""Opens a recording for reading, even if its host was killed and it cannot be repaired in place.

A recording with an interrupted change is repaired in place if possible; otherwise a private copy is
repaired and read. The copy is deleted as soon as it is open, so that nothing of it is left behind.
"""

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import time
from typing import List, Tuple

from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.journals import (
    JOURNAL,
    connect,
    files_beside,
    irregular_file,
    is_writable,
    names_super_journal,
    repair,
)

SPARE = 16 << 20  # bytes that a copy leaves free
_BUSY_S = 2.0
_RETRY_FOR_S = 2.0  # another process may be repairing the recording
_MOST_COPIES = 5  # until one is made while no process writes
_WAL_HEADER = b"\2\2"  # at byte 18: the recording uses a write-ahead log
#: What reading a damaged recording raises; SQLite's own message may not be valid text.
DAMAGE = (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError)
_NEEDS_REPAIR = ("readonly", "unable to open")
_LONGEST_ERROR = 200  # characters


class _NoRoom(RecordingError):
    """No disk has enough space for a private copy."""


def open_to_read(folder: SessionFolder) -> sqlite3.Connection:
    """A read-only connection to the recording of a session, running or not.

    A session without a host is settled first. Raises RecordingError.
    """
    _require_regular(folder.recording)
    give_up = time.monotonic() + _RETRY_FOR_S
    while True:
        folder.settle()
        try:
            return _open_in_place(folder.recording)
        except DAMAGE as error:
            if not needs_repair(error):
                raise RecordingError(sentence(folder.recording, error)) from error
            alive = folder.is_alive()
            if not alive and not is_writable(folder.recording):
                return _open_copy(folder.recording)
            if time.monotonic() > give_up or names_super_journal(folder.recording):
                raise _unreadable(folder.recording, error) from error
        time.sleep(0.02)


def open_untouched(path: str) -> sqlite3.Connection:
    """A connection that changes neither the recording nor the files beside it.

    Raises RecordingError, OSError, or what DAMAGE lists.
    """
    _require_regular(path)
    if not SessionFolder(os.path.dirname(os.path.abspath(path))).is_alive():
        left = [file for file in _files(path)[1:] if os.path.getsize(file)]
        try:
            if left:
                return _open_copy(path)
            if _has_wal_header(path):  # otherwise SQLite would create a log beside it
                return _checked(connect(path, "immutable=1"))
        except _NoRoom:
            if any(file.endswith(JOURNAL) for file in left):
                raise
    return _open_in_place(path)


def _require_regular(path: str) -> None:
    """Refuse pipes, on which SQLite would block, and devices, which have no end."""
    odd = irregular_file(path)
    if odd:
        raise RecordingError("{} cannot be read: {} is not a regular file".format(path, odd))


def needs_repair(error: Exception) -> bool:
    """Whether a connection that may write would repair the recording that raised this error."""
    return any(words in str(error) for words in _NEEDS_REPAIR)


def sentence(path: str, error: Exception) -> str:
    """The message to show for an error of a recording."""
    text = str(error)
    if len(text) > _LONGEST_ERROR:  # SQLite quotes all of a text that cannot be decoded
        text = text[:_LONGEST_ERROR] + "…"
    if "not a database" in text:
        return "{} is not a nanotrain recording".format(path)
    if "malformed" in text:
        return "{} is damaged or was cut short ({})".format(path, text)
    return "{} cannot be read: {}".format(path, text)


def _unreadable(path: str, error: Exception) -> RecordingError:
    if names_super_journal(path):
        return RecordingError(
            "{0} cannot be read: {0}-journal names another file, which a journal of nanotrain's "
            "never does. Move that journal away to read the recording as it is.".format(path)
        )
    return RecordingError(sentence(path, error))


def _open_in_place(path: str) -> sqlite3.Connection:
    return _checked(connect(path, "mode=ro", _BUSY_S))


def _checked(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The connection after a first read: SQLite opens a file without reading it."""
    try:
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _has_wal_header(path: str) -> bool:
    """Only for a file to which this process has no connection: closing it drops SQLite's locks."""
    with open(path, "rb") as file:
        return file.read(20)[18:] == _WAL_HEADER


def _open_copy(path: str) -> sqlite3.Connection:
    """A connection to a repaired copy. Raises RecordingError."""
    if names_super_journal(path):
        raise _unreadable(path, sqlite3.OperationalError())
    try:
        where = tempfile.mkdtemp(prefix="nanotrain-", dir=_place_with_room(path))
        try:
            copy = os.path.join(where, "recording")
            _copy_steadily(path, copy)
            repair(copy)
            return _checked(connect(copy, "immutable=1"))
        finally:
            shutil.rmtree(where, ignore_errors=True)
    except DAMAGE as error:
        raise RecordingError(sentence(path, error)) from error
    except OSError as error:
        raise RecordingError("{} cannot be copied to be read: {}".format(path, error)) from error


def _place_with_room(path: str) -> str:
    """A folder for temporary files with space for a copy of the recording and its repair."""
    needed = SPARE + 2 * sum(map(os.path.getsize, _files(path)))
    places = [tempfile.gettempdir(), "/var/tmp"]  # the first may be a file system in memory
    for place in places:
        with contextlib.suppress(OSError):
            if os.access(place, os.W_OK) and shutil.disk_usage(place).free >= needed:
                return place
    raise _NoRoom(
        "{} has an interrupted change. It cannot be repaired where it is, and a copy of it needs "
        "{:.0f} MB in {}: make room there, or set TMPDIR to a folder that has room.".format(
            path, needed / 1e6, " or ".join(places)
        )
    )


def _copy_steadily(path: str, copy: str) -> None:
    """Copy the recording and its journals while no process changes them. Raises OSError."""
    problem = "another process is writing it"
    for _ in range(_MOST_COPIES):
        try:
            files = _files(path)
            before = _stamps(files)
            for file in files:
                _copy_file(file, copy + file[len(os.path.realpath(path)) :])
            if _files(path) == files and _stamps(files) == before:
                return
        except OSError as error:  # another process may be repairing it
            problem = str(error)
        for file in files_beside(copy):
            os.unlink(file)
    raise OSError(problem)


def _copy_file(source: str, target: str) -> None:
    """Copy in another process: this one would lose SQLite's locks by closing the file."""
    with open(target, "wb") as out:
        done = subprocess.run(
            ["cat", "--", source], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE
        )
    if done.returncode:
        raise OSError(done.stderr.decode("utf-8", "replace").strip() or "cat failed")


def _files(path: str) -> List[str]:
    """The recording and its journals, without the log's index, which SQLite rebuilds."""
    path = os.path.realpath(path)
    return [path] + [file for file in files_beside(path) if not file.endswith("-shm")]


def _stamps(files: List[str]) -> List[Tuple[int, int, int]]:
    found = []
    for file in files:
        info = os.stat(file)
        if not stat.S_ISREG(info.st_mode):
            raise OSError("{} is not a regular file".format(file))
        found.append((info.st_ino, info.st_size, info.st_mtime_ns))
    return found
