"""The locks on a session's folder: one host may change it, or one maintenance operation.

A host holds two exclusive locks (flock(2)). The one on ``lock`` shows that the session runs. The
one on the folder itself keeps out a second host even if ``lock`` was deleted. Maintenance, which is
settling, renaming or deleting, holds shared locks on both: hosts must wait, but maintenance is not
taken for a host. It also holds ``maintenance.lock``, which exists only during maintenance, against
other maintenance and starting hosts.

The database itself is never locked this way: see docs/SESSION_FORMAT.md.
"""

import contextlib
import fcntl
import os
import time
from typing import Iterator, Optional

from nanotrain_tui.session.errors import HostLives, MaintenanceRuns

LOCK = "lock"
MAINTENANCE = "maintenance.lock"
HOST_WAIT_S = 2.0  # for a host that ends to release its locks
MAINTENANCE_WAIT_S = 30.0  # a killed host may leave a long log on a slow SD card
_RETRY_S = 0.01


def open_folder(path: str) -> int:
    """A descriptor of the folder, which stays valid when the folder is moved. Raises OSError."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def is_held(path: str) -> bool:
    """Whether a process holds an exclusive lock on the file or folder; False if it is missing."""
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
    """Keep out hosts and other maintenance, which is waited for at most ``wait_s`` seconds.

    Raises HostLives, MaintenanceRuns, or OSError if the folder cannot be opened.
    """
    with contextlib.ExitStack() as held:
        directory = open_folder(folder)
        held.callback(os.close, directory)
        held.enter_context(exclude_maintenance(directory, wait_s))
        _lock_shared(directory)
        with contextlib.suppress(FileNotFoundError):  # the lock on the folder is enough
            lock = os.open(LOCK, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=directory)
            held.callback(os.close, lock)
            _lock_shared(lock)
        yield


def lock_exclusively(fd: int) -> None:
    """Take a host's lock; waits for processes that only test it. Raises HostLives."""
    began = time.monotonic()
    while not _try_lock(fd, fcntl.LOCK_EX):
        if time.monotonic() - began > HOST_WAIT_S:
            raise HostLives("another host holds the session")
        time.sleep(_RETRY_S)


@contextlib.contextmanager
def exclude_maintenance(directory: int, wait_s: float) -> Iterator[None]:
    """Hold ``maintenance.lock`` of the folder open as ``directory``. Raises MaintenanceRuns."""
    fd = _lock_maintenance_file(directory, wait_s)
    try:
        yield
    finally:
        if fd is not None:
            with contextlib.suppress(OSError):  # deleted along with the folder
                os.unlink(MAINTENANCE, dir_fd=directory)
            os.close(fd)


def _lock_maintenance_file(directory: int, wait_s: float) -> Optional[int]:
    """The descriptor of the locked file.

    None if it cannot be created: a full disk must not prevent deleting. Raises MaintenanceRuns.
    """
    give_up = time.monotonic() + wait_s
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            fd = os.open(MAINTENANCE, flags, 0o600, dir_fd=directory)
        except OSError:
            return None
        if _try_lock(fd, fcntl.LOCK_EX):
            if is_file(fd, MAINTENANCE, directory):
                return fd
            os.close(fd)  # its last holder has deleted it
            continue
        os.close(fd)
        if time.monotonic() >= give_up:
            raise MaintenanceRuns("another process is changing the session's files; try again")
        time.sleep(_RETRY_S)


def is_file(fd: int, name: str, directory: int) -> bool:
    """Whether the entry ``name`` of the folder is this open file."""
    try:
        found, held = os.stat(name, dir_fd=directory, follow_symlinks=False), os.fstat(fd)
    except OSError:
        return False
    return os.path.samestat(found, held)


def _lock_shared(fd: int) -> None:
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
