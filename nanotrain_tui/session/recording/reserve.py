"""Disk space that a running session sets aside, so that it can end properly on a full disk."""

import errno
import os

from nanotrain_tui.session.folder import RESERVE

RESERVE_BYTES = 2 << 20
KEPT_FOR_THE_END = 1 << 20  # the end events, the summary, and the write-ahead log to be folded
_PIECE = 256 << 10  # what one full commit gets
_SMALLEST = 4096
_UNSUPPORTED = (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)


class Reserve:
    """A file of allocated blocks in ``folder`` that is given back piece by piece.

    ``held`` is its size in bytes. No method raises: a reserve that cannot be made is a smaller one.
    """

    def __init__(self, folder: str, size: int = RESERVE_BYTES) -> None:
        self.path = os.path.join(folder, RESERVE)
        self.size = size
        self.held = 0

    @property
    def is_whole(self) -> bool:
        return self.held >= self.size

    def make(self) -> None:
        """Allocate what is missing; where that is too much, half of it, and so on."""
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
        """The same where the disk has several times that much, so that nothing runs short of it."""
        if self.is_whole:
            return
        try:
            disk = os.statvfs(os.path.dirname(self.path))
        except OSError:
            return
        if disk.f_bavail * disk.f_frsize >= 4 * self.size:
            self.make()

    def give(self, at_end: bool = False) -> bool:
        """Free a piece of it, ``at_end`` all; False where nothing is left for now."""
        floor = 0 if at_end else min(KEPT_FOR_THE_END, self.size // 2)
        left = floor if at_end else max(floor, self.held - _PIECE)
        return left < self.held and self._cut(left)

    def remove(self) -> None:
        """Free all of it, and its file."""
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
    """Have the file hold blocks from ``start`` to ``end``; False where there are not so many."""
    try:
        os.posix_fallocate(fd, start, end - start)
        return True
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            return False
    try:  # a file system that cannot, behind a C library that does not help
        while start < end:
            start += os.pwrite(fd, bytes(min(65536, end - start)), start)
        os.fsync(fd)
        return True
    except OSError:
        return False
