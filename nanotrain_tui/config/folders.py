"""The folders of the program: the XDG folders, or all of them below ``$NANOTRAIN_HOME``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from nanotrain_tui.session.places import Places

APP = "nanotrain"


@dataclass(frozen=True)
class Folders:
    """``home`` holds sessions and data. The folders may not exist yet."""

    home: Path
    config: Path
    cache: Path
    data_dirs: tuple[Path, ...]

    @property
    def places(self) -> Places:
        """The folders as the board's side takes them."""
        return Places(str(self.home), str(self.cache), tuple(map(str, self.data_dirs)))

    @property
    def sessions(self) -> Path:
        return self.home / "sessions"

    @property
    def settings_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def presets(self) -> Path:
        return self.config / "presets"

    @property
    def themes(self) -> Path:
        return self.config / "themes"

    @property
    def downloads(self) -> Path:
        return self.home / "data"


def find_folders(environ: Mapping[str, str] = os.environ) -> Folders:
    """The folders of this user. ``NANOTRAIN_HOME`` moves everything that is written."""
    home_variable = environ.get("NANOTRAIN_HOME")
    if home_variable:
        home = expanded(home_variable).absolute()
        config, cache = home / "config", home / "cache"
    else:
        home = platformdirs.user_data_path(APP)
        config, cache = platformdirs.user_config_path(APP), platformdirs.user_cache_path(APP)
    data_variable = environ.get("NANOTRAIN_DATA")
    named = [expanded(data_variable)] if data_variable else []
    keras = Path(environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"
    return Folders(home, config, cache, (*named, keras, home / "data"))


def expanded(path: str) -> Path:
    """The path with ``~`` and ``~NAME`` replaced; the NAME of no user stays."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
