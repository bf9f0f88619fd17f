"""Presets: TOML files with the values of a model and its training, without data."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import ConfigError, check, nearest, parse_value
from nanotrain_tui.session.text import is_printable, printable

from .toml_file import FileError, read_toml

DEFAULT = "tutorial"
FIRST = (DEFAULT, "sane")  # in lists


@dataclass(frozen=True)
class Preset:
    """A preset as a flat configuration. Keys that are not in ``values`` keep their defaults."""

    name: str
    summary: str
    path: Path
    values: dict[str, Any]


@dataclass(frozen=True)
class Presets:
    """All presets by name, the user's own last, and a message for each unusable file."""

    by_name: dict[str, Preset]
    problems: list[str] = field(default_factory=list)

    def get(self, name: str) -> Preset:
        """The preset of this name.

        Raises ConfigError, which names the nearest preset or the problem of the preset's file.
        """
        if name in self.by_name:
            return self.by_name[name]
        broken = [line for line in self.problems if f"{name}.toml" in line]
        if broken:
            raise ConfigError("preset", broken[0])
        known = ", ".join(self.by_name)
        raise ConfigError(
            "preset",
            f"there is no preset '{name}'.{nearest(name, self.by_name)} The presets are: {known}.",
        )


def load_presets(user_folder: Path | None) -> Presets:
    """The shipped presets and those in ``user_folder``.

    A preset of the user replaces the shipped preset of the same name.
    """
    shipped = _shipped_presets()
    own = sorted(user_folder.glob("*.toml")) if user_folder and user_folder.is_dir() else []
    found = _read_all(own)
    return Presets({**shipped.by_name, **found.by_name}, [*shipped.problems, *found.problems])


@lru_cache  # they do not change while the program runs
def _shipped_presets() -> Presets:
    first = [_shipped() / f"{name}.toml" for name in FIRST]
    return _read_all([*first, *sorted(set(_shipped().glob("*.toml")) - set(first))])


def _read_all(paths: Iterable[Path]) -> Presets:
    presets: dict[str, Preset] = {}
    problems: list[str] = []
    for path in paths:
        if not is_printable(path.stem):
            problems.append(f"{path}: the file name contains control characters; rename the file.")
            continue
        try:
            presets[path.stem] = read_preset(path)
        except ConfigError as error:
            problems.append(str(error))
    return Presets(presets, problems)


def shipped_names() -> set[str]:
    """The names of the presets that come with the program."""
    return {path.stem for path in _shipped().glob("*.toml")}


def read_preset(path: Path) -> Preset:
    """The preset in a file. Raises FileError if the file cannot be used as a preset."""
    values = read_toml(path)
    summary = values.pop("summary", "")
    data = [key for key in values if key.partition(".")[0] == "data"]
    if data:
        raise FileError(str(path), f"sets {data[0]}; a preset cannot set data, so remove that key.")
    if "edits" in values:
        raise FileError(
            str(path), "has [[edits]], which belong to one run; move them to a configuration file."
        )
    try:
        check(values)
    except ConfigError as error:
        raise FileError(str(path), str(error)) from None
    parsed = {key: parse_value(key, value) for key, value in values.items()}
    return Preset(path.stem, printable(str(summary)), path, parsed)


def _shipped() -> Path:
    return Path(str(resources.files("nanotrain_tui.config") / "presets"))
