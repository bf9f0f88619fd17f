"""Reserves disk space while a session runs, so that it can record its end on a full disk."""

import errno
import os

from nanotrain_tui.session.folder import RESERVE

RESERVE_BYTES = 2 << 20
KEPT_FOR_THE_END = 1 << 20  # for the last events, the summary and merging the write-ahead log
_PIECE = 256 << 10  # freed for one commit that fails
_SMALLEST = 4096
_UNSUPPORTED = (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)


class Reserve:
    """A file of allocated blocks in ``folder`` that is freed piece by piece.

    ``held`` is its size in bytes. No method raises: if the space is short the reserve is smaller.
    """

    def __init__(self, folder: str, size: int = RESERVE_BYTES) -> None:
        self.path = os.path.join(folder, RESERVE)
        self.size = size
        self.held = 0

    @property
    def is_whole(self) -> bool:
        """Whether the reserve has its full size."""
        return self.held >= self.size

    def make(self) -> None:
        """Allocate the missing space; if that fails half of the size is tried, and so on."""
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return
        try:
            size = self.size
            while size > max(self.held, _SMALLEST):
                if _allocate(fd, self.held, size):
                    self.held = size
                    return
                size //= 2
        finally:
            os.close(fd)
            self._cut(self.held)

    def make_if_roomy(self) -> None:
        """Like ``make``, but only if the disk has four times that space free."""
        if self.is_whole:
            return
        try:
            disk = os.statvfs(os.path.dirname(self.path))
        except OSError:
            return
        if disk.f_bavail * disk.f_frsize >= 4 * self.size:
            self.make()

    def give(self, at_end: bool = False) -> bool:
        """Free a piece, or everything ``at_end``; False if nothing may be freed now."""
        floor = 0 if at_end else min(KEPT_FOR_THE_END, self.size // 2)
        left = floor if at_end else max(floor, self.held - _PIECE)
        return left < self.held and self._cut(left)

    def remove(self) -> None:
        """Free all space and delete the file."""
        self.held = 0
        try:
            os.unlink(self.path)
        except OSError:
            pass

    def _cut(self, size: int) -> bool:
        try:
            os.truncate(self.path, size)
        except OSError:
            return False
        self.held = size
        return True


def _allocate(fd: int, start: int, end: int) -> bool:
    """Allocate the blocks from ``start`` to ``end``; False if the disk has not enough."""
    try:
        os.posix_fallocate(fd, start, end - start)
        return True
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            return False
    try:  # the file system cannot allocate, and the C library does not emulate it: write zeros
        while start < end:
            start += os.pwrite(fd, bytes(min(65536, end - start)), start)
        os.fsync(fd)
        return True
    except OSError:
        return False
