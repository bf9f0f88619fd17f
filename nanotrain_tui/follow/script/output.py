"""What a script or a trainer has printed: the end of a session's ``trainer.log``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import NamedTuple

from nanotrain_tui.session.recording.regular import open_regular
from nanotrain_tui.session.text import printable

TAIL_BYTES = 1 << 16
MOST_CELLS = 2000  # characters of one line
# Colours, movements of the cursor and titles, as Keras' progress bars have them.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
_READ_SIZE = 1 << 20


class OutputLine(NamedTuple):
    """One line of output. ``at`` is the place in the file where it begins."""

    at: int
    text: str


class OutputTail:
    """Reads the last lines of a log, again only when the file has changed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._lines: tuple[OutputLine, ...] = ()

    def read(self) -> tuple[OutputLine, ...]:
        """The last lines, safe to show in a terminal; empty if there is no log."""
        try:
            with open_regular(self._path) as file:
                about = os.fstat(file.fileno())
                now = (about.st_size, about.st_mtime_ns)
                if now != self._seen:
                    begin = max(0, about.st_size - TAIL_BYTES)
                    file.seek(begin)
                    self._lines = tuple(_lines(begin, file.read(TAIL_BYTES)))
                    self._seen = now
        except OSError:
            self._seen, self._lines = None, ()
        return self._lines


def shown_output(text: str) -> str:
    """Output without colours and other commands to the terminal; line feeds stay."""
    return printable(_ESCAPES.sub("", text), lines=True).expandtabs()


def read_output(path: str) -> Iterator[str]:
    """The whole log in parts, safe to show in a terminal. Raises OSError."""
    with TextIOWrapper(open_regular(path), "utf-8", "replace", newline="\n") as file:
        while lines := file.readlines(_READ_SIZE):
            yield shown_output("".join(lines))


def _lines(begin: int, data: bytes) -> Iterator[OutputLine]:
    """The lines of the file from the byte ``begin`` on; a first line that was cut is left out."""
    at = begin
    for index, line in enumerate(data.splitlines(keepends=True)):
        if index or not begin:
            text = shown_output(line.decode("utf-8", "replace").rstrip("\r\n"))
            yield OutputLine(at, text[:MOST_CELLS].rstrip())
        at += len(line)
