"""What a user sets once and for all: ``config.toml``, and what the dashboard remembers."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import FIELDS, ConfigError, nearest, parse_value

from .folders import Folders
from .toml_file import FileError, read_toml

OWN_KEYS = {"ui.theme": "dark"}


@dataclass(frozen=True)
class Settings:
    """``values`` holds configuration keys; ``theme`` is empty where none was chosen."""

    values: dict[str, Any] = field(default_factory=dict)
    theme: str = ""


def load_settings(folders: Folders) -> Settings:
    """``config.toml`` of the user, if there is one. Raises FileError naming file and key."""
    path = folders.settings_file
    values = read_toml(path) if path.exists() else {}
    theme = values.pop("ui.theme", "") or recall(folders).get("ui.theme", "")
    for key in values:
        _check_key(path, key, values[key])
    return Settings(values, str(theme))


def recall(folders: Folders) -> dict[str, Any]:
    """What the dashboard remembered; a lost or broken file is nothing remembered."""
    try:
        remembered = json.loads(_memory(folders).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return remembered if isinstance(remembered, dict) else {}


def remember(folders: Folders, key: str, value: Any) -> None:
    """Keep a choice for the next start. Raises OSError where the folder cannot be written."""
    path = _memory(folders)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.write_text(json.dumps({**recall(folders), key: value}), encoding="utf-8")
    aside.replace(path)


def _memory(folders: Folders) -> Path:
    return folders.home / "remembered.json"


def _check_key(path: Path, key: str, value: Any) -> None:
    if key not in FIELDS:
        hint = nearest(key, [*FIELDS, *OWN_KEYS])
        raise FileError(str(path), f"there is no key {key}.{hint}")
    try:
        parse_value(key, value)
    except ConfigError as error:
        raise FileError(str(path), str(error)) from None
