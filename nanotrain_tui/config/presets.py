"""Presets: TOML files that name a model and its training, never data."""

from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import ConfigError, check, nearest
from nanotrain_tui.session.text import is_printable, printable

from .toml_file import FileError, read_toml

DEFAULT = "tutorial"


@dataclass(frozen=True)
class Preset:
    """A preset's flat configuration; keys it does not name keep their defaults."""

    name: str
    summary: str
    path: Path
    values: dict[str, Any]


@dataclass(frozen=True)
class Presets:
    """All presets by name, a user's own last, and a line for each file that is broken."""

    by_name: dict[str, Preset]
    problems: list[str] = field(default_factory=list)

    def get(self, name: str) -> Preset:
        """Raises ConfigError naming the nearest preset, or what is wrong with the file."""
        if name in self.by_name:
            return self.by_name[name]
        broken = [line for line in self.problems if f"{name}.toml" in line]
        if broken:
            raise ConfigError("preset", broken[0])
        known = ", ".join(self.by_name)
        raise ConfigError(
            "preset", f"'{name}' is not known.{nearest(name, self.by_name)} There are: {known}."
        )


def load_presets(user_folder: Path | None) -> Presets:
    """The shipped presets and, where a folder is named, the user's; a user's of the same name
    takes its place."""
    shipped = _shipped()
    presets: dict[str, Preset] = {}
    problems: list[str] = []
    own = sorted(user_folder.glob("*.toml")) if user_folder and user_folder.is_dir() else []
    for path in [shipped / f"{DEFAULT}.toml", *sorted(shipped.glob("*.toml")), *own]:
        if not is_printable(path.stem):
            problems.append(f"{path}: its name holds control characters; rename the file.")
            continue
        try:
            presets[path.stem] = read_preset(path)
        except ConfigError as error:
            problems.append(str(error))
    return Presets(presets, problems)


def shipped_names() -> set[str]:
    """The presets that come with the program."""
    return {path.stem for path in _shipped().glob("*.toml")}


def read_preset(path: Path) -> Preset:
    """Raises FileError or ConfigError for a file that cannot be a preset."""
    values = read_toml(path)
    summary = values.pop("summary", "")
    data = [key for key in values if key.partition(".")[0] == "data"]
    if data:
        raise FileError(str(path), f"names {data[0]}; a preset never names data.")
    if "edits" in values:
        raise FileError(
            str(path), "has [[edits]], which belong to one run; they go into a configuration file."
        )
    try:
        check(values)
    except ConfigError as error:
        raise FileError(str(path), str(error)) from None
    return Preset(path.stem, printable(str(summary)), path, values)


def _shipped() -> Path:
    return Path(str(resources.files("nanotrain_tui.config") / "presets"))
