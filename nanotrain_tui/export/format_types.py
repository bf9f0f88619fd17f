"""The types of the export formats: the kinds of formats, their options and their error."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from nanotrain_tui.session.recording.reader import SessionReader


class ExportError(Exception):
    """An export that is not possible. The message names the format and says what to do."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"--format {name}: {message}")
        self.name = name
        self.message = message


def _quietly(_: object) -> None:
    pass


@dataclass(frozen=True)
class Options:
    """The options of an export. Each format lists the names of those that it uses."""

    table: str = "steps"  # "steps", "evaluations", "samples" or "events"
    size: tuple[int, int] = (80, 24)  # columns and rows of a terminal
    speed: float = 8.0  # seconds of session time per second
    every: int = 1  # every n-th step is written
    checkpoint: int | str | None = None  # "best", "last" or a step; None: the best, else the last
    python: tuple[str, ...] = ()  # the command of a Python with TensorFlow; (): the session's
    progress: Callable[[float], None] = _quietly  # called with the completed fraction, 0 to 1
    note: Callable[[str], None] = _quietly  # called with a remark for the user


@dataclass(frozen=True)
class Format:
    """A format. Each module of ``export.formats`` has one as ``FORMAT``.

    The name of the format is that of the module. Each kind of format has a function ``write``. It
    writes a session, running or ended, in limited memory.
    """

    summary: str  # one line for the help
    suffix: str  # the end of the file name: ".csv"


@dataclass(frozen=True)
class TextFormat(Format):
    """A text file. It can also be written to a terminal."""

    write: Callable[[SessionReader, TextIO, Options], None]
    options: frozenset[str] = field(default_factory=frozenset)  # the names of those it uses


@dataclass(frozen=True)
class BinaryFormat(Format):
    """A binary file."""

    write: Callable[[SessionReader, BinaryIO, Options], None]
    options: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class FolderFormat(Format):
    """Several files in a folder. ``write`` gets an empty folder."""

    write: Callable[[SessionReader, Path, Options], None]
    options: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class PathFormat(Format):
    """A file that a library writes to a path, possibly with other files beside it."""

    write: Callable[[SessionReader, Path, Options], None]
    options: frozenset[str] = field(default_factory=frozenset)


AnyFormat = TextFormat | BinaryFormat | FolderFormat | PathFormat
