"""Finds and removes session folders without a recording, which a killed start leaves behind.

The launcher deletes the folder of a start that fails, unless it is killed itself or the power
fails.
"""

import os
import shutil
import time

from nanotrain_tui.session import locks
from nanotrain_tui.session.errors import SessionError

RECORDING = "recording.nanotrain"
OLD_AFTER_S = 120.0  # longer than any start takes
_OF_A_START = ("lock", "lock.new", "maintenance.lock", "control.sock", "trainer.log", "checkpoints")


def is_leftover(path: str) -> bool:
    """Whether this is a folder without a recording and without a host."""
    if not os.path.isdir(path) or os.path.lexists(os.path.join(path, RECORDING)):
        return False
    return not locks.is_held(os.path.join(path, locks.LOCK)) and not locks.is_held(path)


def is_old(path: str) -> bool:
    """Whether nothing in this folder has been written for two minutes."""
    try:
        with os.scandir(path) as entries:
            times = [entry.stat(follow_symlinks=False).st_mtime for entry in entries]
        return time.time() - max([os.stat(path).st_mtime] + times) > OLD_AFTER_S
    except OSError:
        return False


def remove_unused_folder(path: str) -> None:
    """Delete an unused folder that has the name of a new session.

    Raises SessionError if it may still be needed; the message says what it is and what to do.
    """
    name = os.path.basename(path)
    if not os.path.lexists(path):
        return
    if not os.path.isdir(path):
        raise SessionError("{} exists already and is not a session's folder".format(path))
    if not is_leftover(path):
        raise SessionError("there is a session {!r} already".format(name))
    if not is_old(path):
        raise SessionError(
            "there is a session {0!r} already, and its start has just begun. If that was "
            "interrupted, delete it with 'nanotrain sessions delete {0}'.".format(name)
        )
    if not _holds_nothing(path):
        raise SessionError(
            "{} has no recording but other files. Delete it with 'nanotrain sessions delete "
            "{}', or choose another name.".format(path, name)
        )
    try:
        with locks.maintenance(path):
            discard(path)
    except OSError as error:
        raise SessionError("cannot delete {}: {}".format(path, error.strerror)) from error


def discard(path: str) -> None:
    """Delete a session's folder; the caller keeps out hosts. Raises OSError.

    The folder is renamed first, so that an interrupted deletion leaves no partial session.
    """
    gone = os.path.join(os.path.dirname(path), ".{}.deleted".format(os.path.basename(path)))
    if os.path.exists(gone):
        shutil.rmtree(gone)
    os.rename(path, gone)
    shutil.rmtree(gone)


def _holds_nothing(path: str) -> bool:
    """Whether the folder has only files that a start creates: no checkpoint, no user's file."""
    checkpoints = os.path.join(path, "checkpoints")
    if os.path.lexists(checkpoints) and (not os.path.isdir(checkpoints) or os.listdir(checkpoints)):
        return False
    return all(
        name in _OF_A_START or name.startswith(RECORDING + ".new") for name in os.listdir(path)
    )
