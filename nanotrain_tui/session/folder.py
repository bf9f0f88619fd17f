"""The folder of one session: names, paths, and whether its host is alive.

Alive means that somebody holds an flock on ``lock``. The lock is never on the database: POSIX
locks on a file vanish with any close() of it, whoever in the process calls it.
"""

import fcntl
import os
import re
import sqlite3
import time
from typing import List, Optional, Tuple
from urllib.parse import quote

from nanotrain_tui.session.errors import SessionError, SessionNotFound

RECORDING = "recording.nanotrain"
NOT_RESPONDING_AFTER_S = 5.0

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_NUMBERED = re.compile(r"(.*)-([0-9]{1,9})\Z")


class SessionFolder:
    """Paths and liveness of the session in ``path``; touching nothing until asked."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self.name = os.path.basename(self.path)
        self.recording = os.path.join(self.path, RECORDING)
        self.lock = os.path.join(self.path, "lock")
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
        """Whether a host holds this session."""
        held = self._try_lock(fcntl.LOCK_SH)
        if held is None:
            return False
        if held < 0:
            return True
        os.close(held)
        return False

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
        """Fold the write-ahead log of a dead session into its one file; True when it is one.

        Only under the exclusive lock, so that no host can start meanwhile. Somebody else reading
        or a read-only medium leaves it for the next opener.
        """
        if not os.path.exists(self.recording + "-wal"):
            return True
        held = self._try_lock(fcntl.LOCK_EX)
        if held is None or held < 0:
            return False
        try:
            return self.settle_held()
        finally:
            os.close(held)

    def settle_held(self) -> bool:
        """The same for who holds the exclusive lock already."""
        if not os.path.exists(self.recording + "-wal"):
            return True
        try:
            connection = sqlite3.connect(self.recording, timeout=0.1, isolation_level=None)
            try:
                (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            finally:
                connection.close()
            return bool(mode == "delete")
        except sqlite3.Error:
            return False

    def _try_lock(self, kind: int) -> Optional[int]:
        """A descriptor with the lock held, -1 when another process has it, None without a file."""
        try:
            held = os.open(self.lock, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(held, kind | fcntl.LOCK_NB)
        except OSError:
            os.close(held)
            return -1
        return held


def uri_of(path: str) -> str:
    """A recording to be opened for reading, by SQLite; the path need not be UTF-8."""
    return "file:{}?mode=ro".format(quote(os.fsencode(path)))


def is_name(text: str) -> bool:
    """Whether a session can have this name: a letter or digit, then also ``.`` ``_`` ``-``."""
    return _NAME.match(text) is not None


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
    try:
        with os.scandir(sessions_folder(home)) as entries:
            paths = [entry.path for entry in entries if _NAME.match(entry.name)]
    except OSError:
        return []
    folders = [SessionFolder(path) for path in paths]
    return sorted((f for f in folders if os.path.exists(f.recording)), key=by_name)


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
    try:
        return _make(parent, name)
    except FileExistsError:
        raise SessionError("there is a session {!r} already".format(name)) from None


def _make(parent: str, name: str) -> SessionFolder:
    check_name(name)
    folder = SessionFolder(os.path.join(parent, name))
    os.mkdir(folder.path, 0o700)
    return folder


def by_name(folder: SessionFolder) -> Tuple[str, int, str]:
    """The key of the natural order: ``mnist-2`` before ``mnist-10``."""
    numbered = _NUMBERED.match(folder.name)
    if numbered:
        return (numbered.group(1), int(numbered.group(2)), folder.name)
    return (folder.name, 0, folder.name)
