"""Makes files survive a power cut. A file system may keep data and names in memory for seconds.

Errors are ignored: some file systems cannot sync folders, and the files are written already.
"""

import contextlib
import os


def sync(path: str) -> None:
    """Write a file's data, or the names in a folder, to the disk."""
    with contextlib.suppress(OSError):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def sync_tree(path: str) -> None:
    """Write a folder and all that is in it to the disk."""
    for folder, _, files in os.walk(path):
        for name in files:
            sync(os.path.join(folder, name))
        sync(folder)
