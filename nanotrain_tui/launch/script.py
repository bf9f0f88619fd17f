"""Plans the session of a person's own script: its command, and where it goes on."""

import os
import re
import shlex
import shutil
import sys
from typing import Any, Dict, List, Mapping, Optional, Sequence

from nanotrain_tui.catalog import check
from nanotrain_tui.catalog.formats import count
from nanotrain_tui.catalog.scripts import COMMAND, is_script
from nanotrain_tui.launch.plan import Plan, named_tegrastats
from nanotrain_tui.session.checkpoints import first_whole
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Start, read_history, starts
from nanotrain_tui.session.places import Places
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.container import is_container
from nanotrain_tui.trainer_python.finder import find_trainer_python
from nanotrain_tui.trainer_python.launch_error import LaunchError

_PYTHON = re.compile(r"python[\d.]*$")
_WITHOUT_SHIM = {"I": "-I", "E": "-E", "S": "-S"}  # options of Python that leave the shim out
_WITH_VALUE = "WX"  # options of Python whose value may be the next word


def python_command(named: Optional[Sequence[str]], places: Places) -> List[str]:
    """The Python that runs a script: the trainer's, else the one on the PATH.

    A script that does not train needs no TensorFlow. Raises LaunchError.
    """
    try:
        found = find_trainer_python(named, PythonCache(places.python_cache))
    except LaunchError:
        path = _program(named[0]) if named else _usual_python()
        if path is None or not os.path.isfile(path):
            raise
        found = [os.path.abspath(path)]
    if is_container(found):
        message = "is a container; 'nanotrain run' needs a Python of this machine: --python PATH."
        raise LaunchError("trainer.command", message)
    return found


def _program(named: str) -> Optional[str]:
    """The path of a program, or of the Python of a virtual environment's folder."""
    path = os.path.expanduser(named)
    return shutil.which(os.path.join(path, "bin", "python") if os.path.isdir(path) else path)


def _usual_python() -> Optional[str]:
    return shutil.which("python3") or sys.executable


def plan_script(command: Sequence[str], values: Mapping[str, Any], name: str) -> Plan:
    """The plan for a new session that runs ``command``; ``values`` are flat, of ``scripts.KEYS``.

    ``name`` says what is run, for the session's name. Raises ConfigError or LaunchError.
    """
    check_command(command)
    text = " ".join(shlex.quote(word) for word in command)
    config = check(dict(values, **{COMMAND: text}))
    return _plan(config, command, name)


def plan_resumed_script(folder: SessionFolder) -> Plan:
    """Run the script of a session again, with the weights of its last whole checkpoint.

    Raises LaunchError or RecordingError.
    """
    if folder.is_alive():
        raise LaunchError("", f"{folder.name} is running: there is nothing to resume.")
    with SessionReader(folder, exact=True) as reader:
        history = read_history(reader)
        last_seq = reader.last_seq()
    config = history[-1].config
    if not is_script(config):
        message = f"{folder.name} is no session of a script: 'nanotrain resume {folder.name}'."
        raise LaunchError("", message)
    words = shlex.split(config[COMMAND])
    if not words:
        message = "was blanked when the session was imported; 'nanotrain run' starts a new one."
        raise LaunchError(COMMAND, message)
    found, problems = first_whole(folder, starts(history))
    begin = found if found is not None and found.checkpoint is not None else None
    note = (
        f"going on from the checkpoint of step {count(begin.step)}; whole epochs are left out, so "
        "the result is not exactly that of a run without a break"
        if begin
        else "there is no checkpoint to continue from; the script starts again"
    )
    start = begin or Start(None, dict(config), [], [])
    own = {key: value for key, value in config.items() if key in check({COMMAND: ""})}
    plan = _plan(check(own), words, folder.name)
    return plan._replace(
        choices=(*plan.choices, note),
        start=start,
        resumes=folder,
        resumes_after=last_seq,
        warnings=tuple(f"a checkpoint is passed over: {problem}" for problem in problems),
    )


def _plan(config: Dict[str, Any], command: Sequence[str], name: str) -> Plan:
    shown = " ".join(shlex.quote(word) for word in command)
    return Plan(
        config=config,
        data={"name": name, "source": shown},
        trainer_config={},
        trainer_command=list(command),
        tegrastats=named_tegrastats(config.get("telemetry.tegrastats")),
        choices=(f"runs: {shown}",),
    )


def session_name(word: str) -> str:
    """The beginning of a session's name: that of the script without its folder and suffix."""
    stem = re.sub(r"\.py$", "", os.path.basename(word))
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:40] or "script"


def check_command(command: Sequence[str]) -> None:
    """Raises LaunchError for a command that cannot be found, or a Python without the shim."""
    program = os.path.expanduser(command[0])
    if shutil.which(program) is None:
        raise LaunchError(COMMAND, f"there is no program {command[0]} that can be run.")
    if not _PYTHON.match(os.path.basename(program)):
        return
    words = iter(command[1:])
    for word in words:
        if not word.startswith("-") or word in ("-", "--") or word.startswith("--"):
            return
        for place, letter in enumerate(word[1:]):
            if letter in _WITHOUT_SHIM:
                raise LaunchError(
                    COMMAND,
                    f"python {_WITHOUT_SHIM[letter]} leaves out what nanotrain puts before a "
                    "script, so nothing could be recorded or steered; leave the option out.",
                )
            if letter in "cm":
                return
            if letter in _WITH_VALUE:
                if place == len(word) - 2:
                    next(words, None)
                break
