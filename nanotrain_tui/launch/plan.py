"""Decides what is trained, on which data and by which Python, before anything is written."""

import os
from pathlib import Path
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

from nanotrain_tui.catalog import check, trainer_config
from nanotrain_tui.launch.disk_check import DiskCheck, check_disk
from nanotrain_tui.launch.memory_check import MemoryCheck, check_memory, read_available
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Start
from nanotrain_tui.session.places import Places
from nanotrain_tui.telemetry.child import TelemetryError, find_tegrastats
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.inspection import Inspection, inspect
from nanotrain_tui.trainer_python.launch_error import LaunchError

_TO_LOOK_AT = ("pictures", "grid")  # keys of what was found, for the set-up panel
_PATHS = ("data.dir", "telemetry.tegrastats")  # made absolute: the host has another folder


class Plan(NamedTuple):
    """A session that can be started or resumed."""

    config: Mapping[str, Any]  # flat, checked, the dataset resolved
    data: Mapping[str, Any]  # name, source, shape, classes, train, test, task
    trainer_config: Mapping[str, Any]  # what the trainer gets
    trainer_command: Sequence[str]  # with the trainer's path
    tegrastats: Optional[str]  # the program's path, None to search for it
    choices: Tuple[str, ...]  # what was chosen for the user, to be shown
    start: Optional[Start] = None  # the checkpoint to begin from, None for a new network
    resumes: Optional[SessionFolder] = None  # the session that is resumed, None for a new one
    resumes_after: Optional[int] = None  # the last seq of its recording
    parent: Optional[SessionFolder] = None  # the session that is forked
    warnings: Tuple[str, ...] = ()  # to be recorded
    memory: Optional[MemoryCheck] = None
    disk: Optional[DiskCheck] = None

    def with_choice(self, choice: str) -> "Plan":
        """The plan with another choice that was made for the user, before the others."""
        return self._replace(choices=(choice, *(self.choices or ("data: " + self.data["source"],))))


def prepare(
    config: Mapping[str, Any],
    places: Places,
    restored: bool = False,
    resumes: Optional[SessionFolder] = None,
) -> Plan:
    """The plan for a checked flat configuration; nothing of a session is written.

    ``restored``: the session begins from a checkpoint, which takes memory. ``resumes`` is the
    session that goes on; its checkpoints are replaced by new ones. Raises ConfigError or
    LaunchError naming the key at fault.
    """
    return plan_with(config, places, look_up(config, places), restored, resumes)


def look_up(
    config: Mapping[str, Any], places: Places, pictures: int = 0, containers: bool = True
) -> Inspection:
    """The trainer and the data for a checked flat configuration, and some pictures of the data.

    The result depends only on the sections ``data`` and ``trainer`` of the configuration, and on
    the files of this machine. ``containers``: whether a container may be started. Raises
    LaunchError.
    """
    settled = _settled(config)
    asked = {**_trainer_config(settled, places), **({"pictures": pictures} if pictures else {})}
    return inspect(settled, asked, PythonCache(places.python_cache), containers)


def plan_with(
    config: Mapping[str, Any],
    places: Places,
    found: Inspection,
    restored: bool = False,
    resumes: Optional[SessionFolder] = None,
) -> Plan:
    """Like ``prepare``, with the trainer and the data that ``look_up`` has found."""
    settled = _settled(config)
    tegrastats = _find_tegrastats(settled.get("telemetry.tegrastats"))
    data = {key: value for key, value in found.data.items() if key not in _TO_LOOK_AT}
    choices = list(found.notes)
    if settled["data.name"] != data["name"]:
        choices.append(f"data: {data['source']}")
        settled["data.name"] = data["name"]
    settled = check(settled, str(data.get("task", "")))
    examples = int(data["train"])
    if settled["train.batch_size"] > examples:
        raise LaunchError(
            "train.batch_size",
            f"{settled['train.batch_size']} is more than the {examples} training examples "
            f"of {data['name']}.",
        )
    memory = check_memory(settled, data, read_available(), restored)
    disk = check_disk(settled, data, places.home, resumes.checkpoints if resumes else None)
    return Plan(
        settled,
        data,
        _trainer_config(settled, places),
        found.command,
        tegrastats,
        _not_empty(*choices, memory.hint),
        warnings=_not_empty(memory.message, disk.message),
        memory=memory,
        disk=disk,
    )


def _settled(config: Mapping[str, Any]) -> Dict[str, Any]:
    """The configuration with absolute paths."""
    settled = dict(config)
    for key in _PATHS:
        if settled.get(key):
            settled[key] = str(Path(os.path.expanduser(settled[key])).absolute())
    return settled


def _trainer_config(config: Mapping[str, Any], places: Places) -> Mapping[str, Any]:
    return {
        **trainer_config(config),
        "data_dirs": list(places.data_dirs),
        "cache_dir": places.cache,
    }


def _not_empty(*texts: str) -> Tuple[str, ...]:
    return tuple(text for text in texts if text)


def _find_tegrastats(named: Optional[str]) -> Optional[str]:
    if not named:
        return None
    try:
        return find_tegrastats(named)
    except TelemetryError as error:
        raise LaunchError(error.key, error.message) from error
