"""Which formats there are: every module in ``export.formats``, loaded when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TextIO

from nanotrain_tui.catalog import ConfigError, nearest
from nanotrain_tui.session.reader import SessionReader

from . import formats


@dataclass(frozen=True)
class Format:
    """A format: ``write`` streams a session, running or ended, in constant memory.

    Each module of ``export.formats`` holds one as ``FORMAT``; the module's name is the format's.
    """

    summary: str
    write: Callable[[SessionReader, TextIO], None]


def format_names() -> list[str]:
    """The names there are, without loading a format."""
    return sorted(module.name for module in iter_modules(formats.__path__))


def get_format(name: str) -> Format:
    """The format of that name. Raises ConfigError naming the nearest."""
    known = format_names()
    if name not in known:
        listed = ", ".join(known)
        hint = nearest(name, known)
        raise ConfigError("--format", f"'{name}' is not known.{hint} There are: {listed}.")
    found = import_module(f"{formats.__name__}.{name}").FORMAT
    assert isinstance(found, Format)
    return found
