"""The files that SQLite leaves beside a recording when its writer is killed, and their repair.

A ``-wal`` holds what is not yet in the recording. A ``-journal`` holds what the recording was
before a change that was cut short: until it is rolled back by a connection that may write, no
read-only one can read the recording.
"""

import contextlib
import os
import sqlite3
from typing import List
from urllib.parse import quote

from nanotrain_tui.session.recording.regular import is_stream, open_regular

JOURNAL = "-journal"
BESIDE = (JOURNAL, "-wal", "-shm")
_BUSY_S = 0.1
_ENDS_A_NAME = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"


def files_beside(path: str) -> List[str]:
    """The journals that lie beside a recording."""
    path = os.path.realpath(path)  # where SQLite looks for them
    return [path + end for end in BESIDE if os.path.lexists(path + end)]


def odd_file(path: str) -> str:
    """The recording or the file beside it that is a pipe or a device; empty for none."""
    files = [path] + files_beside(path)
    return next(filter(is_stream, files), "")


def is_writable(path: str) -> bool:
    """Whether a journal of this recording can be rolled back where it lies."""
    path = os.path.realpath(path)
    return os.access(path, os.W_OK) and os.access(os.path.dirname(path), os.W_OK)


def connect(path: str, options: str, timeout: float = _BUSY_S) -> sqlite3.Connection:
    """A connection without implied transactions; ``options`` are those of SQLite's URIs."""
    uri = "file:{}?{}".format(quote(os.fsencode(path)), options)
    return sqlite3.connect(
        uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
    )


def settle_file(path: str) -> bool:
    """Make a recording one whole file; True when it is one. The caller keeps hosts out.

    Rolls back what was cut short and folds the write-ahead log. Somebody reading, a damaged file
    or a folder that cannot be written leave it as it is.
    """
    if not files_beside(path):
        return True
    if odd_file(path) or not is_writable(path) or names_another_journal(path):
        return False
    try:
        return repair(path)
    except (sqlite3.Error, OSError):
        return False


def repair(path: str) -> bool:
    """The same, saying what is amiss. Raises sqlite3.Error, OSError."""
    with contextlib.closing(connect(path, "mode=rw")) as connection:
        connection.execute("SELECT COUNT(*) FROM sqlite_master")  # rolls back by reading
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        if mode != "delete":
            return False
        connection.execute("BEGIN EXCLUSIVE")  # what is still there is nobody's now
        for file in files_beside(path):
            os.unlink(file)
        connection.execute("ROLLBACK")
    return True


def names_another_journal(path: str) -> bool:
    """Whether its journal names a super-journal: SQLite deletes the file of that name.

    None of ours does, as no transaction of ours changes two databases.
    """
    try:
        with open_regular(os.path.realpath(path) + JOURNAL) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - len(_ENDS_A_NAME)))
            return file.read() == _ENDS_A_NAME
    except OSError:
        return False
