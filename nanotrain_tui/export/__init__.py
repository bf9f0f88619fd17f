"""A session as a file for other programs, one module a format in ``export.formats``."""

from .registry import (
    AnyFormat,
    BinaryFormat,
    ExportError,
    FolderFormat,
    Options,
    PathFormat,
    TextFormat,
    format_names,
    get_format,
)

__all__ = [
    "AnyFormat",
    "BinaryFormat",
    "ExportError",
    "FolderFormat",
    "Options",
    "PathFormat",
    "TextFormat",
    "format_names",
    "get_format",
]
