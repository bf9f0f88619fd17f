"""Containers: reads an engine's command line and adds what the trainer needs.

These are understood: ``docker|podman|nerdctl run|exec`` and ``singularity|apptainer run|exec``,
also behind sudo or env. For any other command only ``trainer.paths`` tells which paths it sees.
"""

import csv
import os
import re
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from nanotrain_tui.trainer_python.command_line import DOCKER, Call, Option, find_call
from nanotrain_tui.trainer_python.paths import (
    COMMAND_KEY,
    PATHS_KEY,
    ContainerError,
    Mount,
    PathMap,
    parse_paths,
)


class Folder(NamedTuple):
    """A folder that the trainer needs."""

    path: str
    writable: bool = False
    needed: bool = True  # False: the trainer can do without it


class Invocation(NamedTuple):
    """A trainer's command as it is run. ``kill`` ends a container that outlives it, or is empty."""

    command: List[str]
    env: Dict[str, str]  # added to this process's environment
    kill: List[str]


def is_container(command: Sequence[str]) -> bool:
    return find_call(command) is not None


def brief(command: Sequence[str]) -> str:
    """The command for a message: a container's without its options."""
    call = find_call(command)
    if call is None:
        return " ".join(command)
    return " ".join([*command[: call.verb_at + 1], "...", *command[call.image_at :]])


def complete(command: Sequence[str]) -> Tuple[List[str], List[str]]:
    """The command with the options that the trainer's pipes need, and notes for the user.

    Raises ContainerError where it cannot run a trainer.
    """
    call = find_call(command)
    if call is None:
        return list(command), []
    if call.engine is DOCKER and call.has("d", "detach"):
        message = "with -d no commands reach the trainer; remove -d."
        raise ContainerError(COMMAND_KEY, message)
    if len(command) <= call.image_at + 1 and not call.has("entrypoint"):
        what = "the image" if call.verb == "run" else "the container"
        message = "name the Python in {} that trains: {} python3".format(what, " ".join(command))
        raise ContainerError(COMMAND_KEY, message)
    if call.engine is not DOCKER:
        return list(command), []
    words, notes = list(command), []
    if call.has("t", "tty"):
        words = _without_tty(call)
        notes = ["-t of {} is removed: it would change the messages".format(_name(call))]
    added = [] if call.has("i", "interactive") else ["-i"]
    if call.verb == "run" and not (call.has("rm") or call.values("restart")):
        added.append("--rm")
    return _with(words, call, added), notes


def mount(
    command: Sequence[str], folders: Iterable[Folder], trainer_paths: Any = None
) -> List[str]:
    """The command with a mount, at the same path, for each folder that no mount covers.

    ``trainer_paths`` is the value of ``trainer.paths``. Raises ContainerError where a container
    that runs already cannot see one of them.
    """
    call = find_call(command)
    if call is None:
        return list(command)
    mounted = find_paths(command, trainer_paths)
    added: List[str] = []
    for folder in folders:
        if mounted.covers(folder.path):
            continue
        if call.engine is DOCKER and call.verb == "exec":
            if not folder.needed:
                continue
            setting = "trainer.paths = '{}:/there'".format(folder.path)
            message = "the container has no known path for {}; set it: {}.".format(
                folder.path, setting
            )
            raise ContainerError(PATHS_KEY, message)
        mounted = PathMap((*mounted.mounts, Mount(folder.path, folder.path)))
        added += _mount_option(call, folder)
    return _with(list(command), call, added)


def invocation(command: Sequence[str], env: Mapping[str, str], name: str = "") -> Invocation:
    """The command as it is run with these variables; a new container is called ``name``."""
    call = find_call(command)
    if call is None:
        return Invocation(list(command), dict(env), [])
    if call.engine is not DOCKER:
        prefixes = ("SINGULARITYENV_", "APPTAINERENV_")
        inside = {prefix + key: value for prefix in prefixes for key, value in env.items()}
        return Invocation(list(command), inside, [])
    given = {value.partition("=")[0] for value in call.values("e", "env")}
    added = [part for key in env if key not in given for part in ("-e", key + "=" + env[key])]
    kill: List[str] = []
    if call.verb == "run":
        named = call.values("name")
        if not named and name:
            named = [re.sub(r"[^\w.-]", "-", name)]
            added += ["--name", named[0]]
        kill = [*command[: call.verb_at], "kill", named[-1]] if named else []
    return Invocation(_with(list(command), call, added), {}, kill)


def find_paths(
    command: Sequence[str], trainer_paths: Union[str, Iterable[Any], None] = None
) -> PathMap:
    """The mounts of ``trainer.paths`` and of the command. Raises ContainerError."""
    call = find_call(command)
    options = call.options if call is not None else ()
    mounts = [one for option in options for one in _mounts(call, option)]
    return PathMap(parse_paths(trainer_paths) + mounts)


def _mounts(call: Optional[Call], option: Option) -> List[Mount]:
    """The folders that an option mounts."""
    if call is None:
        return []
    if option.name == "mount":
        return _mount_of_fields(option.value)
    if call.engine is DOCKER:
        return _mount_of(option.value.split(":")) if option.name in ("v", "volume") else []
    if option.name in ("B", "bind"):
        binds = (bind.split(":") for bind in option.value.split(","))
        return [one for bind in binds for one in _mount_of(bind if len(bind) > 1 else bind * 2)]
    return []


def _mount_of(parts: List[str]) -> List[Mount]:
    """``OUT:IN[:options]``; a volume that docker keeps itself has no path here."""
    if len(parts) < 2 or not parts[0].startswith(("/", ".")) or not parts[1].startswith("/"):
        return []
    return [Mount(os.path.abspath(parts[0]), os.path.normpath(parts[1]))]


def _mount_of_fields(text: str) -> List[Mount]:
    """``type=bind,source=OUT,target=IN``, read as CSV as docker does."""
    words = next(csv.reader([text]), [])
    fields = {word.partition("=")[0]: word.partition("=")[2] for word in words}
    outside = fields.get("source") or fields.get("src") or ""
    names = ("target", "destination", "dst")
    inside = next((fields[name] for name in names if fields.get(name)), "")
    return _mount_of([outside, inside]) if fields.get("type") == "bind" else []


def _mount_option(call: Call, folder: Folder) -> List[str]:
    path, readonly = folder.path, "" if folder.writable else ":ro"
    if call.engine is not DOCKER:
        return ["--bind", "{0}:{0}{1}".format(path, readonly)]
    if ":" not in path:
        return ["-v", "{0}:{0}{1}".format(path, readonly)]
    fields = ["type=bind", "source=" + path, "target=" + path] + ["readonly"] * bool(readonly)
    quoted = (
        '"{}"'.format(one.replace('"', '""')) if "," in one or '"' in one else one for one in fields
    )
    return ["--mount", ",".join(quoted)]


def _without_tty(call: Call) -> List[str]:
    """The words without ``-t``, ``--tty``, and the t of ``-it``."""
    words: List[str] = []
    for i, word in enumerate(call.words):
        spells = [option.name for option in call.options if option.start == i]
        if spells == ["tty"] or (spells == ["t"] and word == "-t"):
            continue
        cluster = "t" in spells and not word.startswith("--")
        words.append(word.replace("t", "", 1) if cluster else word)
    return words


def _with(words: List[str], call: Call, added: List[str]) -> List[str]:
    at = call.verb_at + 1
    return words[:at] + added + words[at:]


def _name(call: Call) -> str:
    return next(
        name for word in call.words for name in [os.path.basename(word)] if name in DOCKER.names
    )
