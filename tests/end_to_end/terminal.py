"""A person's terminal: a pseudo-terminal, what is typed into it, and the screen as it stands."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence

import pyte

PATIENCE_S = 240  # TensorFlow may load on a busy machine meanwhile


class Terminal:
    """A program in a terminal of ``columns`` by ``rows``."""

    def __init__(
        self, command: Sequence[str], env: dict[str, str], columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)

    def text(self) -> str:
        """The screen as it stands, a line a row."""
        return "\n".join(self._screen.display)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def until(self, holds: str | Callable[[str], object]) -> str:
        """Read on until the screen matches a pattern or a condition; the screen then."""
        seen = (lambda text: re.search(holds, text)) if isinstance(holds, str) else holds
        give_up = time.monotonic() + PATIENCE_S
        while not seen(self.text()):
            assert time.monotonic() < give_up, f"never came: {holds}\n{self.text()}"
            if not self._read(1.0) and self.process.poll() is not None:
                raise AssertionError(f"it ended before: {holds}\n{self.text()}")
        return self.text()

    def wait(self) -> int:
        """The exit status, reading on so that nothing blocks."""
        give_up = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < give_up, self.text()
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)

    def _read(self, timeout_s: float) -> bool:
        if not select.select([self.master], [], [], timeout_s)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the last process that had it is gone
            return False
        # pyte knows no private SGR (CSI > ... m), which Textual sends to ask for keys.
        self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]", b"", data))
        return bool(data)
