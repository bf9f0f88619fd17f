"""Copies a recording into a single file, even while its host writes it."""

import contextlib
import os
import sqlite3

from nanotrain_tui.session.errors import RecordingError

_HAS_BACKUP = hasattr(sqlite3.Connection, "backup")  # since Python 3.7


def back_up(connection: sqlite3.Connection, path: str) -> None:
    """Copy the recording of a connection to ``path``, atomically; an existing file is replaced.

    Raises RecordingError.
    """
    aside = path + ".part"
    try:
        with contextlib.closing(sqlite3.connect(aside, isolation_level=None)) as copy:
            _copy(connection, copy)
        os.replace(aside, path)
    except (sqlite3.Error, OSError) as error:
        with contextlib.suppress(OSError):  # it may not exist, or the disk has failed
            os.remove(aside)
        raise RecordingError("cannot write {}: {}".format(path, error)) from error


def _copy(connection: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    """Copy through SQLite's backup API, or row by row in Python 3.6, which lacks it."""
    if _HAS_BACKUP:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        return
    connection.execute("BEGIN")
    try:
        for line in connection.iterdump():
            copy.execute(line)
    finally:
        connection.execute("ROLLBACK")
