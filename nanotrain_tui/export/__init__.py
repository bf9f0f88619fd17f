"""Writes a session to a file for other programs. ``export.formats`` has a module per format."""

from .format_types import (
    AnyFormat,
    BinaryFormat,
    ExportError,
    FolderFormat,
    Options,
    PathFormat,
    TextFormat,
)
from .registry import format_names, get_format

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
