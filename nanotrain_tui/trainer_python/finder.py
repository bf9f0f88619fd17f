"""Which Python trains: the one that is named, else the first that has TensorFlow."""

import importlib.machinery
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nanotrain_tui.trainer.installed import is_too_old, version_of
from nanotrain_tui.trainer_python import crash
from nanotrain_tui.trainer_python.cache import Remembered
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.errors import LaunchError
from nanotrain_tui.trainer_python.query import Said, ask, json_objects, last_words

KEY = "trainer.command"
ASK_WITHIN_S = 30.0  # a cold SD card
OLDEST = (3, 6)

# Finds the package without importing it: an import takes seconds, and only training needs it.
# Python 2 shall understand it too, to be refused by its number.
_QUESTION = """
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

OWN, ASKED, REMEMBERED = "looked up here", "asked", "remembered"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a Python, and who told it."""

    why_not: str  # the end of a sentence; empty if it can train
    told_by: str = ASKED
    tensorflow: str = ""  # the file of its package


def find_trainer_python(
    explicit: Sequence[str] | None = None, remembered: Remembered | None = None
) -> list[str]:
    """The command that runs a Python with TensorFlow; raises LaunchError.

    ``explicit`` is taken as it is if it has arguments (a container's, say); a lone Python, or the
    folder of a virtual environment, is asked whether it has TensorFlow.
    """
    if explicit:
        return _named(explicit, remembered)
    return first_fit((path, examine(path, remembered)) for path in candidates())


def first_fit(answers: Iterable[tuple[str, Answer]]) -> list[str]:
    """The first Python that can train; raises LaunchError with what is wrong with each."""
    refused = []
    for path, answer in answers:
        if not answer.why_not:
            return [path]
        refused.append(f"{path} {answer.why_not}")
    tried = "; ".join(refused) or "there is no python3"
    raise LaunchError(
        KEY,
        f"no Python with TensorFlow was found: {tried}. Install TensorFlow into one of them, or "
        "name the Python that has it with --python PATH.",
    )


def candidates() -> dict[str, str]:
    """Pythons worth asking, each once, and what they are here.

    What may not be looked at is passed over: Path.exists would raise.
    """
    places = (
        (sys.executable, "nanotrain's own"),
        (shutil.which("python3"), "python3 on the PATH"),
        ("/usr/bin/python3", "the system's"),
    )
    found: dict[str, str] = {}
    for path, what in places:
        if path and os.path.exists(path):
            found.setdefault(path, what)
    return found


def examine(
    path: str, remembered: Remembered | None = None, within_s: float = ASK_WITHIN_S
) -> Answer:
    """Whether this Python can train: known already, or asked."""
    if path == sys.executable:
        return _of_our_own()
    if remembered is not None and remembered.has_tensorflow(path):
        return Answer("", REMEMBERED)
    answer = _ask(path, within_s)
    if remembered is not None and not answer.why_not:
        remembered.keep(path, answer.tensorflow)
    return answer


def _of_our_own() -> Answer:
    """This very Python, asked without starting it again. A folder called tensorflow is none."""
    here = [place for place in sys.path if place and place != os.environ.get("PWD")]
    spec = importlib.machinery.PathFinder.find_spec("tensorflow", here)
    if spec is None or not spec.origin:
        return Answer("has no TensorFlow", OWN)
    return _of_package(spec.origin, _beside(spec.origin), OWN)


def _beside(tensorflow: str) -> list[str]:
    """The names that stand beside the package."""
    try:
        return [found.name for found in Path(tensorflow).parent.parent.iterdir()]
    except OSError:
        return []


def _of_package(tensorflow: str, names: Iterable[str], told_by: str) -> Answer:
    """What has TensorFlow: whether that is new enough by what stands beside it."""
    version = version_of(names)
    if is_too_old(version):
        return Answer(f"has TensorFlow {version}, older than 2.5", told_by)
    return Answer("", told_by, tensorflow)


def _ask(path: str, within_s: float) -> Answer:
    told = trainer_invocation([path, "-c", _QUESTION])
    try:
        said = ask(told.command, within_s, env=told.env, cwd="/")
    except OSError as error:
        return Answer(f"cannot be run ({error.strerror})")
    except subprocess.TimeoutExpired:
        return Answer(f"gave no answer in {within_s:g} s")
    try:
        answer = next(json_objects(said.out))
        major, minor = map(int, answer["version"])
        tensorflow, names = answer["tensorflow"], answer.get("names")
    except (StopIteration, KeyError, TypeError, ValueError):
        return Answer(_no_answer(said))
    if (major, minor) < OLDEST:
        return Answer(f"is Python {major}.{minor}, older than 3.6")
    if not tensorflow:
        return Answer("has no TensorFlow")
    beside = names if isinstance(names, list) else []
    return _of_package(str(tensorflow), map(str, beside), ASKED)


def _no_answer(said: Said) -> str:
    """Why there was none, as far as it can be told."""
    if said.status < 0:
        cure = crash.hint(said.status, "")
        return f"was ended by signal {-said.status}" + (f" ({cure})" if cure else "")
    why = f": {last_words(said.err)}" if said.err.strip() else ""
    return f"is no Python that can be asked{why}"


def _named(command: Sequence[str], remembered: Remembered | None) -> list[str]:
    program = str(Path(command[0]).expanduser()) if "~" in command[0] else command[0]
    if len(command) == 1 and os.path.isdir(program):
        program = os.path.join(program, "bin", "python")
    found = shutil.which(program)
    if found is None:
        what = "is not executable" if os.path.exists(program) else "does not exist"
        raise LaunchError(KEY, f"the trainer's program {program} {what}.")
    path = str(Path(found).absolute())
    if len(command) == 1:
        why_not = examine(path, remembered).why_not
        if why_not:
            raise LaunchError(
                KEY, f"{path} {why_not}; name a Python that has TensorFlow 2.5 or newer."
            )
    return [path, *command[1:]]
