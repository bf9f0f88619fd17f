"""Asks the trainer which data it finds, before anything of a session is written."""

import json
import os
import subprocess
import sys
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from nanotrain_tui.catalog import function_of, paths_of
from nanotrain_tui.catalog.data_files import FUNCTION
from nanotrain_tui.trainer.installed import is_too_old
from nanotrain_tui.trainer_python import crash
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.call import TRAINER, python_of, with_trainer
from nanotrain_tui.trainer_python.container import Folder, brief, find_paths, is_container, mount
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.launch_error import LaunchError
from nanotrain_tui.trainer_python.paths import COMMAND_KEY, PATHS_KEY, PathMap, inside_config
from nanotrain_tui.trainer_python.query import Reply, exit_reason, json_objects, query

FUNCTION_WITHIN_S = 900.0
INSPECT_WITHIN_S = 120.0  # a container starts, or 60,000 images are read from an SD card
_NO_MOUNTS = PathMap()
_OF_PYTHON = ("tensorflow", "tensorflow_version", "python_version")  # keys of an answer


class Inspection(NamedTuple):
    """The trainer that was found, and the data that it finds."""

    command: List[str]  # that runs the trainer
    notes: List[str]  # about the command, for the user
    data: Dict[str, Any]  # name, source, shape, classes, train, test, task


def inspect(
    config: Mapping[str, Any],
    trainer_config: Mapping[str, Any],
    cache: PythonCache,
    containers: bool = True,
) -> Inspection:
    """Find the trainer's Python for a checked flat configuration, and ask it for the data.

    ``trainer_config`` is the configuration as the trainer gets it. Without ``containers`` none is
    started, which could fetch gigabytes: this Python then looks at the data, and nothing is known
    of TensorFlow. Raises LaunchError.
    """
    python, notes = python_of(config, cache)
    command = with_trainer(python, config[PATHS_KEY])
    if is_container(command) and not containers:
        if function_of(trainer_config)[0]:
            message = "is known once its container runs; train to see the data."
            raise LaunchError(FUNCTION, message)
        data = inspect_data([sys.executable, TRAINER], trainer_config)
        return Inspection(command, notes, {k: v for k, v in data.items() if k not in _OF_PYTHON})
    if is_container(command):
        try:  # docker makes a missing folder itself, but then root owns it
            os.makedirs(trainer_config["cache_dir"], exist_ok=True)
        except OSError:
            pass
    command = mount(command, _folders_of(trainer_config), config[PATHS_KEY])
    try:
        paths = find_paths(command, config[PATHS_KEY])
        data = inspect_data(command, trainer_config, _seconds_for(trainer_config), paths)
        _check_tensorflow(data, brief(python))
    except LaunchError as error:
        # The cached program may be a wrapper that runs another Python now: ask it again.
        if error.key == COMMAND_KEY and len(python) == 1 and cache.remove(python[0]):
            return inspect(config, trainer_config, PythonCache(None))
        raise
    return Inspection(command, notes, data)


def inspect_data(
    command: Sequence[str],
    trainer_config: Mapping[str, Any],
    within_s: float = INSPECT_WITHIN_S,
    paths: PathMap = _NO_MOUNTS,
) -> Dict[str, Any]:
    """The data that the trainer finds: name, source, shape, classes, train, test, task.

    Raises LaunchError.
    """
    invocation = trainer_invocation([*command, "--inspect"])
    line = json.dumps(inside_config(dict(trainer_config), paths)).encode() + b"\n"
    try:
        reply = query(invocation.command, within_s, line, invocation.env)
    except OSError as error:
        raise LaunchError(COMMAND_KEY, f"cannot run {command[0]}: {error.strerror}.") from error
    except subprocess.TimeoutExpired:
        why = f"{command[0]} did not answer in {within_s:g} s when asked about the data."
        if is_container(command):
            why += " If it fetches its image first, do that once by hand (docker pull IMAGE)."
        raise LaunchError(COMMAND_KEY, why) from None
    answer = _answer_in(reply)
    if answer is None:
        who, status = brief(command), f"exit status {reply.status}"
        why = f"{who} cannot be asked about the data ({status}): {exit_reason(reply.err)}"
        if function_of(trainer_config)[0]:
            why = "{1}() of {0} ended the trainer's process ({2}); it must return.".format(
                *function_of(trainer_config), status
            )
            raise LaunchError(FUNCTION, why)
        output = reply.err.decode("utf-8", "replace")
        raise LaunchError(COMMAND_KEY, crash.explain(why, reply.status, output))
    answer = dict(paths.outside(answer))
    if not answer["ok"]:
        raise LaunchError(str(answer.get("key", "")), str(answer.get("message", "no reason given")))
    return answer


def _folders_of(trainer_config: Mapping[str, Any]) -> List[Folder]:
    """The trainer's folders and files that exist: data to read, a cache to write."""
    code = function_of(trainer_config)[0]  # it may import others beside it
    paths = [os.path.dirname(path) if path == code else path for path in paths_of(trainer_config)]
    folders = [Folder(path) for path in paths]
    folders += [Folder(folder, needed=False) for folder in trainer_config["data_dirs"]]
    folders.append(Folder(trainer_config["cache_dir"], writable=True, needed=False))
    return [folder for folder in folders if os.path.exists(folder.path)]


def _seconds_for(trainer_config: Mapping[str, Any]) -> float:
    """How long a look at the data may take. A board reads a table at about 1 MB/s."""
    if function_of(trainer_config)[0]:
        return FUNCTION_WITHIN_S
    files = [path for path in paths_of(trainer_config) if os.path.isfile(path)]
    return INSPECT_WITHIN_S + sum(map(os.path.getsize, files)) / 1e6


def _check_tensorflow(data: Mapping[str, Any], who: str) -> None:
    """Raises LaunchError where the trainer's Python has no TensorFlow, or one that is too old."""
    if data.get("tensorflow") is False:
        raise LaunchError(COMMAND_KEY, f"{who} has no TensorFlow; name one that has it.")
    version = data.get("tensorflow_version")
    if isinstance(version, str) and is_too_old(version):
        why = f"{who} has TensorFlow {version}, older than 2.5; name one that is newer."
        raise LaunchError(COMMAND_KEY, why)


def _answer_in(reply: Reply) -> Optional[Dict[str, Any]]:
    """The JSON line with the answer; other lines, a container's for example, are skipped."""
    for answer in json_objects(reply.out):
        if answer.get("ok") is False or (answer.get("ok") is True and _describes_data(answer)):
            return answer
    return None


def _describes_data(answer: Mapping[str, Any]) -> bool:
    names = isinstance(answer.get("name"), str) and isinstance(answer.get("source"), str)
    numbers = (answer.get("classes"), answer.get("train"), answer.get("test"))
    counts = all(isinstance(number, int) for number in numbers)
    return names and counts and isinstance(answer.get("shape"), list)
