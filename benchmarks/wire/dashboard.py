"""The dashboard in a pseudo-terminal, and what its process and its output cost."""

from __future__ import annotations

import os
import re
import signal
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import shortest

STILL_S = 0.3  # without output for so long, a screen is complete; figures come less often
MOST_S = 5.0  # a screen that is never still is measured for so long
SETTLE_S = 2.0
KEYS = 30  # cursor keys whose effect is timed
SCREENS = {"help": "?", "charts": "z", "sessions": "o"}  # and the keys that open them
DOWN, UP, ESCAPE = "\x1b[B", "\x1b[A", "\x1b"
LEFT = b"\x1b[?1049l"  # a program that is continued leaves the terminal and takes it again
FIELD_CELLS = 30  # the form is never narrower


class Dashboard:
    """``nanotrain attach`` in a terminal of a size."""

    def __init__(self, environ: dict[str, str], columns: int, rows: int) -> None:
        from terminal import Terminal

        self._began = time.monotonic()
        command = [sys.executable, "-m", "nanotrain_tui", "attach"]
        self.terminal = Terminal(command, {**os.environ, **environ}, columns, rows)
        self._pid = self.terminal.process.pid

    def start(self) -> dict[str, float]:
        """Seconds until the first figures, and bytes until the screen is still."""
        self.terminal.until("step [0-9]")
        first = time.monotonic() - self._began
        self._until_still()
        return {"first figures, s": first, "start-up, bytes": float(len(self.terminal.seen))}

    def watch(self, seconds: float) -> dict[str, float]:
        """Bytes a second and processor time while nobody presses a key."""
        sent, used, step = len(self.terminal.seen), self._cpu_s(), self._step()
        began = time.monotonic()
        self.terminal.until(after(seconds))
        took = time.monotonic() - began
        return {
            "steps a second": (self._step() - step) / took,
            "bytes a second": (len(self.terminal.seen) - sent) / took,
            "processor of the dashboard, %": 100 * (self._cpu_s() - used) / took,
            "memory (RSS), MB": self._rss_mb(),
        }

    def keys(self) -> dict[str, float]:
        """Milliseconds from a cursor key to its effect on the fields of the form."""
        self._press(DOWN, lambda text: "Esc: fold" in text)
        took = []
        for index in range(KEYS):
            before = self._fields()
            pressed = time.monotonic()
            self.terminal.press(DOWN if index % 8 < 4 else UP)
            self.terminal.until(lambda _text, before=before: self._fields() != before)
            took.append(1000 * (time.monotonic() - pressed))
            self.terminal.until(after(0.13 + 0.037 * (index % 5)))
        self._press(ESCAPE, lambda text: "Esc: fold" not in text)
        took.sort()
        return {
            "cursor key, median, ms": statistics.median(took),
            "cursor key, 95%, ms": took[int(0.95 * len(took))],
        }

    def screens(self) -> dict[str, float]:
        """Bytes to open and to close each screen, while figures change as well."""
        found = {}
        for name, key in SCREENS.items():
            found[f"{name}, opened, bytes"] = self._press(key, lambda text: not _is_bare(text))
            found[f"{name}, closed, bytes"] = self._press(ESCAPE, _is_bare)
        return found

    def factors(self) -> dict[str, float]:
        """Bytes of a complete repaint divided by those of the shortest output, while paused."""
        self.terminal.press(" ")
        self.terminal.until("paused")
        self.terminal.until(after(SETTLE_S))  # a pause is followed by a checkpoint
        found = {"dashboard, repaint / shortest": self._factor()}
        for name, key in SCREENS.items():
            before = shortest.rows_of(self.terminal.screen)
            spent = self._press(key, lambda text: not _is_bare(text))
            now = shortest.rows_of(self.terminal.screen)
            found[f"{name}, opened / shortest"] = spent / shortest.size(now, before)
            found[f"{name}, repaint / shortest"] = self._factor()
            spent = self._press(ESCAPE, _is_bare)
            after_it = shortest.rows_of(self.terminal.screen)
            found[f"{name}, closed / shortest"] = spent / shortest.size(after_it, now)
        self.terminal.press(" ")
        return found

    def close(self) -> None:
        self.terminal.close()

    def _factor(self) -> float:
        # A continued program does not know what is on the screen, so it sends every cell.
        spent = self._cost(lambda: os.kill(self._pid, signal.SIGCONT), LEFT)
        return spent / shortest.size(shortest.rows_of(self.terminal.screen))

    def _press(self, key: str, shows: Callable[[str], bool]) -> float:
        return self._cost(lambda: self.terminal.press(key), shows)

    def _cost(self, do: Callable[[], object], shows: Callable[[str], bool] | bytes) -> float:
        """The bytes that are sent because of ``do``, until the screen shows it and is still."""
        self._until_still()
        sent = len(self.terminal.seen)
        do()
        if isinstance(shows, bytes):
            self.terminal.until(lambda _text: shows in self.terminal.seen[sent:])
        else:
            self.terminal.until(shows)
        self._until_still()
        return float(len(self.terminal.seen) - sent)

    def _until_still(self) -> None:
        give_up = time.monotonic() + MOST_S
        while time.monotonic() < give_up and self.terminal._read(STILL_S):
            pass

    def _fields(self) -> list[Any]:
        rows = shortest.rows_of(self.terminal.screen)
        return [row[:FIELD_CELLS] for row in rows[3:]]

    def _step(self) -> int:
        found = re.search(r"step ([0-9,]+)/", self.terminal.text())
        return int(found[1].replace(",", "")) if found else 0

    def _cpu_s(self) -> float:
        fields = self._process("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))

    def _rss_mb(self) -> float:
        return int(self._process("statm").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _process(self, name: str) -> str:
        return Path(f"/proc/{self._pid}/{name}").read_text(encoding="ascii")


def _is_bare(text: str) -> bool:
    """Whether nothing covers the dashboard."""
    return "─ Events ─" in text and "─ Keys ─" not in text


def after(seconds: float) -> Callable[[str], bool]:
    """A condition that holds when so many seconds have passed."""
    end = time.monotonic() + seconds
    return lambda _text: time.monotonic() >= end
