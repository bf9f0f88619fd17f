"""Paths in the form: what completes the one that is typed, and what is guessed from it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

from nanotrain_tui.app.form.field_text import DIR, FOLDERS
from nanotrain_tui.catalog import FIELDS, ConfigError
from nanotrain_tui.catalog.data_files import FUNCTION, PATH, X, Y
from nanotrain_tui.catalog.fields import AUTO, CODE
from nanotrain_tui.catalog.fields import PATH as PATH_KIND
from nanotrain_tui.config.folders import expanded
from nanotrain_tui.config.guess import Guess, guess
from nanotrain_tui.config.toml_file import FileError

NAME = "data.name"
FILES = (PATH, FUNCTION)  # one of them must be filled for a person's own data
GUESSED = (PATH, DIR)  # fields whose path may tell another kind of data
_MOST_NAMES = 5000  # in a folder; more would take long to read at each key
_MOST_CODE = 1 << 20  # characters of a Python file in which functions are looked for
_DEFINED = re.compile(r"^(?:async )?def ([^\W\d]\w*)", re.MULTILINE)
_SHOWN = 110  # characters of the names below the editor


class Completion(NamedTuple):
    """``text``: what is typed, completed as far as it is clear. ``names``: what fits it."""

    text: str
    names: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The names that there is room for, and how many more there are."""
        shown: list[str] = []
        left = _SHOWN
        for name in self.names:
            left -= len(name) + 2
            if shown and left < 0:
                break
            shown.append(name)
        more = len(self.names) - len(shown)
        return "  ".join(shown) + (f"  and {more:,} more" if more else "")


def is_path(key: str, given: Mapping[str, object]) -> bool:
    """Whether a file or a folder is typed in this field."""
    if key in (X, Y) and given.get(PATH):
        return False  # the name of an array
    return FIELDS[key].kind in (PATH_KIND, CODE)


def complete(key: str, text: str) -> Completion:
    """The files and folders that begin with what is typed; for FILE.py:NAME also the functions."""
    is_code = FIELDS[key].kind == CODE
    file, colon, name = text.rpartition(":")
    if is_code and colon and file.endswith(".py"):
        names = [one for one in _functions(file) if one.startswith(name)]
        return completed(f"{file}:", name, names)
    start = text.rpartition("/")[2]
    folder = text[: len(text) - len(start)]
    listed = _names_in(expanded(folder.strip()), start, (".py",) if is_code else ())
    completion = completed(folder, start, listed)
    if is_code and len(listed) == 1 and listed[0].endswith(".py"):
        return Completion(f"{completion.text}:", completion.names)
    return completion


def completed(before: str, start: str, names: list[str]) -> Completion:
    """The start of a name, as far as it is clear which of these names it is."""
    first, last = min(names, default=start), max(names, default=start)
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return Completion(before + "".join(sign for sign, _ in pairs), tuple(names))


def _is_file(text: str) -> bool:
    try:
        return expanded(text.strip()).is_file()
    except (OSError, ValueError):
        return False  # a name that is too long


def _is_said(key: str, text: str, name: str) -> bool:
    """Whether the user says what a path is that is not known by its name and its content.

    That is a file of a chosen kind, or the folder of a chosen data set, which may be filled later.
    """
    if key == DIR:
        return not _is_file(text) and (
            name != AUTO or not _names_in(expanded(text.strip()), "", ())
        )
    if name in FOLDERS:
        return expanded(text.strip()).is_dir()
    return name in ("csv", "npz") and _is_file(text)


def _names_in(folder: Path, start: str, suffixes: tuple[str, ...]) -> list[str]:
    """The names in a folder that begin with ``start``; those of folders end with a slash."""
    names = []
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _MOST_NAMES):
                hidden = entry.name.startswith(".") and not start.startswith(".")
                if hidden or not entry.name.startswith(start):
                    continue
                if entry.is_dir():
                    names.append(f"{entry.name}/")
                elif not suffixes or entry.name.endswith(suffixes):
                    names.append(entry.name)
    except (OSError, ValueError):
        return []
    return sorted(names, key=str.lower)


def _functions(file: str) -> list[str]:
    """The functions that a Python file defines. It is read, not run."""
    try:
        with expanded(file.strip()).open(encoding="utf-8", errors="replace") as code:
            return [one for one in _DEFINED.findall(code.read(_MOST_CODE)) if one[:1] != "_"]
    except (OSError, ValueError):
        return []


def guessed(key: str, text: str, given: Mapping[str, object]) -> tuple[dict[str, str], str]:
    """The values for a path that was typed in a field, and what was guessed from it.

    ``given`` are the values of the form. Raises ConfigError if the path cannot be trained on.
    """
    name = str(given.get(NAME, AUTO))
    if not text.strip():
        return {key: ""}, ""
    try:
        found = _guess(text)
    except FileError as error:
        if _is_said(key, text, name):
            return {key: text}, ""
        raise ConfigError(key, error.message) from None
    if key == DIR and found.values[NAME] == name:
        return {key: text}, ""
    values = dict(found.values)
    if values[NAME] == name == "npz":  # the other way to name arrays is left
        others = (PATH,) if X in values else () if given.get(PATH) else (X, Y)
        values.update(dict.fromkeys(others, ""))
    return values, found.text


def kind_of(key: str, text: str) -> str:
    """What is guessed from a path that is typed; empty if nothing is, or nothing is there."""
    if key not in GUESSED or not text.strip():
        return ""
    try:
        return _guess(text).text if expanded(text.strip()).exists() else ""
    except (ConfigError, OSError, ValueError):
        return ""


def _guess(text: str) -> Guess:
    """What a path holds. Raises ConfigError."""
    try:
        return guess(text.strip())
    except ConfigError:
        raise
    except (OSError, RuntimeError, ValueError) as error:  # no such user, a name that is too long
        raise FileError(text.strip(), f"cannot be read: {error}.") from None
