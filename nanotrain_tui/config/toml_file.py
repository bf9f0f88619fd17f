"""Reads TOML files as flat configurations, with errors that name the file."""

import sys
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import ConfigError, flatten

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_BYTES = 1_000_000


class FileError(ConfigError):
    """A file that cannot be used; ``key`` is its path."""


def read_toml(path: Path) -> dict[str, Any]:
    """The file as a flat dict of dotted keys. Raises FileError."""
    return flatten(read_tables(path))


def read_tables(path: Path) -> dict[str, Any]:
    """The file as nested dicts. Raises FileError, whose message names the file and the problem."""
    try:
        with path.open("rb") as file:  # a pipe, too: its end may never come
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise FileError(str(path), f"is larger than {MAX_BYTES:,} bytes; is it a TOML file?")
        return tomllib.loads(content.decode("utf-8"))
    except FileNotFoundError:
        raise FileError(str(path), "there is no such file.") from None
    except IsADirectoryError:
        raise FileError(str(path), "is a folder; give a TOML file.") from None
    except UnicodeDecodeError:
        raise FileError(str(path), "is not UTF-8 text; give a TOML file.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileError(str(path), f"is not valid TOML: {error}.") from None
    except OSError as error:
        raise FileError(str(path), f"cannot be read: {error.strerror or error}.") from None
