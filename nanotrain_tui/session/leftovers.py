"""Folders among the sessions without a recording: a start that was killed leaves them.

The launcher removes the folder of a start that fails, unless it is killed too, or the power goes.
"""

import os
import shutil
import time

from nanotrain_tui.session import locks
from nanotrain_tui.session.errors import SessionError

RECORDING = "recording.nanotrain"
OLD_AFTER_S = 120.0  # no start takes as long
_OF_A_START = ("lock", "lock.new", "maintenance.lock", "control.sock", "trainer.log", "checkpoints")


def is_leftover(path: str) -> bool:
    """Whether this is a folder that holds no recording, and no host either."""
    if not os.path.isdir(path) or os.path.lexists(os.path.join(path, RECORDING)):
        return False
    return not locks.is_held(os.path.join(path, locks.LOCK)) and not locks.is_held(path)


def is_old(path: str) -> bool:
    """Whether nothing in this folder was written in the last two minutes."""
    try:
        with os.scandir(path) as entries:
            times = [entry.stat(follow_symlinks=False).st_mtime for entry in entries]
        return time.time() - max([os.stat(path).st_mtime] + times) > OLD_AFTER_S
    except OSError:
        return False


def make_way(path: str) -> None:
    """Remove the unused folder that has a new session's name.

    One that may still be wanted stays: SessionError says what it is and what to do about it.
    """
    name = os.path.basename(path)
    if not os.path.lexists(path):
        return
    if not os.path.isdir(path):
        raise SessionError("{} is in the way: it is no session's folder".format(path))
    if not is_leftover(path):
        raise SessionError("there is a session {!r} already".format(name))
    if not is_old(path):
        raise SessionError(
            "there is a session {0!r} already, and its start has just begun. If that was "
            "interrupted, delete it with 'nanotrain sessions delete {0}'.".format(name)
        )
    if not _holds_nothing(path):
        raise SessionError(
            "{} holds no recording, but other files. Delete it with 'nanotrain sessions delete "
            "{}', or choose another name.".format(path, name)
        )
    try:
        with locks.maintenance(path):
            discard(path)
    except OSError as error:
        raise SessionError("cannot delete {}: {}".format(path, error.strerror)) from error


def discard(path: str) -> None:
    """Delete a session's folder while hosts are kept out. Raises OSError.

    It is moved out of the list first, so that a deletion that is cut short leaves no half session.
    """
    gone = os.path.join(os.path.dirname(path), ".{}.deleted".format(os.path.basename(path)))
    if os.path.exists(gone):
        shutil.rmtree(gone)
    os.rename(path, gone)
    shutil.rmtree(gone)


def _holds_nothing(path: str) -> bool:
    """Whether there is nothing in it but what a start makes: no checkpoint, no file of a person."""
    checkpoints = os.path.join(path, "checkpoints")
    if os.path.lexists(checkpoints) and (not os.path.isdir(checkpoints) or os.listdir(checkpoints)):
        return False
    return all(
        name in _OF_A_START or name.startswith(RECORDING + ".new") for name in os.listdir(path)
    )
