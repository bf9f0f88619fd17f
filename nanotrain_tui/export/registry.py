"""Which formats there are: every module in ``export.formats``, loaded when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import BinaryIO, TextIO

from nanotrain_tui.catalog import ConfigError, nearest
from nanotrain_tui.session.recording.reader import SessionReader

from . import formats


class ExportError(Exception):
    """An export that cannot be made here; the message names the format and what to do."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"--format {name}: {message}")
        self.name = name
        self.message = message


def _quietly(_: object) -> None:
    pass


@dataclass(frozen=True)
class Options:
    """What may be asked of a format; each lists those that it heeds."""

    table: str = "steps"  # "steps", "evaluations", "samples" or "events"
    size: tuple[int, int] = (80, 24)  # columns and rows of a terminal
    speed: float = 8.0  # session time over playing time
    every: int = 1  # of so many steps one is written
    checkpoint: int | str | None = None  # of a model: "best", "last" or a step; None: best or last
    python: tuple[str, ...] = ()  # the command of a Python with TensorFlow; none: the session's
    progress: Callable[[float], None] = _quietly  # called with the completed fraction, 0 to 1
    note: Callable[[str], None] = _quietly  # called with a remark on the choice that was made


@dataclass(frozen=True)
class Format:
    """A format. Each module of ``export.formats`` holds one as ``FORMAT``; its name is the
    module's. ``write`` streams a session, running or ended, in bounded memory."""

    summary: str
    suffix: str  # of a file's name: ".csv"


@dataclass(frozen=True)
class TextFormat(Format):
    """Written as text, to a terminal too."""

    write: Callable[[SessionReader, TextIO, Options], None]
    options: frozenset[str] = field(default_factory=frozenset)  # the names of those it heeds


@dataclass(frozen=True)
class BinaryFormat(Format):
    """Written as bytes."""

    write: Callable[[SessionReader, BinaryIO, Options], None]
    options: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class FolderFormat(Format):
    """Written as files into an empty folder, which gets its name when it is whole."""

    write: Callable[[SessionReader, Path, Options], None]
    options: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class PathFormat(Format):
    """Written by another program to a path, with further files beside it."""

    write: Callable[[SessionReader, Path, Options], None]
    options: frozenset[str] = field(default_factory=frozenset)


AnyFormat = TextFormat | BinaryFormat | FolderFormat | PathFormat


def format_names() -> list[str]:
    """The names there are, without loading a format."""
    return sorted(module.name for module in iter_modules(formats.__path__))


def get_format(name: str) -> AnyFormat:
    """The format of that name. Raises ConfigError naming the nearest."""
    known = format_names()
    if name not in known:
        listed = ", ".join(known)
        hint = nearest(name, known)
        raise ConfigError("--format", f"'{name}' is not known.{hint} There are: {listed}.")
    found = import_module(f"{formats.__name__}.{name}").FORMAT
    assert isinstance(found, AnyFormat)
    return found
