"""What will be trained, on what and by which Python: settled before anything is written."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nanotrain_tui
from nanotrain_tui.catalog import check, trainer_command, trainer_config
from nanotrain_tui.config import Folders
from nanotrain_tui.launch.errors import LaunchError
from nanotrain_tui.launch.python_finder import KEY, find_trainer_python
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Start
from nanotrain_tui.telemetry.child import TelemetryError, find_tegrastats

INSPECT_WITHIN_S = 120.0  # a container starts, or 60,000 images are read from an SD card

TRAINER = Path(nanotrain_tui.__file__).absolute().parent / "trainer"


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


def prepare(config: Mapping[str, Any], folders: Folders) -> Plan:
    """Settle what a checked flat configuration leaves open; nothing is written.

    Raises ConfigError or LaunchError naming the key at fault.
    """
    settled = dict(config)
    for key in ("data.dir", "telemetry.tegrastats"):
        if settled.get(key):
            settled[key] = str(Path(settled[key]).expanduser().absolute())
    tegrastats = _tegrastats(settled.get("telemetry.tegrastats"))
    command = (*find_trainer_python(trainer_command(settled)), str(TRAINER))
    places = {
        "data_dirs": [str(folder) for folder in folders.data_dirs],
        "cache_dir": str(folders.cache),
    }
    facts = inspect_data(command, {**trainer_config(settled), **places})
    choices = []
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
    return Plan(settled, facts, told, command, tegrastats, tuple(choices))


def inspect_data(
    command: tuple[str, ...], config: Mapping[str, Any], within_s: float = INSPECT_WITHIN_S
) -> dict[str, Any]:
    """What the trainer says of the data: name, source, shape, classes, train, test, task."""
    try:
        asked = subprocess.run(
            [*command, "--inspect"],
            input=json.dumps(config).encode() + b"\n",
            capture_output=True,
            timeout=within_s,
            start_new_session=True,  # Ctrl+C is ours to understand
        )
    except OSError as error:
        raise LaunchError(KEY, f"cannot run {command[0]}: {error.strerror}.") from error
    except subprocess.TimeoutExpired:
        raise LaunchError(
            KEY, f"{command[0]} did not answer in {within_s:g} s when asked about the data."
        ) from None
    answer = _answer(asked.stdout)
    if answer is None:
        raise LaunchError(
            KEY,
            f"{' '.join(command)} cannot be asked about the data (exit status "
            f"{asked.returncode}): {_last_line(asked.stderr)}",
        )
    if not answer["ok"]:
        raise LaunchError(str(answer.get("key", "")), str(answer.get("message", "no reason given")))
    return answer


def _answer(output: bytes) -> dict[str, Any] | None:
    """The one JSON line; what a container prints besides is passed over."""
    for line in reversed(output.splitlines()):
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict) and answer.get("ok") is False:
            return answer
        if isinstance(answer, dict) and answer.get("ok") is True and _are_facts(answer):
            return answer
    return None


def _are_facts(answer: Mapping[str, Any]) -> bool:
    names = isinstance(answer.get("name"), str) and isinstance(answer.get("source"), str)
    return names and isinstance(answer.get("train"), int)


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:500] if lines else "it said nothing."


def _tegrastats(named: str | None) -> str | None:
    if not named:
        return None
    try:
        return find_tegrastats(named)
    except TelemetryError as error:
        raise LaunchError(error.key, error.message) from error
