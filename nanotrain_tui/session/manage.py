"""Renames and deletes sessions that have no host."""

import contextlib
import os
import sqlite3
from typing import Iterator

from nanotrain_tui.session.durable import sync
from nanotrain_tui.session.errors import HostLives, SessionError
from nanotrain_tui.session.folder import SessionFolder, check_name
from nanotrain_tui.session.leftovers import discard, remove_unused_folder
from nanotrain_tui.session.locks import MAINTENANCE_WAIT_S, maintenance
from nanotrain_tui.session.recording.journals import connect, irregular_file, names_super_journal


def rename_session(folder: SessionFolder, name: str) -> SessionFolder:
    """Rename a session that has ended. Raises SessionError.

    The folder is renamed first, because its name counts. After a crash in between the recording
    still holds the old name.
    """
    check_name(name)
    renamed = SessionFolder(os.path.join(os.path.dirname(folder.path), name))
    with _held(folder, "renamed"):
        folder.settle_held()
        remove_unused_folder(renamed.path)
        try:
            # rename(2) would replace an existing folder if it is empty
            os.mkdir(renamed.path, 0o700)
            os.rename(folder.path, renamed.path)
            sync(os.path.dirname(renamed.path))
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
    """Delete the session's folder and all its files. Raises SessionError."""
    with _held(folder, "deleted"):
        try:
            discard(folder.path)
        except OSError as error:
            raise SessionError(
                "cannot delete {}: {}".format(error.filename or folder.path, error.strerror)
            ) from error


def size_of(folder: SessionFolder) -> int:
    """The size in bytes of all files of a session, including checkpoints."""
    total = 0
    for path, _, names in os.walk(folder.path):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total


@contextlib.contextmanager
def _held(folder: SessionFolder, what: str) -> Iterator[None]:
    """Keep out hosts and other maintenance. Raises SessionError if the session has a host."""
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
    """Write the new name into the recording; a damaged recording keeps the old one."""
    if irregular_file(folder.recording) or names_super_journal(folder.recording):
        return
    try:
        with contextlib.closing(connect(folder.recording, "mode=rw", 1.0)) as connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'name'", (folder.name,))
    except sqlite3.Error:
        pass
