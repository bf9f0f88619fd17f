"""The files that SQLite leaves beside a recording when its writer is killed, and their repair.

A ``-wal`` file holds rows that are not yet in the recording. A ``-journal`` file holds the former
content of an interrupted change. Until a connection that may write has rolled that change back, a
read-only connection cannot read the recording. Source: SQLite, "Database File Format".
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
_NAME_END = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"  # the magic number after a super-journal's name


def files_beside(path: str) -> List[str]:
    """The journal files beside a recording."""
    path = os.path.realpath(path)  # where SQLite looks for them
    return [path + end for end in BESIDE if os.path.lexists(path + end)]


def irregular_file(path: str) -> str:
    """The path of the recording or its journal if it is a pipe or a device; else empty."""
    files = [path] + files_beside(path)
    return next(filter(is_stream, files), "")


def is_writable(path: str) -> bool:
    """Whether a journal of this recording can be rolled back in place."""
    path = os.path.realpath(path)
    return os.access(path, os.W_OK) and os.access(os.path.dirname(path), os.W_OK)


def connect(path: str, options: str, timeout: float = _BUSY_S) -> sqlite3.Connection:
    """A connection without implicit transactions; ``options`` are those of SQLite's URIs."""
    uri = "file:{}?{}".format(quote(os.fsencode(path)), options)
    return sqlite3.connect(
        uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
    )


def settle_file(path: str) -> bool:
    """Make a recording a single file; returns whether it is one. The caller keeps out hosts.

    Rolls back an interrupted change and merges the write-ahead log. The recording is left as it is
    if another process reads it, if it is damaged, or if the folder cannot be written.
    """
    if not files_beside(path):
        return True
    if irregular_file(path) or not is_writable(path) or names_super_journal(path):
        return False
    try:
        return repair(path)
    except (sqlite3.Error, OSError):
        return False


def repair(path: str) -> bool:
    """Like ``settle_file``, without its checks. Raises sqlite3.Error or OSError."""
    with contextlib.closing(connect(path, "mode=rw")) as connection:
        connection.execute("SELECT COUNT(*) FROM sqlite_master")  # reading rolls back
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        if mode != "delete":
            return False
        connection.execute("BEGIN EXCLUSIVE")  # so that nobody uses the files that are left
        for file in files_beside(path):
            os.unlink(file)
        connection.execute("ROLLBACK")
    return True


def names_super_journal(path: str) -> bool:
    """Whether the journal names a super-journal, a file that SQLite would delete.

    Our journals never do, because no transaction of ours changes two databases.
    """
    try:
        with open_regular(os.path.realpath(path) + JOURNAL) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - len(_NAME_END)))
            return file.read() == _NAME_END
    except OSError:
        return False
