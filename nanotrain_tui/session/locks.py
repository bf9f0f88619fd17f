"""Who may change a session's folder: one host while it lives, or one piece of maintenance.

A host holds two exclusive flocks: on ``lock``, which tells everybody that the session runs, and on
the folder itself, which keeps a second host out also where ``lock`` was deleted. Maintenance
(settling, renaming, deleting) holds both shared: hosts must wait, and nobody takes it for a host.
Against other maintenance, and a host that starts, it holds ``maintenance.lock``, which is there
only meanwhile.

Only ever on files of their own, never on the database: see docs/SESSION_FORMAT.md.
"""

import contextlib
import fcntl
import os
import time
from typing import Iterator, Optional

from nanotrain_tui.session.errors import HostLives, MaintenanceRuns

LOCK = "lock"
MAINTENANCE = "maintenance.lock"
HOST_WAIT_S = 2.0  # a host that ends may need a moment to let go
MAINTENANCE_WAIT_S = 30.0  # the log of a killed host can be long, an SD card slow
_RETRY_S = 0.01


def open_folder(path: str) -> int:
    """A descriptor of the folder, by which its files are found also after it was moved."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def is_held(path: str) -> bool:
    """Whether a process holds the file or folder exclusively; False where it is not there."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return not _try_lock(fd, fcntl.LOCK_SH)
    except OSError:  # a file system without such locks
        return False
    finally:
        os.close(fd)


@contextlib.contextmanager
def maintenance(folder: str, wait_s: float = 0.0) -> Iterator[None]:
    """Keep hosts and other maintenance out; wait ``wait_s`` seconds for other maintenance.

    Raises HostLives or MaintenanceRuns, OSError where the folder cannot be opened.
    """
    with contextlib.ExitStack() as held:
        directory = open_folder(folder)
        held.callback(os.close, directory)
        held.enter_context(maintenance_kept_out(directory, wait_s))
        _share(directory)
        with contextlib.suppress(FileNotFoundError):  # the folder's own lock has to do
            lock = os.open(LOCK, os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
            held.callback(os.close, lock)
            _share(lock)
        yield


def lock_exclusively(fd: int) -> None:
    """Lock it for a host, against those who hold it for an instant to ask. Raises HostLives."""
    began = time.monotonic()
    while not _try_lock(fd, fcntl.LOCK_EX):
        if time.monotonic() - began > HOST_WAIT_S:
            raise HostLives("another host holds the session")
        time.sleep(_RETRY_S)


@contextlib.contextmanager
def maintenance_kept_out(directory: int, wait_s: float) -> Iterator[None]:
    """Hold ``maintenance.lock`` of the folder open as ``directory``. Raises MaintenanceRuns."""
    gate = _take_gate(directory, wait_s)
    try:
        yield
    finally:
        if gate is not None:
            with contextlib.suppress(OSError):  # deleted along with the folder
                os.unlink(MAINTENANCE, dir_fd=directory)
            os.close(gate)


def _take_gate(directory: int, wait_s: float) -> Optional[int]:
    """Its descriptor; None where it cannot be made: a full disk must not keep one from deleting."""
    give_up = time.monotonic() + wait_s
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            gate = os.open(MAINTENANCE, flags, 0o600, dir_fd=directory)
        except OSError:
            return None
        if _try_lock(gate, fcntl.LOCK_EX):
            if is_file(gate, MAINTENANCE, directory):
                return gate
            os.close(gate)  # the one before us has removed it
            continue
        os.close(gate)
        if time.monotonic() >= give_up:
            raise MaintenanceRuns(
                "another process is putting the session's files in order; try again"
            )
        time.sleep(_RETRY_S)


def is_file(fd: int, name: str, directory: int) -> bool:
    """Whether the folder's entry ``name`` is this open file."""
    try:
        found, held = os.stat(name, dir_fd=directory, follow_symlinks=False), os.fstat(fd)
    except OSError:
        return False
    return os.path.samestat(found, held)


def _share(fd: int) -> None:
    try:
        shared = _try_lock(fd, fcntl.LOCK_SH)
    except OSError:
        return  # a file system without such locks
    if not shared:
        raise HostLives("a host holds the session")


def _try_lock(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
