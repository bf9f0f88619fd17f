"""A session as a file for other programs, one module a format in ``export.formats``."""

from .files import write_aside
from .registry import Format, format_names, get_format

__all__ = ["Format", "format_names", "get_format", "write_aside"]
