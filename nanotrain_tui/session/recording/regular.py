"""Opens only regular files: reading a named pipe could block for ever."""

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
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return open(fd, "rb")
