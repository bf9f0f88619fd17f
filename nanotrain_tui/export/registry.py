"""The formats: every module in ``export.formats``, imported when it is used."""

from importlib import import_module
from pkgutil import iter_modules

from nanotrain_tui.catalog import ConfigError, nearest

from . import formats
from .format_types import AnyFormat


def format_names() -> list[str]:
    """The names of all formats. No format is imported."""
    return sorted(module.name for module in iter_modules(formats.__path__))


def get_format(name: str) -> AnyFormat:
    """Import the format of this name. Raises ConfigError with the most similar name."""
    known = format_names()
    if name not in known:
        listed = ", ".join(known)
        hint = nearest(name, known)
        raise ConfigError("--format", f"'{name}' is not known.{hint} There are: {listed}.")
    found = import_module(f"{formats.__name__}.{name}").FORMAT
    assert isinstance(found, AnyFormat)
    return found
