"""trainer.log: the output of the trainer that is not part of the protocol, limited in size."""

import os
from typing import Optional

from nanotrain_tui.session.recording.regular import append_regular

_MOST_BYTES = 4 << 20
_TAIL_BYTES = 16384  # enough for a traceback through TensorFlow and the warning before it


class TrainerLog:
    """Appends to the file ``path``, and drops its older half when it has ``most_bytes``.

    Errors of the disk are ignored: the session matters more than its log.
    """

    def __init__(self, path: str, most_bytes: int = _MOST_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._tail = b""
        self._fd: Optional[int] = None
        try:
            self._fd = append_regular(path)
        except OSError:
            pass

    def write(self, data: bytes) -> None:
        """Append ``data``."""
        self._tail = (self._tail + data)[-_TAIL_BYTES:]
        if self._fd is None:
            return
        try:
            if os.fstat(self._fd).st_size + len(data) > self._most_bytes:
                self._drop_older_half(self._fd)
            os.write(self._fd, data)
        except OSError:
            pass

    def clear_tail(self) -> None:
        """Forget the recent text: the output of an earlier trainer does not explain a crash."""
        self._tail = b""

    def recent_text(self) -> str:
        """The last 16 KiB written, to find the cause of a crash in."""
        return self._tail.decode("utf-8", "replace")

    def tail(self) -> str:
        """The last 20 lines, at most 4,000 characters, to be recorded with a crash."""
        return "\n".join(self.recent_text().splitlines()[-20:])[-4000:]

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _drop_older_half(self, fd: int) -> None:
        size = os.fstat(fd).st_size
        kept = os.pread(fd, self._most_bytes // 2, max(0, size - self._most_bytes // 2))
        os.ftruncate(fd, 0)
        os.write(fd, b"[older lines were dropped]\n" + kept[kept.find(b"\n") + 1 :])
