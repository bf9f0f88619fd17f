"""Renaming and deleting sessions, never one that a host still writes."""

import contextlib
import fcntl
import os
import shutil
import sqlite3
from typing import Iterator

from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder, check_name


def rename_session(folder: SessionFolder, name: str) -> SessionFolder:
    """Give a session that has ended another name. Raises SessionError.

    The folder first: what a crash leaves in between is a session that says its old name inside,
    and the folder's name is the one that counts.
    """
    check_name(name)
    renamed = SessionFolder(os.path.join(os.path.dirname(folder.path), name))
    with _held(folder, "renamed"):
        folder.settle_held()
        try:
            # A folder that exists would be replaced if it were empty.
            os.mkdir(renamed.path, 0o700)
            os.rename(folder.path, renamed.path)
        except FileExistsError:
            raise SessionError("there is a session {!r} already".format(name)) from None
        except OSError as error:
            with contextlib.suppress(OSError):
                os.rmdir(renamed.path)
            raise SessionError(
                "cannot rename {}: {}".format(folder.path, error.strerror)
            ) from error
        _rename_inside(renamed)
    return renamed


def delete_session(folder: SessionFolder) -> None:
    """Delete the session's folder with all that is in it. Raises SessionError.

    It is moved out of the list first, so that a deletion that is cut short leaves no half session.
    """
    with _held(folder, "deleted"):
        gone = os.path.join(os.path.dirname(folder.path), ".{}.deleted".format(folder.name))
        try:
            if os.path.exists(gone):
                shutil.rmtree(gone)
            os.rename(folder.path, gone)
            shutil.rmtree(gone)
        except OSError as error:
            raise SessionError(
                "cannot delete {}: {}".format(error.filename or folder.path, error.strerror)
            ) from error


def size_of(folder: SessionFolder) -> int:
    """Bytes of all files of a session, checkpoints too."""
    total = 0
    for path, _, names in os.walk(folder.path):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total


@contextlib.contextmanager
def _held(folder: SessionFolder, what: str) -> Iterator[None]:
    """Keep hosts out meanwhile. Raises SessionError where one lives."""
    try:
        held = os.open(folder.lock, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SessionError("cannot open {}: {}".format(folder.lock, error.strerror)) from error
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SessionError(
                "{} is running and cannot be {}: stop it first".format(folder.name, what)
            ) from None
        yield
    finally:
        os.close(held)


def _rename_inside(folder: SessionFolder) -> None:
    """Write the name into the recording; a damaged one keeps the old."""
    try:
        connection = sqlite3.connect(folder.recording, timeout=1.0, isolation_level=None)
        try:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'name'", (folder.name,))
        finally:
            connection.close()
    except sqlite3.Error:
        pass
