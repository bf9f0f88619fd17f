"""Reads and merges configurations: folders, presets, TOML files, settings and ``--set``."""

from .folders import Folders, find_folders
from .presets import DEFAULT as DEFAULT_PRESET
from .presets import Preset, Presets, load_presets
from .resolve import parse_set, proposal_text, resolve
from .save import check_preset_name, save_preset
from .settings import Settings, load_settings, recall, remember
from .toml_file import FileError, read_tables, read_toml
from .writing import replace_file, written_aside

__all__ = [
    "DEFAULT_PRESET",
    "FileError",
    "Folders",
    "Preset",
    "Presets",
    "Settings",
    "check_preset_name",
    "find_folders",
    "load_presets",
    "load_settings",
    "parse_set",
    "proposal_text",
    "read_tables",
    "read_toml",
    "recall",
    "remember",
    "replace_file",
    "resolve",
    "save_preset",
    "written_aside",
]
