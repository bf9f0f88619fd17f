"""The folder of one session: names, paths, and whether its host is alive.

Alive means that a process holds ``lock`` exclusively, or the folder itself where ``lock`` was
deleted (session/locks.py). The lock is never on the database: POSIX locks on a file vanish with
any close() of it, whoever in the process calls it.
"""

import os
import re
import time
from typing import List, Optional, Tuple

from nanotrain_tui.session import locks
from nanotrain_tui.session.errors import SessionError, SessionNotFound
from nanotrain_tui.session.leftovers import RECORDING, is_leftover, is_old, make_way
from nanotrain_tui.session.names import is_name
from nanotrain_tui.session.recording.journals import files_beside, settle_file

RESERVE = "reserve"  # disk space that a running host sets aside; see reserve.py
NOT_RESPONDING_AFTER_S = 5.0

_NUMBERED = re.compile(r"(.*)-([0-9]{1,9})\Z")


class SessionFolder:
    """Paths and liveness of the session in ``path``; touching nothing until asked."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self.name = os.path.basename(self.path)
        self.recording = os.path.join(self.path, RECORDING)
        self.lock = os.path.join(self.path, locks.LOCK)
        self.socket = os.path.join(self.path, "control.sock")
        self.log = os.path.join(self.path, "trainer.log")
        self.checkpoints = os.path.join(self.path, "checkpoints")

    def __repr__(self) -> str:
        return "SessionFolder({!r})".format(self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SessionFolder) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def is_alive(self) -> bool:
        """Whether a host holds this session; settling, renaming and deleting are no host."""
        return locks.is_held(self.lock) or locks.is_held(self.path)

    def heartbeat_age_s(self) -> Optional[float]:
        """Seconds since the host last touched its lock; None where there never was one."""
        try:
            beat = os.stat(self.lock).st_mtime
        except OSError:
            return None
        return max(0.0, time.time() - beat)  # a clock set back is no age

    def is_responding(self) -> bool:
        """Alive, with a heartbeat in the last 5 s."""
        age = self.heartbeat_age_s()
        return age is not None and age < NOT_RESPONDING_AFTER_S and self.is_alive()

    def settle(self) -> bool:
        """Make the recording of a dead session one whole file; True when it is one.

        The write-ahead log is folded and a change that was cut short is rolled back, while no host
        can start. Somebody else reading or a read-only medium leaves it for the next opener.
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
        """The same for who keeps hosts out already."""
        if files_beside(self.recording):
            try:
                os.unlink(
                    os.path.join(self.path, RESERVE)
                )  # a full disk may need its room for this
            except OSError:
                pass  # there is none
        return settle_file(self.recording)


def check_name(name: str) -> None:
    """Raises SessionError saying which names are allowed, where this is none of them."""
    if not is_name(name):
        raise SessionError(
            "{!r} cannot be the name of a session: take 1 to 64 letters (A to Z), digits, '.', '_' "
            "and '-', and begin with a letter or digit".format(name[:80])
        )


def sessions_folder(home: str) -> str:
    """Where the sessions of this home lie."""
    return os.path.join(os.path.abspath(os.fspath(home)), "sessions")


def list_sessions(home: str) -> List[SessionFolder]:
    """Every session of this home that has a recording, by name, ``mnist-2`` before ``mnist-10``."""
    return sorted((f for f in _folders(home) if os.path.exists(f.recording)), key=by_name)


def list_leftovers(home: str) -> List[SessionFolder]:
    """Folders of this home that a start left without a recording some minutes ago, by name."""
    return sorted(
        (f for f in _folders(home) if is_leftover(f.path) and is_old(f.path)), key=by_name
    )


def find_leftover(home: str, name: str) -> Optional[SessionFolder]:
    """The folder of exactly this name that holds no recording and no host."""
    folder = SessionFolder(os.path.join(sessions_folder(home), name))
    return folder if is_name(name) and is_leftover(folder.path) else None


def find_session(home: str, name: str) -> SessionFolder:
    """The session of this name, or of which it is the only prefix; raises SessionNotFound."""
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
    """A new folder, 0700: ``name``, or named after the data and the next free number: ``mnist-12``.

    Raises SessionError naming the path where it cannot be made, or the name that is taken.
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
                pass  # another start was faster
    except OSError as error:
        raise SessionError(
            "cannot make a session in {}: {}".format(parent, error.strerror)
        ) from error


def free_name(parent: str, wanted: str) -> str:
    """The name itself, or with the next number where it is taken: ``mnist-3``, ``mnist-3-2``."""
    name, number = wanted, 1
    while os.path.exists(os.path.join(parent, name)):
        number += 1
        name = "{}-{}".format(wanted[:56], number)
    return name


def _make_named(parent: str, name: str) -> SessionFolder:
    if is_name(name):
        make_way(os.path.join(parent, name))
    try:
        return _make(parent, name)
    except FileExistsError:
        raise SessionError("there is a session {!r} already".format(name)) from None


def _make(parent: str, name: str) -> SessionFolder:
    check_name(name)
    folder = SessionFolder(os.path.join(parent, name))
    os.mkdir(folder.path, 0o700)
    return folder


def _folders(home: str) -> List[SessionFolder]:
    """Whatever has the name of a session."""
    try:
        with os.scandir(sessions_folder(home)) as entries:
            return [SessionFolder(entry.path) for entry in entries if is_name(entry.name)]
    except OSError:
        return []


def by_name(folder: SessionFolder) -> Tuple[str, int, str]:
    """The key of the natural order: ``mnist-2`` before ``mnist-10``."""
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
