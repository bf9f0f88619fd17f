"""Opens only regular files: a named pipe could block for ever."""

import errno
import os
import stat
from typing import BinaryIO


def is_stream(path: str) -> bool:
    """Whether this is a pipe, a device or a socket, or a symbolic link to one."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def open_regular(path: str) -> BinaryIO:
    """Open a file to read bytes. Raises OSError, also if it is a pipe or a device."""
    return open(_open_only_regular(path, os.O_RDONLY), "rb")


def append_regular(path: str) -> int:
    """A descriptor to read a file and to append to it; a new file is its user's alone.

    Raises OSError, also if it is a pipe or a device.
    """
    return _open_only_regular(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)


def _open_only_regular(path: str, flags: int) -> int:
    fd = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return fd
