"""What the trainer prints besides the protocol: a file that does not fill the disk."""

import os
from typing import Optional

_MOST_BYTES = 4 << 20
_TAIL_BYTES = 16384  # a traceback through TensorFlow, and the warning before it


class TrainerLog:
    """Appends to ``path``, dropping the older half at 4 MiB; a full disk is silently borne."""

    def __init__(self, path: str, most_bytes: int = _MOST_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._tail = b""
        self._fd: Optional[int] = None
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._fd = os.open(path, flags, 0o600)
        except OSError:
            pass  # the session matters more than its log

    def write(self, data: bytes) -> None:
        self._tail = (self._tail + data)[-_TAIL_BYTES:]
        if self._fd is None:
            return
        try:
            if os.fstat(self._fd).st_size + len(data) > self._most_bytes:
                self._drop_older_half(self._fd)
            os.write(self._fd, data)
        except OSError:
            pass

    def forget(self) -> None:
        """Another trainer begins: what the one before said explains nothing of it."""
        self._tail = b""

    def words(self) -> str:
        """The end of what was printed, for whoever must explain a crash."""
        return self._tail.decode("utf-8", "replace")

    def tail(self) -> str:
        """The last lines, for the record of a crash."""
        return "\n".join(self.words().splitlines()[-20:])[-4000:]

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _drop_older_half(self, fd: int) -> None:
        size = os.fstat(fd).st_size
        kept = os.pread(fd, self._most_bytes // 2, max(0, size - self._most_bytes // 2))
        os.ftruncate(fd, 0)
        os.write(fd, b"[older lines were dropped]\n" + kept[kept.find(b"\n") + 1 :])
