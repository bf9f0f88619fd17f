"""Decides what is trained, on which data and by which Python, before anything is written."""

import os
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from nanotrain_tui.catalog import check, trainer_config, with_paths
from nanotrain_tui.catalog.data_words import problem_text
from nanotrain_tui.catalog.fields import AUTO
from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.catalog.scripts import COMMAND, is_script
from nanotrain_tui.launch.code import Code, agreed_code
from nanotrain_tui.launch.disk_check import DiskCheck, check_disk
from nanotrain_tui.launch.memory_check import MemoryCheck, check_memory, read_available
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Start
from nanotrain_tui.session.places import Places
from nanotrain_tui.telemetry.child import TelemetryError, find_tegrastats
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.inspection import Inspection, inspect
from nanotrain_tui.trainer_python.launch_error import LaunchError

#: Keys of what was found that are for a person who looks at the data.
_TO_LOOK_AT = (
    "pictures", "grid", "columns", "first_rows", "arrays", "notes", "problems", "preset",
    "proposal", "preprocessing", "sizes", "formats", "newest",
)  # fmt: skip
_MOST_PROBLEMS = 10  # that are recorded as warnings
_TASK, _TEGRASTATS = "data.task", "telemetry.tegrastats"


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
    facts: Mapping[str, Any] = {}  # all that was found of the data
    code: Optional[Code] = None  # a person's own, that the trainer runs

    def with_choices(self, *choices: str) -> "Plan":
        """The plan with other choices that were made for the user, before its own."""
        if not choices:
            return self
        own = self.choices or ("data: " + self.data["source"],)
        return self._replace(choices=(*choices, *own))


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
    LaunchError; NotAgreedError where the data is a function that the person has not agreed to run.
    """
    settled = _settled(config)
    agreed_code(settled, places.home)
    asked = {**trainer_request(settled, places), **({"pictures": pictures} if pictures else {})}
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
    tegrastats = named_tegrastats(settled.get("telemetry.tegrastats"))
    data = {key: value for key, value in found.data.items() if key not in _TO_LOOK_AT}
    choices = list(found.notes)
    if settled["data.name"] != data["name"]:
        choices.append(f"data: {data['source']}")
        settled["data.name"] = data["name"]
    task = str(data.get("task", ""))
    if settled.get(_TASK) == AUTO and task:
        settled[_TASK] = task
    settled = check(settled, task)
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
        trainer_request(settled, places),
        found.command,
        tegrastats,
        _not_empty(*choices, *found.data.get("notes", ()), memory.hint),
        warnings=_not_empty(
            *_problems(found.data.get("problems", ())), memory.message, disk.message
        ),
        memory=memory,
        disk=disk,
        facts=found.data,
        code=agreed_code(settled, places.home),
    )


def _settled(config: Mapping[str, Any]) -> Dict[str, Any]:
    """The configuration with absolute paths. Raises LaunchError for that of a script."""
    if is_script(config):
        message = "is run by 'nanotrain run SCRIPT.py', or 'nanotrain run --resume SESSION'."
        raise LaunchError(COMMAND, message)
    settled = with_paths(config, _absolute)  # the host has another folder
    if settled.get(_TEGRASTATS):
        settled[_TEGRASTATS] = _absolute(settled[_TEGRASTATS])
    return settled


def _absolute(path: str) -> str:
    return str(Path(os.path.expanduser(path)).absolute())


def trainer_request(config: Mapping[str, Any], places: Places) -> Mapping[str, Any]:
    """A checked flat configuration as the trainer gets it."""
    return {
        **trainer_config(_settled(config)),
        "data_dirs": list(places.data_dirs),
        "cache_dir": places.cache,
    }


def _problems(problems: Sequence[Mapping[str, Any]]) -> List[str]:
    """The problems of the data as warnings; of very many only the first."""
    texts = [problem_text(problem) for problem in problems[:_MOST_PROBLEMS]]
    left = len(problems) - len(texts)
    if left > 0:
        texts.append(f"{plural(left, 'other problem')} of the data: nanotrain data inspect")
    return texts


def _not_empty(*texts: str) -> Tuple[str, ...]:
    return tuple(text for text in texts if text)


def named_tegrastats(named: Optional[str]) -> Optional[str]:
    """The path of the program that the configuration names, if any. Raises LaunchError."""
    if not named:
        return None
    try:
        return find_tegrastats(named)
    except TelemetryError as error:
        raise LaunchError(error.key, error.message) from error
