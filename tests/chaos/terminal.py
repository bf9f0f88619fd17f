"""A program on a pseudo-terminal that a thread reads: slowly, at times, or not at all."""

import fcntl
import os
import pty
import random
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable

import pyte

from .world import NANOTRAIN, World, wait_for

TICK_S = 0.02
QUIT = "\x1bq"  # Esc first: a list in front takes q as text
AGAIN_S = 3.0  # a key that comes before the program has its terminal is lost, so it is repeated
# The program becomes the owner of its terminal, as a shell's child is: closing it sends SIGHUP.
OWNS_TERMINAL = (
    sys.executable,
    "-c",
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.argv[1], sys.argv[1:])",
)
_PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]")  # pyte knows no private SGR


class _Screen(pyte.Screen):
    """A screen that answers the program's questions, such as where the cursor is."""

    def __init__(self, answer: Callable[[bytes], object]) -> None:
        super().__init__(80, 24)
        self._send = answer

    def write_process_input(self, data: str) -> None:
        self._send(data.encode())


class Terminal:
    """``nanotrain`` with these arguments on a terminal of 80x24.

    ``rate`` is how many bytes a second the terminal reads, 0 for no limit. ``answers``: whether it
    answers questions. ``owned``: whether the kernel sends SIGHUP when the terminal is closed.
    """

    def __init__(
        self,
        world: World,
        *arguments: str,
        rate: float = 0,
        answers: bool = True,
        owned: bool = True,
    ) -> None:
        self.rate = rate
        self._answers = answers
        self._master, slave = pty.openpty()
        self._screen = _Screen(self._answer)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()  # of the screen
        self._reads = threading.Event()
        self._reads.set()
        self._over = threading.Event()
        self.resize(80, 24)
        self.process = subprocess.Popen(
            [*(OWNS_TERMINAL if owned else ()), *NANOTRAIN, *arguments],
            stdin=slave, stdout=slave, stderr=slave, env=world.env, cwd=world.home,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def text(self) -> str:
        """The screen as it stands."""
        with self._lock:
            return "\n".join(self._screen.display)

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as a person resizes its window."""
        with self._lock:
            self._screen.resize(rows, columns)
            size = struct.pack("HHHH", rows, columns, 0, 0)
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def stop_reading(self) -> None:
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    def press(self, keys: str) -> None:
        """Type into the terminal; the keys are lost where no program has it."""
        try:
            os.write(self._master, keys.encode())
        except OSError:
            pass

    def shows(self, text: str, keys: str = "") -> bool:
        """Wait until the screen has a text, and whether it has; ``keys`` are pressed for it.

        False where the program has ended. Raises TimedOut.
        """
        pressed_at = -AGAIN_S
        seen = False

        def is_there() -> bool:
            nonlocal pressed_at, seen
            seen = text in self.text()
            if keys and not seen and time.monotonic() - pressed_at > AGAIN_S:
                self.press(keys)
                pressed_at = time.monotonic()
            return seen or self.has_ended()

        wait_for(is_there, f"the terminal to show {text!r}")
        return seen

    def ends(self, keys: str = "") -> bool:
        """Whether the program ends within a minute; ``keys`` are pressed for it, one by one."""
        for _ in range(20):
            for key in keys:
                self.press(key)
                time.sleep(0.3)  # else Esc and the next key are one key with Alt
            try:
                self.process.wait(AGAIN_S)
            except subprocess.TimeoutExpired:
                continue
            return True
        return False

    def hang_up(self) -> None:
        """Close the terminal."""
        if not self._over.is_set():
            self._over.set()
            self._reads.set()
            self._thread.join(60.0)
            os.close(self._master)

    def close(self) -> None:
        """Kill the program, if it is still there, and close its terminal."""
        if not self.has_ended():
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def _answer(self, data: bytes) -> None:
        if self._answers:
            self.press(data.decode())

    def _at_once(self) -> int:
        return max(1, int(self.rate * TICK_S)) if self.rate else 65536

    def _read(self) -> None:
        while not self._over.is_set():
            self._reads.wait()
            if not select.select([self._master], [], [], TICK_S)[0]:
                continue
            try:
                data = os.read(self._master, self._at_once())
            except OSError:
                return  # the last program that had it has ended
            with self._lock:
                self._stream.feed(_PRIVATE.sub(b"", data))
            if self.rate:
                self._over.wait(len(data) / self.rate)


def random_size(rng: random.Random) -> tuple[int, int]:
    """Columns and rows: usual, large, or as small as a window can be made."""
    return rng.choice(
        ((80, 24), (120, 40), (40, 12), (200, 60), (20, 5), (1, 1), (2, 50), (300, 1))
    )
