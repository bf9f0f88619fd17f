"""The command line: one module a command, imported when it is called."""

from .group import main

__all__ = ["main"]
