"""The lock that says a host lives, and the heartbeat that says it is well."""

import fcntl
import os
import time

_TRIES = 40  # those who ask whether a host lives hold the lock for an instant
_WAIT_S = 0.05


class FolderLock:
    """Holds ``path`` from its making to close(); raises BlockingIOError if another host does."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take()
        except OSError:
            os.close(self._fd)
            raise
        self.beat()

    def beat(self) -> None:
        """Say that all is well, by the file's time."""
        try:
            os.utime(self._fd)
        except OSError:
            pass  # a full disk: the lock still says that we live

    def close(self) -> None:
        os.close(self._fd)

    def _take(self) -> None:
        for left in reversed(range(_TRIES)):
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if not left:
                    raise
                time.sleep(_WAIT_S)
