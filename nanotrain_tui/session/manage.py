"""Renaming and deleting sessions, never one that a host still writes."""

import contextlib
import os
import sqlite3
from typing import Iterator

from nanotrain_tui.session.errors import HostLives, SessionError
from nanotrain_tui.session.folder import SessionFolder, check_name
from nanotrain_tui.session.leftovers import discard, make_way
from nanotrain_tui.session.locks import MAINTENANCE_WAIT_S, maintenance
from nanotrain_tui.session.recording.journals import connect, names_another_journal, odd_file


def rename_session(folder: SessionFolder, name: str) -> SessionFolder:
    """Give a session that has ended another name. Raises SessionError.

    The folder first: what a crash leaves in between is a session that says its old name inside,
    and the folder's name is the one that counts.
    """
    check_name(name)
    renamed = SessionFolder(os.path.join(os.path.dirname(folder.path), name))
    with _held(folder, "renamed"):
        folder.settle_held()
        make_way(renamed.path)
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
    """Delete the session's folder with all that is in it. Raises SessionError."""
    with _held(folder, "deleted"):
        try:
            discard(folder.path)
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
    """Keep hosts and settlers out meanwhile. Raises SessionError where one is there."""
    try:
        with maintenance(folder.path, MAINTENANCE_WAIT_S):
            yield
    except HostLives:
        raise SessionError(
            "{} is running and cannot be {}: stop it first".format(folder.name, what)
        ) from None
    except OSError as error:
        raise SessionError(
            "cannot open {}: {}".format(error.filename or folder.path, error.strerror)
        ) from error


def _rename_inside(folder: SessionFolder) -> None:
    """Write the name into the recording; a damaged one keeps the old."""
    if odd_file(folder.recording) or names_another_journal(folder.recording):
        return
    try:
        with contextlib.closing(connect(folder.recording, "mode=rw", 1.0)) as connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'name'", (folder.name,))
    except sqlite3.Error:
        pass
