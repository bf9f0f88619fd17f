"""Finds the Python that trains: the one that is named, else the first that has TensorFlow."""

import importlib.machinery
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from nanotrain_tui.trainer.installed import is_too_old, version_of
from nanotrain_tui.trainer_python import crash
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.launch_error import LaunchError
from nanotrain_tui.trainer_python.paths import COMMAND_KEY
from nanotrain_tui.trainer_python.query import Reply, exit_reason, json_objects, query

QUERY_WITHIN_S = 30.0  # a cold SD card
OLDEST = (3, 6)

# Finds the package without importing it: an import takes seconds, and only training needs it.
# Python 2 must be able to run it too, so that it can be refused by its version.
_PROGRAM = """
import json, os, sys
found, names = None, []
try:
    import importlib.util
    found = getattr(importlib.util.find_spec("tensorflow"), "origin", None)
except (ImportError, AttributeError):
    pass
found = None if found == "namespace" else found
try:
    names = os.listdir(os.path.dirname(os.path.dirname(found or "")))
except OSError:
    pass
names = [name for name in names if name.startswith("tensorflow")]
answer = {"version": list(sys.version_info[:2]), "tensorflow": found, "names": names}
print("\\n" + json.dumps(answer))
"""

# How a finding was made: without a new process, by a query, or from the cache.
OWN, ASKED, REMEMBERED = "looked up here", "asked", "remembered"


class Finding(NamedTuple):
    """What is known of a Python."""

    problem: str  # why it cannot train, the end of a sentence; empty if it can
    known_by: str = ASKED
    tensorflow: str = ""  # the file of its package


def find_trainer_python(
    command: Optional[Sequence[str]] = None, cache: Optional[PythonCache] = None
) -> List[str]:
    """The command that runs a Python with TensorFlow; raises LaunchError.

    A ``command`` with arguments (a container's, for example) is used as it is. A single Python, or
    the folder of a virtual environment, is asked whether it has TensorFlow.
    """
    if command:
        return _check_named(command, cache)
    return first_usable((path, examine(path, cache)) for path in candidates())


def first_usable(findings: Iterable[Tuple[str, Finding]]) -> List[str]:
    """The first Python that can train; raises LaunchError with the problem of each."""
    problems = []
    for path, finding in findings:
        if not finding.problem:
            return [path]
        problems.append(f"{path} {finding.problem}")
    tried = "; ".join(problems) or "there is no python3"
    raise LaunchError(
        COMMAND_KEY,
        f"no Python with TensorFlow was found: {tried}. Install TensorFlow into one of them, or "
        "name the Python that has it with --python PATH.",
    )


def candidates() -> Dict[str, str]:
    """The Pythons to try, each once, with a description. Those that cannot be read are left out."""
    places = (
        (sys.executable, "nanotrain's own"),
        (shutil.which("python3"), "python3 on the PATH"),
        ("/usr/bin/python3", "the system's"),
    )
    found: Dict[str, str] = {}
    for path, description in places:
        if path and os.path.exists(path):
            found.setdefault(path, description)
    return found


def examine(
    path: str, cache: Optional[PythonCache] = None, within_s: float = QUERY_WITHIN_S
) -> Finding:
    """Whether this Python can train, from the cache or by a query."""
    if path == sys.executable:
        return _examine_own()
    if cache is not None and cache.has_tensorflow(path):
        return Finding("", REMEMBERED)
    finding = _ask(path, within_s)
    if cache is not None and not finding.problem:
        cache.add(path, finding.tensorflow)
    return finding


def _examine_own() -> Finding:
    """The Python that runs this program. A bare folder called tensorflow is no package."""
    search = [place for place in sys.path if place and place != os.environ.get("PWD")]
    spec = importlib.machinery.PathFinder.find_spec("tensorflow", search)
    if spec is None or not spec.origin or spec.origin == "namespace":  # so in Python 3.6
        return Finding("has no TensorFlow", OWN)
    return _finding_of(spec.origin, _names_beside(spec.origin), OWN)


def _names_beside(tensorflow: str) -> List[str]:
    """The names of the files and folders beside the package."""
    try:
        return os.listdir(os.path.dirname(os.path.dirname(tensorflow)))
    except OSError:
        return []


def _finding_of(tensorflow: str, names: Iterable[str], known_by: str) -> Finding:
    """The finding for a package; the names beside it tell its version."""
    version = version_of(names)
    if is_too_old(version):
        return Finding(f"has TensorFlow {version}, older than 2.5", known_by)
    return Finding("", known_by, tensorflow)


def _ask(path: str, within_s: float) -> Finding:
    invocation = trainer_invocation([path, "-c", _PROGRAM])
    try:
        reply = query(invocation.command, within_s, env=invocation.env, cwd="/")
    except OSError as error:
        return Finding(f"cannot be run ({error.strerror})")
    except subprocess.TimeoutExpired:
        return Finding(f"gave no answer in {within_s:g} s")
    try:
        answer = next(json_objects(reply.out))
        major, minor = map(int, answer["version"])
        tensorflow, names = answer["tensorflow"], answer.get("names")
    except (StopIteration, KeyError, TypeError, ValueError):
        return Finding(_why_no_answer(reply))
    if (major, minor) < OLDEST:
        return Finding(f"is Python {major}.{minor}, older than 3.6")
    if not tensorflow:
        return Finding("has no TensorFlow")
    beside = names if isinstance(names, list) else []
    return _finding_of(str(tensorflow), map(str, beside), ASKED)


def _why_no_answer(reply: Reply) -> str:
    if reply.status < 0:
        hint = crash.hint(reply.status, "")
        return f"was ended by signal {-reply.status}" + (f" ({hint})" if hint else "")
    reason = f": {exit_reason(reply.err)}" if reply.err.strip() else ""
    return f"is no Python that can be asked{reason}"


def _check_named(command: Sequence[str], cache: Optional[PythonCache]) -> List[str]:
    """The command with the absolute path of its program. Raises LaunchError."""
    program = os.path.expanduser(command[0])
    if len(command) == 1 and os.path.isdir(program):
        program = os.path.join(program, "bin", "python")
    found = shutil.which(program)
    if found is None:
        what = "is not executable" if os.path.exists(program) else "does not exist"
        raise LaunchError(COMMAND_KEY, f"the trainer's program {program} {what}.")
    path = str(Path(found).absolute())
    if len(command) == 1:
        problem = examine(path, cache).problem
        if problem:
            raise LaunchError(
                COMMAND_KEY, f"{path} {problem}; name a Python that has TensorFlow 2.5 or newer."
            )
    return [path, *command[1:]]
