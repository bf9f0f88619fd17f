"""A person's terminal: a pseudo-terminal, what is typed into it, and the screen as it stands."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence

import pyte

PATIENCE_S = 600  # TensorFlow may load on a busy machine meanwhile
STILL_S = 1.5  # without output: the program has drawn all there is to draw


class AnsweringScreen(pyte.Screen):
    """A screen that answers questions of the program, such as where the cursor is."""

    def __init__(self, columns: int, rows: int, answer: Callable[[bytes], object]) -> None:
        super().__init__(columns, rows)
        self.answer = answer

    def write_process_input(self, data: str) -> None:
        self.answer(data.encode())


class Terminal:
    """A program in a terminal of ``columns`` by ``rows``; ``shell``: with job control."""

    def __init__(
        self,
        command: Sequence[str],
        env: dict[str, str],
        columns: int = 80,
        rows: int = 24,
        *,
        answers: bool = True,
        shell: bool = False,
    ) -> None:
        self.master, slave = pty.openpty()
        self._answers = answers
        self.screen = AnsweringScreen(columns, rows, self._answer)
        self._stream = pyte.ByteStream(self.screen)
        self.seen = b""  # all that was written to the terminal
        self.set_size(columns, rows)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
            preexec_fn=_take_terminal if shell else None,
        )  # fmt: skip
        os.close(slave)

    def _answer(self, data: bytes) -> None:
        if self._answers:
            os.write(self.master, data)

    def set_size(self, columns: int, rows: int) -> None:
        """Make the terminal so large, as a person resizes its window."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def text(self) -> str:
        """The screen as it stands, a line a row."""
        return "\n".join(self.screen.display)

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

    def until_still(self, holds: str) -> str:
        """Read on until the screen matches and no more output comes; the screen then.

        What a key changes is sent first, so no part of the screen shows that all of it is there.
        """
        self.until(holds)
        while self._read(STILL_S):
            pass
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

    def end(self) -> None:
        """End a shell with all its jobs, and close."""
        if self.process.poll() is None:
            job = os.tcgetpgrp(self.master)
            for group in {job, self.process.pid}:
                os.killpg(group, signal.SIGKILL)
            self.process.wait()
        self.close()

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
        self.seen += data
        # pyte knows no private SGR (CSI > ... m), which Textual sends to ask for keys.
        self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]", b"", data))
        return bool(data)


def _take_terminal() -> None:
    """Make standard input the controlling terminal: shells need one for job control."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
