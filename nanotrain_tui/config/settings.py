"""What a user sets once and for all: ``config.toml``, and what the dashboard remembers."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import FIELDS, ConfigError, flatten, nearest, parse_value

from .folders import Folders
from .toml_file import FileError, read_tables
from .writing import replace_file

OWN_KEYS = ("ui.theme", "ui.bell")


@dataclass(frozen=True)
class Settings:
    """``values`` holds configuration keys; ``theme`` is empty where none was chosen.

    ``keys`` maps an action of the dashboard to its keys, ``"r,ctrl+r"``, as the user wrote them.
    """

    values: dict[str, Any] = field(default_factory=dict)
    theme: str = ""
    bell: bool = True
    keys: dict[str, str] = field(default_factory=dict)


def load_settings(folders: Folders) -> Settings:
    """``config.toml`` of the user, if there is one. Raises FileError naming file and key."""
    path = folders.settings_file
    tables = read_tables(path) if path.exists() else {}
    keys = tables.pop("keys", {})
    values = flatten(tables)
    try:
        _check_keys(keys)
        theme = values.pop("ui.theme", "")
        bell = values.pop("ui.bell", True)
        if not isinstance(theme, str):
            raise ConfigError("ui.theme", "must be the name of a theme, in quotes.")
        if not isinstance(bell, bool):
            raise ConfigError("ui.bell", "must be true or false.")
        for key, value in values.items():
            _check_value(key, value)
    except ConfigError as error:
        raise FileError(str(path), str(error)) from None
    return Settings(values, theme or str(recall(folders).get("ui.theme", "")), bell, keys)


def recall(folders: Folders) -> dict[str, Any]:
    """What the dashboard remembered; a lost or broken file is nothing remembered."""
    try:
        remembered = json.loads(_memory(folders).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return remembered if isinstance(remembered, dict) else {}


def remember(folders: Folders, key: str, value: Any) -> None:
    """Keep a choice for the next start. Raises OSError where the folder cannot be written."""
    replace_file(_memory(folders), json.dumps({**recall(folders), key: value}))


def _memory(folders: Folders) -> Path:
    return folders.home / "remembered.json"


def _check_keys(keys: Any) -> None:
    """That ``[keys]`` maps names to texts; whether there are such actions the dashboard knows."""
    if not isinstance(keys, dict):
        raise ConfigError("keys", 'must be a table: [keys], and below it an action = "its keys".')
    for action, given in keys.items():
        if not isinstance(given, str):
            raise ConfigError(f"keys.{action}", 'must be text: "r", or "r,ctrl+r" for two keys.')


def _check_value(key: str, value: Any) -> None:
    if key == "edits":
        raise ConfigError(key, "belong to one run; they go into a configuration file.")
    if key not in FIELDS:
        raise ConfigError(key, f"there is no such key.{nearest(key, [*FIELDS, *OWN_KEYS])}")
    parse_value(key, value)
