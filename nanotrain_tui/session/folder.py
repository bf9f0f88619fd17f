"""The folder of a session: its name, its paths, and whether its host is alive.

A host is alive if a process holds an exclusive lock on ``lock``, or on the folder itself
(session/locks.py). The lock is never on the database: a process loses its POSIX locks on a file
when any part of it closes a descriptor of that file.
"""

import os
import re
import time
from typing import List, Optional, Tuple

from nanotrain_tui.session import locks
from nanotrain_tui.session.durable import sync
from nanotrain_tui.session.errors import SessionError, SessionNotFound
from nanotrain_tui.session.leftovers import RECORDING, is_leftover, is_old, remove_unused_folder
from nanotrain_tui.session.names import is_name
from nanotrain_tui.session.recording.journals import files_beside, settle_file

RESERVE = "reserve"  # disk space that a running host sets aside; see reserve.py
NOT_RESPONDING_AFTER_S = 5.0

_NUMBERED = re.compile(r"(.*)-([0-9]{1,9})\Z")


class SessionFolder:
    """The paths of the session in the folder ``path``. Creating it does not touch the disk."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self.name = os.path.basename(self.path)
        self.recording = os.path.join(self.path, RECORDING)
        self.lock = os.path.join(self.path, locks.LOCK)
        self.socket = os.path.join(self.path, "control.sock")
        self.log = os.path.join(self.path, "trainer.log")
        self.checkpoints = os.path.join(self.path, "checkpoints")
        self.sources = os.path.join(self.path, "sources")

    def __repr__(self) -> str:
        return "SessionFolder({!r})".format(self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SessionFolder) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def is_alive(self) -> bool:
        """Whether this session has a host; settling, renaming and deleting do not count."""
        return locks.is_held(self.lock) or locks.is_held(self.path)

    def heartbeat_age_s(self) -> Optional[float]:
        """Seconds since the last heartbeat of a host; None if there is no lock file."""
        try:
            beat = os.stat(self.lock).st_mtime
        except OSError:
            return None
        return max(0.0, time.time() - beat)  # negative if the clock was set back

    def is_responding(self) -> bool:
        """Whether the host is alive and its last heartbeat is at most 5 s old."""
        age = self.heartbeat_age_s()
        return age is not None and age < NOT_RESPONDING_AFTER_S and self.is_alive()

    def settle(self) -> bool:
        """Make the recording of a session without a host a single file; returns whether it is one.

        The write-ahead log is merged into it, or an interrupted change is rolled back, while no
        host can start. If another process reads it, or the disk is read-only, this is left to the
        next process that opens it.
        """
        if not files_beside(self.recording):
            return True
        if self.is_alive():
            return False
        try:
            with locks.maintenance(self.path):
                return self.settle_held()
        except (SessionError, OSError):
            return False

    def settle_held(self) -> bool:
        """Like ``settle``, for a caller that keeps out hosts already."""
        if files_beside(self.recording):
            try:
                # on a full disk the next step may need this space
                os.unlink(os.path.join(self.path, RESERVE))
            except OSError:
                pass  # there is no such file
        return settle_file(self.recording)


def check_name(name: str) -> None:
    """Raises SessionError, with the rules for names, if this is not a valid one."""
    if not is_name(name):
        raise SessionError(
            "{!r} cannot be the name of a session: take 1 to 64 letters (A to Z), digits, '.', '_' "
            "and '-', and begin with a letter or digit".format(name[:80])
        )


def sessions_folder(home: str) -> str:
    """The folder that holds the sessions of this home."""
    return os.path.join(os.path.abspath(os.fspath(home)), "sessions")


def list_sessions(home: str) -> List[SessionFolder]:
    """All sessions of this home with a recording, in natural order of their names."""
    return sorted((f for f in _folders(home) if os.path.exists(f.recording)), key=by_name)


def list_leftovers(home: str) -> List[SessionFolder]:
    """Folders of this home that a start left without a recording, sorted by name.

    Only folders that have not changed for two minutes are listed.
    """
    return sorted(
        (f for f in _folders(home) if is_leftover(f.path) and is_old(f.path)), key=by_name
    )


def find_leftover(home: str, name: str) -> Optional[SessionFolder]:
    """The folder of exactly this name if it has no recording and no host, else None."""
    folder = SessionFolder(os.path.join(sessions_folder(home), name))
    return folder if is_name(name) and is_leftover(folder.path) else None


def find_session(home: str, name: str) -> SessionFolder:
    """The session of this name, or the only one that begins with it; raises SessionNotFound."""
    folders = list_sessions(home)
    for folder in folders:
        if folder.name == name:
            return folder
    matches = [folder for folder in folders if name and folder.name.startswith(name)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        listed = ", ".join(folder.name for folder in matches[:8])
        raise SessionNotFound("{!r} could be any of {}".format(name, listed))
    where = sessions_folder(home)
    raise SessionNotFound("no session {!r} in {}".format(name, where))


def create_session(home: str, data_name: str, name: Optional[str] = None) -> SessionFolder:
    """Create the folder of a new session with mode 0700.

    Without ``name`` it gets the name of the data and the next free number: ``mnist-12``. Raises
    SessionError if the name is taken or the folder cannot be created.
    """
    parent = sessions_folder(home)
    try:
        os.makedirs(parent, mode=0o700, exist_ok=True)
        if name is not None:
            return _make_named(parent, name)
        taken = [_NUMBERED.match(entry) for entry in os.listdir(parent)]
        numbers = [int(one.group(2)) for one in taken if one and one.group(1) == data_name]
        number = max(numbers, default=0)
        while True:
            number += 1
            try:
                return _make(parent, "{}-{}".format(data_name, number))
            except FileExistsError:
                pass  # another process has created it
    except OSError as error:
        raise SessionError(
            "cannot create a session in {}: {}".format(parent, error.strerror)
        ) from error


def free_name(parent: str, wanted: str) -> str:
    """``wanted``, or with a number appended if it is taken: ``mnist-3``, ``mnist-3-2``."""
    name, number = wanted, 1
    while os.path.exists(os.path.join(parent, name)):
        number += 1
        name = "{}-{}".format(wanted[:56], number)
    return name


def _make_named(parent: str, name: str) -> SessionFolder:
    if is_name(name):
        remove_unused_folder(os.path.join(parent, name))
    try:
        return _make(parent, name)
    except FileExistsError:
        raise SessionError("there is a session {!r} already".format(name)) from None


def _make(parent: str, name: str) -> SessionFolder:
    check_name(name)
    folder = SessionFolder(os.path.join(parent, name))
    os.mkdir(folder.path, 0o700)
    for above in (parent, os.path.dirname(parent)):  # both may be new
        sync(above)
    return folder


def _folders(home: str) -> List[SessionFolder]:
    """All entries with a valid name."""
    try:
        with os.scandir(sessions_folder(home)) as entries:
            return [SessionFolder(entry.path) for entry in entries if is_name(entry.name)]
    except OSError:
        return []


def by_name(folder: SessionFolder) -> Tuple[str, int, str]:
    """The sort key of the natural order: ``mnist-2`` before ``mnist-10``."""
    numbered = _NUMBERED.match(folder.name)
    if numbered:
        return (numbered.group(1), int(numbered.group(2)), folder.name)
    return (folder.name, 0, folder.name)


__all__ = [
    "RECORDING",
    "SessionFolder",
    "create_session",
    "find_leftover",
    "find_session",
    "free_name",
    "list_leftovers",
    "list_sessions",
    "sessions_folder",
]
