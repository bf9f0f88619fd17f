"""The locks of a session's folder, which show that its host is alive and keep out a second one."""

import contextlib
import os

from nanotrain_tui.session.errors import HostLives
from nanotrain_tui.session.locks import (
    LOCK,
    MAINTENANCE_WAIT_S,
    exclude_maintenance,
    is_file,
    lock_exclusively,
    open_folder,
)

_NEW = LOCK + ".new"
_OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class FolderLock:
    """Locks a session's folder and its file ``lock`` until ``close``.

    Raises HostLives if another host holds them, MaintenanceRuns if another process settles, renames
    or deletes the session and takes too long.
    """

    def __init__(self, folder: str) -> None:
        self._fd = -1
        self._folder = folder
        self.directory = open_folder(folder)
        try:
            with exclude_maintenance(self.directory, MAINTENANCE_WAIT_S):
                with contextlib.suppress(OSError):  # some file systems cannot lock folders
                    lock_exclusively(self.directory)
                while not self.is_in_place():  # the file may be deleted before we lock it
                    self._hold(self._lock_file(LOCK))
        except HostLives:
            self.close()
            name = os.path.basename(folder)
            raise HostLives("{} has a host already".format(name)) from None
        except BaseException:
            self.close()
            raise
        self.beat()

    def beat(self) -> None:
        """Record a heartbeat: the modification time of ``lock``."""
        with contextlib.suppress(OSError):  # the disk is full: the lock itself still counts
            os.utime(self._fd)

    def is_in_place(self) -> bool:
        """Whether the locked file is still ``lock``, neither deleted nor replaced."""
        return self._fd >= 0 and is_file(self._fd, LOCK, self.directory)

    def restore(self) -> None:
        """Create and lock ``lock`` again; the folder's own lock kept out other hosts meanwhile.

        The new file is locked before it gets its name, so it is never seen unlocked. Raises
        OSError.
        """
        fd = self._lock_file(_NEW)
        try:
            os.rename(_NEW, LOCK, src_dir_fd=self.directory, dst_dir_fd=self.directory)
        except OSError:
            os.close(fd)
            raise
        self._hold(fd)

    def close(self) -> None:
        for fd in (self._fd, self.directory):
            if fd >= 0:
                os.close(fd)
        self._fd = self.directory = -1

    def _lock_file(self, name: str) -> int:
        try:
            fd = os.open(name, _OPEN, 0o600, dir_fd=self.directory)
        except OSError as error:
            error.filename = os.path.join(self._folder, name)  # it is relative to the descriptor
            raise
        try:
            lock_exclusively(fd)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def _hold(self, fd: int) -> None:
        """Hold this file instead of the one before."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = fd
