"""The locks that say a host lives and keep a second one out, and the heartbeat."""

import contextlib
import os

from nanotrain_tui.session.errors import HostLives
from nanotrain_tui.session.locks import (
    LOCK,
    MAINTENANCE_WAIT_S,
    is_file,
    lock_exclusively,
    maintenance_kept_out,
    open_folder,
)

_NEW = LOCK + ".new"
_OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class FolderLock:
    """Holds a session's folder from its making to close().

    Raises HostLives if another host does, MaintenanceRuns where another process takes long to put
    the session's files in order.
    """

    def __init__(self, folder: str) -> None:
        self._fd = -1
        self.directory = open_folder(folder)
        try:
            with maintenance_kept_out(self.directory, MAINTENANCE_WAIT_S):
                with contextlib.suppress(OSError):  # a file system that locks no folders
                    lock_exclusively(self.directory)
                while not self.is_whole():  # else somebody deleted the one that we waited for
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
        """Say that all is well, by the file's time."""
        with contextlib.suppress(OSError):  # a full disk: the lock still says that we live
            os.utime(self._fd)

    def is_whole(self) -> bool:
        """Whether ``lock`` is the file that is held, not deleted or replaced."""
        return self._fd >= 0 and is_file(self._fd, LOCK, self.directory)

    def restore(self) -> None:
        """Put a held ``lock`` in place again; the folder's own lock kept hosts out meanwhile.

        It is locked before it has its name, so that nobody finds it free. Raises OSError.
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
        fd = os.open(name, _OPEN, 0o600, dir_fd=self.directory)
        try:
            lock_exclusively(fd)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def _hold(self, fd: int) -> None:
        """This file from now on, in place of the one before."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = fd
