"""A session as a file for other programs, one module a format in ``export.formats``."""

from .files import export_file
from .registry import Format, format_names, get_format

__all__ = ["Format", "export_file", "format_names", "get_format"]
