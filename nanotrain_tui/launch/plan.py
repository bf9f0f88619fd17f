"""What will be trained, on what and by which Python: settled before anything is written."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import check, trainer_config
from nanotrain_tui.config import Folders
from nanotrain_tui.launch.disk_check import RoomCheck, check_room
from nanotrain_tui.launch.memory_check import MemoryCheck, check_memory, read_available
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Start
from nanotrain_tui.telemetry.child import TelemetryError, find_tegrastats
from nanotrain_tui.trainer.installed import is_too_old
from nanotrain_tui.trainer_python import container, crash
from nanotrain_tui.trainer_python.cache import Remembered
from nanotrain_tui.trainer_python.call import PATHS, paths_of, python_of, seeing, with_trainer
from nanotrain_tui.trainer_python.container import Folder
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.errors import LaunchError
from nanotrain_tui.trainer_python.finder import KEY
from nanotrain_tui.trainer_python.paths import PathMap, inside_config
from nanotrain_tui.trainer_python.query import Said, ask, json_objects, last_words

PYTHONS = "pythons.json"  # in the cache's folder
HERE = PathMap()
INSPECT_WITHIN_S = 120.0  # a container starts, or 60,000 images are read from an SD card


@dataclass(frozen=True, slots=True)
class Plan:
    """A session that can be started, or gone on with."""

    config: Mapping[str, Any]  # flat, checked, the dataset resolved
    data: Mapping[str, Any]  # name, source, shape, classes, train, test, task
    trainer_config: Mapping[str, Any]  # what the trainer is told
    trainer_command: tuple[str, ...]  # with the trainer's path
    tegrastats: str | None  # the program's path, None to look for it
    choices: tuple[str, ...]  # what was chosen for the person, to be said
    start: Start | None = None  # where to go on, None for a new network
    resumes: SessionFolder | None = None  # the session to go on with, None for a new one
    resumes_after: int | None = None  # the last seq of its recording
    parent: SessionFolder | None = None  # the session that ``start`` is of, if it is another
    warnings: tuple[str, ...] = ()  # to be put on the record
    memory: MemoryCheck | None = None  # what it needs, and whether that is there
    room: RoomCheck | None = None  # the same of the disk


def prepare(
    config: Mapping[str, Any],
    folders: Folders,
    restored: bool = False,
    resumes: SessionFolder | None = None,
) -> Plan:
    """Settle what a checked flat configuration leaves open; nothing of a session is written.

    ``restored``: it begins with a checkpoint, which takes memory; ``resumes``: in this folder,
    whose checkpoints make way for new ones. Raises ConfigError or
    LaunchError naming the key at fault.
    """
    settled = dict(config)
    for key in ("data.dir", "telemetry.tegrastats"):
        if settled.get(key):
            settled[key] = str(Path(settled[key]).expanduser().absolute())
    tegrastats = _tegrastats(settled.get("telemetry.tegrastats"))
    places = {
        "data_dirs": [str(folder) for folder in folders.data_dirs],
        "cache_dir": str(folders.cache),
    }
    told = {**trainer_config(settled), **places}
    command, said, facts = _look(settled, told, Remembered(folders.cache / PYTHONS))
    choices = list(said)
    if settled["data.name"] != facts["name"]:
        choices.append(f"data: {facts['source']}")
        settled["data.name"] = facts["name"]
    settled = check(settled, str(facts.get("task", "classification")))
    if settled["train.batch_size"] > facts["train"]:
        raise LaunchError(
            "train.batch_size",
            f"{settled['train.batch_size']} is more than the {facts['train']} training examples "
            f"of {facts['name']}.",
        )
    told = {**trainer_config(settled), **places}
    memory = check_memory(settled, facts, read_available(), restored)
    choices += [memory.hint] if memory.hint else []
    room = check_room(settled, facts, folders.home, Path(resumes.checkpoints) if resumes else None)
    warnings = tuple(filter(None, (memory.message, room.message)))
    return Plan(
        settled,
        facts,
        told,
        command,
        tegrastats,
        tuple(choices),
        warnings=warnings,
        memory=memory,
        room=room,
    )


def _look(
    config: Mapping[str, Any], told: Mapping[str, Any], remembered: Remembered
) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, Any]]:
    """The trainer's command, what is to be said of it, and what it says of the data."""
    python, said = python_of(config, remembered)
    command = with_trainer(python, config[PATHS])
    if container.is_container(list(command)):
        with suppress(OSError):  # what is not there docker makes, and it is root's then
            Path(told["cache_dir"]).mkdir(parents=True, exist_ok=True)
    command = seeing(command, _folders_of(told), config[PATHS])
    try:
        facts = inspect_data(command, told, paths=paths_of(command, config[PATHS]))
        _check_tensorflow(facts, container.brief(list(python)))
    except LaunchError as error:
        # A wrapper that leads to another Python than it did: what was remembered is wrong.
        if error.key == KEY and len(python) == 1 and remembered.forget(python[0]):
            return _look(config, told, Remembered(None))
        raise
    return command, said, facts


def _check_tensorflow(facts: Mapping[str, Any], who: str) -> None:
    """Raises LaunchError where the trainer's Python has none that will do."""
    if facts.get("tensorflow") is False:
        raise LaunchError(KEY, f"{who} has no TensorFlow; name one that has it.")
    version = facts.get("tensorflow_version")
    if isinstance(version, str) and is_too_old(version):
        why = f"{who} has TensorFlow {version}, older than 2.5; name one that is newer."
        raise LaunchError(KEY, why)


def _folders_of(told: Mapping[str, Any]) -> list[Folder]:
    """What there is of the trainer's places: data to read, a cache to write."""
    named = [Folder(told["data.dir"])] if told.get("data.dir") else []
    known = [Folder(folder, needed=False) for folder in told["data_dirs"]]
    cache = Folder(told["cache_dir"], writable=True, needed=False)
    return [folder for folder in (*named, *known, cache) if Path(folder.path).exists()]


def inspect_data(
    command: Sequence[str],
    config: Mapping[str, Any],
    within_s: float = INSPECT_WITHIN_S,
    paths: PathMap = HERE,
) -> dict[str, Any]:
    """What the trainer says of the data: name, source, shape, classes, train, test, task."""
    told = trainer_invocation([*command, "--inspect"])
    question = json.dumps(inside_config(dict(config), paths)).encode() + b"\n"
    try:
        said = ask(told.command, within_s, question, told.env)
    except OSError as error:
        raise LaunchError(KEY, f"cannot run {command[0]}: {error.strerror}.") from error
    except subprocess.TimeoutExpired:
        why = f"{command[0]} did not answer in {within_s:g} s when asked about the data."
        if container.is_container(list(command)):
            why += " If it fetches its image first, do that once by hand (docker pull IMAGE)."
        raise LaunchError(KEY, why) from None
    answer: dict[str, Any] | None = paths.outside(_answer(said))
    if answer is None:
        who, status = container.brief(list(command)), f"exit status {said.status}"
        why = f"{who} cannot be asked about the data ({status}): {last_words(said.err)}"
        words = said.err.decode("utf-8", "replace")
        raise LaunchError(KEY, crash.explain(why, said.status, words))
    if not answer["ok"]:
        raise LaunchError(str(answer.get("key", "")), str(answer.get("message", "no reason given")))
    return answer


def _answer(said: Said) -> dict[str, Any] | None:
    """The one JSON line; what a container prints besides is passed over."""
    for answer in json_objects(said.out):
        if answer.get("ok") is False or (answer.get("ok") is True and _are_facts(answer)):
            return answer
    return None


def _are_facts(answer: Mapping[str, Any]) -> bool:
    names = isinstance(answer.get("name"), str) and isinstance(answer.get("source"), str)
    numbers = (answer.get("classes"), answer.get("train"), answer.get("test"))
    counts = all(isinstance(number, int) for number in numbers)
    return names and counts and isinstance(answer.get("shape"), list)


def _tegrastats(named: str | None) -> str | None:
    if not named:
        return None
    try:
        return find_tegrastats(named)
    except TelemetryError as error:
        raise LaunchError(error.key, error.message) from error
