"""The user's settings: ``config.toml``, and the choices that the dashboard saves."""

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
    """``values`` holds configuration keys; ``theme`` is empty if none was chosen.

    ``keys`` maps an action of the dashboard to its keys as the user wrote them: ``"r,ctrl+r"``.
    """

    values: dict[str, Any] = field(default_factory=dict)
    theme: str = ""
    bell: bool = True
    keys: dict[str, str] = field(default_factory=dict)


def load_settings(folders: Folders) -> Settings:
    """The settings in the user's ``config.toml``, or the defaults if there is no such file.

    Raises FileError that names the file and the key.
    """
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
    """The choices that the dashboard saved; empty if the file is missing or broken."""
    try:
        saved = json.loads(_saved_file(folders).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return saved if isinstance(saved, dict) else {}


def remember(folders: Folders, key: str, value: Any) -> None:
    """Save a choice for the next start. Raises OSError if the folder cannot be written."""
    replace_file(_saved_file(folders), json.dumps({**recall(folders), key: value}))


def _saved_file(folders: Folders) -> Path:
    return folders.home / "remembered.json"


def _check_keys(keys: Any) -> None:
    """Check that ``[keys]`` maps names to texts. The dashboard checks the names of the actions."""
    if not isinstance(keys, dict):
        raise ConfigError("keys", 'must be a table: [keys], followed by lines such as run = "r".')
    for action, given in keys.items():
        if not isinstance(given, str):
            raise ConfigError(f"keys.{action}", 'must be text: "r", or "r,ctrl+r" for two keys.')


def _check_value(key: str, value: Any) -> None:
    if key == "edits":
        raise ConfigError(key, "belong to one run; move them to a configuration file.")
    if key not in FIELDS:
        raise ConfigError(key, f"there is no such key.{nearest(key, [*FIELDS, *OWN_KEYS])}")
    parse_value(key, value)
