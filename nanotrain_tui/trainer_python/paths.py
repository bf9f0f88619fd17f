"""Translates paths of this machine to the names that a container has for them, and back."""

import os
import re
import shlex
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Union

from nanotrain_tui.catalog import with_paths
from nanotrain_tui.trainer_python.launch_error import LaunchError

COMMAND_KEY = "trainer.command"
PATHS_KEY = "trainer.paths"


class ContainerError(LaunchError):
    """The command of a container cannot run a trainer."""


class Mount(NamedTuple):
    """A folder of this machine, and its name in the container."""

    outside: str
    inside: str


class PathMap:
    """Translates paths to and from the container's; without mounts they stay the same."""

    def __init__(self, mounts: Iterable[Mount] = ()) -> None:
        self.mounts = tuple(mounts)
        self._back = {mount.inside: mount.outside for mount in reversed(self.mounts)}
        self._renames = any(mount.outside != mount.inside for mount in self.mounts)
        names = sorted((re.escape(name) for name in self._back if name != "/"), key=len)
        names = [name + r"(?![\w-])(?!\.\w)" for name in reversed(names)]
        names += [r"/(?=\w)"] if "/" in self._back else []
        self._pattern = re.compile(r"(?<![\w./~-])(?:{})".format("|".join(names)))

    def covers(self, path: str) -> bool:
        """Whether the container can see this path."""
        return self._find(path) is not None

    def inside(self, path: str) -> str:
        """The container's name for this path; the path itself where no mount covers it."""
        found = self._find(path)
        return path if found is None else found

    def outside(self, value: Any) -> Any:
        """A JSON value that the trainer sent, with every path in it as this machine calls it."""
        if not self._renames:
            return value
        if isinstance(value, str):
            return self._pattern.sub(self._name_here, value)
        if isinstance(value, dict):
            return {key: self.outside(item) for key, item in value.items()}
        return [self.outside(item) for item in value] if isinstance(value, list) else value

    def _name_here(self, match: Any) -> str:
        inside = match.group()
        return self._back[inside].rstrip("/") + ("/" if inside == "/" else "")

    def _find(self, path: str) -> Optional[str]:
        for name, of_mount in ((path, str), (os.path.realpath(path), os.path.realpath)):
            found = [
                (len(mount.outside), mount, rest)
                for mount in self.mounts
                for rest in [_below(name, of_mount(mount.outside))]
                if rest is not None
            ]
            if found:
                _, mount, rest = max(found, key=lambda one: one[0])
                return (mount.inside.rstrip("/") + rest) or "/"
        return None


def parse_paths(trainer_paths: Union[str, Iterable[Any], None]) -> List[Mount]:
    """The mounts in ``/here:/there ...``, a text or a list. Raises ContainerError."""
    mounts = []
    words = shlex.split(trainer_paths) if isinstance(trainer_paths, str) else trainer_paths
    for word in words or ():
        outside, _, inside = str(word).partition(":")
        outside = os.path.expanduser(outside)
        if not (outside.startswith("/") and inside.startswith("/")):
            message = "'{}' is not /here:/there, two absolute paths with a colon between.".format(
                word
            )
            raise ContainerError(PATHS_KEY, message)
        mounts.append(Mount(os.path.normpath(outside), os.path.normpath(inside)))
    return mounts


def inside_config(config: Dict[str, Any], paths: PathMap) -> Dict[str, Any]:
    """The trainer's configuration with its paths as the container calls them."""
    inside = with_paths(config, paths.inside)
    for key in ("cache_dir", "checkpoint_dir", "restore"):
        if inside.get(key):
            inside[key] = paths.inside(inside[key])
    if inside.get("data_dirs"):
        inside["data_dirs"] = [paths.inside(folder) for folder in inside["data_dirs"]]
    return inside


def _below(path: str, folder: str) -> Optional[str]:
    """The rest of the path below the folder, with its slash; None where it is not below it."""
    folder = folder.rstrip("/")
    if path == folder:
        return ""
    return path[len(folder) :] if path.startswith(folder + "/") else None
