"""Saving a configuration as a preset; what the user wrote around the values stays."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import FIELDS, ConfigError, parse_value
from nanotrain_tui.catalog.undecodable import shown

from .presets import read_preset, shipped_names
from .toml_file import FileError
from .writing import replace_file

SECTIONS = ("model", "loss", "optimizer", "schedule", "train")  # what a preset may name
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def save_preset(folder: Path, name: str, config: Mapping[str, Any], summary: str = "") -> Path:
    """Write the model and training of a checked flat configuration as a preset; its path.

    Every value is written, so that the file means the same as a preset and as a configuration, and
    whatever the defaults become; data, machine and ``[[edits]]`` never are. In a file that exists
    comments and order stay, and the summary if none is given. Raises ConfigError for the name,
    FileError for a file that is no preset or cannot be written.
    """
    check_preset_name(name)
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
    """Raises ConfigError for a name that is no file's, or that a shipped preset has."""
    if not _NAME.match(name):
        raise ConfigError(
            "preset",
            f"'{name[:64]}' cannot be a name; take letters, digits, '.', '_' and '-', at most 64.",
        )
    if name in shipped_names():
        raise ConfigError("preset", f"'{name}' is the name of a shipped preset; take another.")


def _check_utf8(values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, str) and shown(value) != value:
            raise ConfigError(key, "names a file that is not UTF-8, which no TOML file can hold.")


def _new(values: Mapping[str, Any], summary: str) -> str:
    import tomlkit

    document = tomlkit.document()
    if summary:
        document.add("summary", tomlkit.string(summary))
    for key, value in values.items():
        _put(document, key, value)
    return tomlkit.dumps(document)


def _updated(path: Path, values: Mapping[str, Any], summary: str) -> str:
    """The file with other values: one that is as it was stays as it was written.

    What means nothing beside them is taken out.
    """
    import tomlkit

    old = read_preset(path).values  # a file that is broken is not written over
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
    """Set a key, a new one behind the last of its table and before the comments that follow."""
    import tomlkit

    section, _, name = key.partition(".")
    table = document.setdefault(section, tomlkit.table())
    if name in table or not isinstance(table, tomlkit.items.Table):
        table[name] = value
        return
    body = table.value.body
    last = max((i for i, (key, _) in enumerate(body) if key is not None), default=-1)
    behind = body[last + 1 :]
    del body[last + 1 :]
    table.add(name, value)
    body.extend(behind)


def _section(key: str) -> str:
    return key.partition(".")[0]
