"""Saves a configuration as a preset, and keeps the user's comments in an existing file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import FIELDS, ConfigError, parse_value
from nanotrain_tui.catalog.scripts import COMMAND
from nanotrain_tui.catalog.undecodable import shown

from .presets import read_preset, shipped_names
from .toml_file import FileError
from .writing import replace_file

SECTIONS = ("model", "loss", "optimizer", "schedule", "train", "augment")  # the tables of a preset
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def save_preset(folder: Path, name: str, config: Mapping[str, Any], summary: str = "") -> Path:
    """Save the model and the training of a checked flat configuration; returns the path.

    Every value is written, so that the preset does not depend on the defaults. Keys of the data and
    the machine, and ``[[edits]]``, are left out. An existing file keeps its comments and its order,
    and also its summary if ``summary`` is empty.

    Raises ConfigError for a name that cannot be used and for a script's configuration, and
    FileError if the existing file is not a preset or the file cannot be written.
    """
    check_preset_name(name)
    if COMMAND in config:
        raise ConfigError(COMMAND, "a preset holds a model and its training; a script has its own.")
    path = folder / f"{name}.toml"
    values = {key: config[key] for key in FIELDS if key in config and _section(key) in SECTIONS}
    _check_utf8(values)
    try:
        text = _updated(path, values, summary) if path.exists() else _new(values, summary)
        replace_file(path, text)
    except OSError as error:
        raise FileError(str(path), f"cannot be written: {error.strerror or error}.") from None
    return path


def check_preset_name(name: str) -> None:
    """Raises ConfigError if the name cannot be a file name or is that of a shipped preset."""
    if not _NAME.match(name):
        raise ConfigError(
            "preset",
            f"'{name[:64]}' cannot be a name; use at most 64 letters, digits, '.', '_' and '-'.",
        )
    if name in shipped_names():
        raise ConfigError("preset", f"'{name}' is a shipped preset; choose another name.")


def _check_utf8(values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, str) and shown(value) != value:
            raise ConfigError(key, "is a path that is not UTF-8, which a TOML file cannot contain.")


def _new(values: Mapping[str, Any], summary: str) -> str:
    import tomlkit

    document = tomlkit.document()
    if summary:
        document.add("summary", tomlkit.string(summary))
    for key, value in values.items():
        _put(document, key, value)
    return tomlkit.dumps(document)


def _updated(path: Path, values: Mapping[str, Any], summary: str) -> str:
    """The text of the file with the new values. Unchanged values keep their form.

    Keys that do not apply to the new values are removed.
    """
    import tomlkit

    old = read_preset(path).values  # raises an error for a broken file, which is kept
    document: Any = tomlkit.parse(path.read_text(encoding="utf-8"))
    if summary:
        document["summary"] = summary
    for key in old.keys() - values.keys():
        section, _, name = key.partition(".")
        del document[section][name]
    for key, value in values.items():
        if key not in old or parse_value(key, old[key]) != value:
            _put(document, key, value)
    return tomlkit.dumps(document)


def _put(document: Any, key: str, value: Any) -> None:
    """Set a key. A new key goes after the last key of its table and before later comments."""
    import tomlkit

    section, _, name = key.partition(".")
    table = document.setdefault(section, tomlkit.table())
    if name in table or not isinstance(table, tomlkit.items.Table):
        table[name] = value
        return
    body = table.value.body
    last = max((i for i, (key, _) in enumerate(body) if key is not None), default=-1)
    comments = body[last + 1 :]
    del body[last + 1 :]
    table.add(name, value)
    body.extend(comments)


def _section(key: str) -> str:
    return key.partition(".")[0]
