"""The files that a configuration's data comes from: which keys name them, and which are missing."""

from typing import Any, Callable, Dict, List, Mapping, Tuple

from .config_error import ConfigError

PATH, X, Y, FUNCTION = "data.path", "data.x", "data.y", "data.function"
_FILES = ("data.dir", PATH, "data.test_path")
_NEEDED = {
    "csv": "is empty; name the file with the table: {}=readings.csv.".format(PATH),
    "npz": "is empty; name the file: {}=arrays.npz. Or name two .npy files: {} and {}.".format(
        PATH, X, Y
    ),
    "folder": "is empty; name the folder that holds the class folders: {}=photos.".format(PATH),
    "tub": "is empty; name the folder with the manifest.json: {}=mycar/data.".format(PATH),
    "function": "is empty; name the file and the function: {}=loader.py:load.".format(FUNCTION),
}


def check_files(config: Mapping[str, Any]) -> None:
    """Raises ConfigError if the data of a checked configuration needs a file that is not named."""
    name = config.get("data.name")
    if name == "function" and not config[FUNCTION]:
        raise ConfigError(FUNCTION, _NEEDED[name])
    if name == "function" or name not in _NEEDED or config[PATH]:
        return
    if name != "npz":
        raise ConfigError(PATH, _NEEDED[name])
    x, y = config.get(X), config.get(Y)
    if bool(x) != bool(y):
        missing, other = (Y, X) if x else (X, Y)
        raise ConfigError(missing, "is empty, and {} is set; set both.".format(other))
    if not x:
        raise ConfigError(PATH, _NEEDED["npz"])


def paths_of(config: Mapping[str, Any]) -> List[str]:
    """The paths of the data, the file of a function among them."""
    found: List[str] = []

    def note(path: str) -> str:
        found.append(path)
        return path

    with_paths(config, note)
    return found


def with_paths(config: Mapping[str, Any], change: Callable[[str], str]) -> Dict[str, Any]:
    """The configuration with ``change`` applied to each path of its data."""
    changed = dict(config)
    for key in _FILES if changed.get(PATH) else (*_FILES, X, Y):
        if changed.get(key):
            changed[key] = change(changed[key])
    if changed.get(FUNCTION):
        file, name = function_of(changed)
        changed[FUNCTION] = "{}:{}".format(change(file), name)
    return changed


def function_of(config: Mapping[str, Any]) -> Tuple[str, str]:
    """The file and the name of ``data.function``; empty if there is none."""
    file, _, name = str(config.get(FUNCTION) or "").rpartition(":")
    return file, name
