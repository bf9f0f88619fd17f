"""Paths of this machine, and what a trainer in a container calls them."""

import os
import re
import shlex
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Union

KEY = "trainer.paths"


class ContainerError(Exception):
    """A command that cannot run a trainer; ``key`` names what is at fault."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message


class Mount(NamedTuple):
    """A folder of this machine, and what it is called in the container."""

    outside: str
    inside: str


class PathMap:
    """Paths of this machine and of the trainer's; the same without any mount."""

    def __init__(self, mounts: Iterable[Mount] = ()) -> None:
        self.mounts = tuple(mounts)
        self._back = {mount.inside: mount.outside for mount in reversed(self.mounts)}
        self._renames = any(mount.outside != mount.inside for mount in self.mounts)
        names = sorted((re.escape(name) for name in self._back if name != "/"), key=len)
        names = [name + r"(?![\w-])(?!\.\w)" for name in reversed(names)]
        names += [r"/(?=\w)"] if "/" in self._back else []
        self._sign = re.compile(r"(?<![\w./~-])(?:{})".format("|".join(names)))

    def covers(self, path: str) -> bool:
        """Whether the container can see this path."""
        return self._find(path) is not None

    def inside(self, path: str) -> str:
        """What the container calls this path; itself where no mount covers it."""
        found = self._find(path)
        return path if found is None else found

    def outside(self, told: Any) -> Any:
        """What the trainer told, every path in it as it is called here."""
        if not self._renames:
            return told
        if isinstance(told, str):
            return self._sign.sub(self._name_here, told)
        if isinstance(told, dict):
            return {key: self.outside(value) for key, value in told.items()}
        return [self.outside(value) for value in told] if isinstance(told, list) else told

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


def parse_paths(told: Union[str, Iterable[Any], None]) -> List[Mount]:
    """``/here:/there ...``, as text or a list. Raises ContainerError."""
    mounts = []
    for word in shlex.split(told) if isinstance(told, str) else told or ():
        outside, _, inside = str(word).partition(":")
        outside = os.path.expanduser(outside)
        if not (outside.startswith("/") and inside.startswith("/")):
            message = "'{}' is not /here:/there, two absolute paths with a colon between.".format(
                word
            )
            raise ContainerError(KEY, message)
        mounts.append(Mount(os.path.normpath(outside), os.path.normpath(inside)))
    return mounts


def inside_config(config: Dict[str, Any], paths: PathMap) -> Dict[str, Any]:
    """What a trainer is told, its places as it calls them."""
    told = dict(config)
    for key in ("data.dir", "cache_dir", "checkpoint_dir", "restore"):
        if told.get(key):
            told[key] = paths.inside(told[key])
    if told.get("data_dirs"):
        told["data_dirs"] = [paths.inside(folder) for folder in told["data_dirs"]]
    return told


def _below(path: str, folder: str) -> Optional[str]:
    """What is left of the path below the folder, with its slash; None for one beside it."""
    folder = folder.rstrip("/")
    if path == folder:
        return ""
    return path[len(folder) :] if path.startswith(folder + "/") else None
