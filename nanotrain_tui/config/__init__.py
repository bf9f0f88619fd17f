"""Reads and merges configurations: folders, presets, TOML files, settings and ``--set``."""

from .folders import Folders, expanded, find_folders
from .guess import Guess, guess, is_configuration
from .presets import DEFAULT as DEFAULT_PRESET
from .presets import Preset, Presets, load_presets
from .resolve import Look, Resolved, parse_set, proposed_text, resolve, resolved
from .save import check_preset_name, save_preset
from .settings import Settings, load_settings, recall, remember
from .toml_file import FileError, read_tables, read_toml
from .writing import replace_file, written_aside

__all__ = [
    "DEFAULT_PRESET",
    "FileError",
    "Folders",
    "Guess",
    "Look",
    "Preset",
    "Presets",
    "Resolved",
    "Settings",
    "check_preset_name",
    "expanded",
    "find_folders",
    "guess",
    "is_configuration",
    "load_presets",
    "load_settings",
    "parse_set",
    "proposed_text",
    "read_tables",
    "read_toml",
    "recall",
    "remember",
    "replace_file",
    "resolve",
    "resolved",
    "save_preset",
    "written_aside",
]
