"""Whether some Python here can train: TensorFlow is loaded in it and asked."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import trainer_command
from nanotrain_tui.host import container, crash, gpu
from nanotrain_tui.host.trainer_environment import trainer_invocation
from nanotrain_tui.launch import LaunchError
from nanotrain_tui.launch.asking import Said, ask, json_objects, last_line
from nanotrain_tui.launch.plan import PYTHONS
from nanotrain_tui.launch.python_finder import candidates, examine
from nanotrain_tui.launch.remembered import Remembered
from nanotrain_tui.launch.trainer_call import python_of

from .checks import OK, PROBLEM, WARN, Check

LOADED_WITHIN_S = 300.0  # from a Nano's SD card

# For Python 3.6 as well. What is printed at level 0 names the libraries that are missing.
QUESTION = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"
import numpy, tensorflow
gpus = tensorflow.config.list_physical_devices("GPU")
print(json.dumps({"tensorflow": tensorflow.__version__, "numpy": numpy.__version__,
                  "python": "%d.%d.%d" % sys.version_info[:3], "gpus": len(gpus),
                  "cuda": bool(tensorflow.test.is_built_with_cuda())}))
"""


@dataclass(frozen=True)
class Tried:
    """A Python that was looked at."""

    path: str
    what: str  # nanotrain's own, python3 on the PATH, the system's, named
    taken: bool
    why_not: str  # the end of a sentence; empty if it has TensorFlow
    told_by: str  # how that is known


def check_trainer(
    config: Mapping[str, Any], has_gpu: bool, cache: Path
) -> tuple[list[Check], list[Tried]]:
    """What TensorFlow says in the Python that trains, and every Python that was looked at."""
    named = trainer_command(config)
    try:
        python, said = python_of(config)
    except LaunchError as error:
        advice = (
            "Install TensorFlow (on a Jetson NVIDIA's own build), or name the Python that has it: "
            "--python PATH."
        )
        tried = [] if named else try_all("", cache)
        found = [Check("tensorflow", PROBLEM, error.message, advice)]
        return found + [_told(one) for one in tried], tried
    tried = [] if named else try_all(python[0], cache)
    found = [_of_answer(python, *ask_tensorflow(python), has_gpu)]
    found += [Check("trainer", OK, message) for message in said]
    return found + [_told(one) for one in tried], tried


def try_all(taken: str, cache: Path) -> list[Tried]:
    """Each Python that is looked for, in this order, also those behind the one that is taken."""
    remembered = Remembered(cache / PYTHONS)
    tried = []
    for path, what in candidates().items():
        known = remembered.has_tensorflow(path)
        answer = examine(path)
        told_by = f"{answer.told_by}, and remembered" if known else answer.told_by
        tried.append(Tried(path, what, path == taken, answer.why_not, told_by))
    return tried


def ask_tensorflow(
    python: Sequence[str], within_s: float = LOADED_WITHIN_S
) -> tuple[dict[str, Any] | str, str]:
    """Versions and GPUs, or why TensorFlow cannot be loaded; and all that it printed."""
    told = trainer_invocation([*python, "-c", QUESTION])
    try:
        said = ask(told.command, within_s, env=told.env, cwd="/")
    except OSError as error:
        return f"cannot be run ({error.strerror})", ""
    except subprocess.TimeoutExpired:
        return f"did not load TensorFlow in {within_s:g} s", ""
    words = said.err.decode("utf-8", "replace")
    for answer in json_objects(said.out):
        if "tensorflow" in answer:
            return answer, words
    return _why_not(said), words


def _why_not(said: Said) -> str:
    if said.status < 0:
        return f"was killed by signal {-said.status} while it loaded TensorFlow"
    return last_line(said.err)[:300] if said.err.strip() else f"ended with status {said.status}"


def _of_answer(
    python: Sequence[str], answer: dict[str, Any] | str, words: str, has_gpu: bool
) -> Check:
    where = container.brief(list(python))
    if isinstance(answer, str):
        status = -4 if "signal 4 " in answer else None
        advice = crash.hint(status, words) or "mend that installation, or name another: --python"
        return Check("tensorflow", PROBLEM, f"{where}: {answer}", _sentence(advice))
    found = "{tensorflow} with NumPy {numpy}, Python {python}".format(**answer)
    gpus = "no GPU" if not answer["gpus"] else f"{answer['gpus']} GPU"
    found = f"{found}, {gpus}: {where}"
    if has_gpu and not answer["gpus"]:
        return Check("tensorflow", WARN, found, gpu.why_unused(answer.get("cuda"), words))
    return Check("tensorflow", OK, found)


def _told(tried: Tried) -> Check:
    has = tried.why_not or ("has TensorFlow" if tried.taken else "has TensorFlow too")
    taken = "; this one is taken" if tried.taken else ""
    name = "python" if tried.taken else "not taken"
    return Check(name, OK, f"{tried.path} ({tried.what}) {has}{taken} ({tried.told_by})")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
