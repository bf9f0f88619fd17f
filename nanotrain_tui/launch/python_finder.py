"""Which Python trains: the one that is named, else the first that has TensorFlow."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nanotrain_tui.launch.errors import LaunchError

KEY = "trainer.command"
ASK_WITHIN_S = 30.0  # a cold SD card

# Finds the package without importing it: an import takes seconds, and only training needs it.
_QUESTION = """
import importlib.util, json, sys
spec = importlib.util.find_spec("tensorflow")
found = spec is not None and spec.origin not in (None, "namespace")
print(json.dumps({"version": list(sys.version_info[:2]), "tensorflow": found}))
"""

Ask = Callable[[str], str]


def find_trainer_python(explicit: Sequence[str] | None = None) -> list[str]:
    """The command that runs a Python with TensorFlow; raises LaunchError.

    ``explicit`` is taken as it is if it has arguments (a container's, say); a lone Python is asked
    whether it has TensorFlow.
    """
    if explicit:
        return _named(explicit)
    refused = []
    for path in candidates():
        why_not = why_unfit(path)
        if not why_not:
            return [path]
        refused.append(f"{path} {why_not}")
    tried = "; ".join(refused) or "there is no python3"
    raise LaunchError(
        KEY,
        f"no Python with TensorFlow was found: {tried}. Install TensorFlow into one of them, or "
        "name the Python that has it with --python PATH.",
    )


def candidates() -> Iterable[str]:
    """Pythons worth asking, each once: this one, the one on the PATH, the system's.

    What may not be looked at is passed over: Path.exists would raise.
    """
    places = (sys.executable, shutil.which("python3"), "/usr/bin/python3")
    return dict.fromkeys(place for place in places if place and os.path.exists(place))  # noqa: PTH110


def why_unfit(path: str, within_s: float = ASK_WITHIN_S) -> str:
    """Why this Python cannot train, as the end of a sentence; empty if it can."""
    try:
        asked = subprocess.run(
            [path, "-c", _QUESTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=within_s,
            cwd="/",  # a folder called tensorflow here is no TensorFlow
            start_new_session=True,
        )
        answer = json.loads(asked.stdout)
        version, has_tensorflow = tuple(answer["version"]), answer["tensorflow"]
    except OSError as error:
        return f"cannot be run ({error.strerror})"
    except subprocess.TimeoutExpired:
        return f"gave no answer in {within_s:g} s"
    except (ValueError, KeyError, TypeError):
        return "is no Python that can be asked"
    if version < (3, 6):
        return f"is Python {version[0]}.{version[1]}, older than 3.6"
    return "" if has_tensorflow else "has no TensorFlow"


def _named(command: Sequence[str]) -> list[str]:
    program = str(Path(command[0]).expanduser()) if "~" in command[0] else command[0]
    found = shutil.which(program)
    if found is None:
        what = "is not executable" if Path(program).exists() else "does not exist"
        raise LaunchError(KEY, f"the trainer's program {program} {what}.")
    path = str(Path(found).absolute())
    if len(command) == 1:
        why_not = why_unfit(path)
        if why_not:
            raise LaunchError(KEY, f"{path} {why_not}; name a Python that has TensorFlow.")
    return [path, *command[1:]]
