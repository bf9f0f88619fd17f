"""Whether some Python here can train: TensorFlow is loaded in it and asked."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import trainer_command
from nanotrain_tui.launch import LaunchError
from nanotrain_tui.launch.plan import PYTHONS
from nanotrain_tui.trainer.installed import is_too_old
from nanotrain_tui.trainer_python import container, crash, gpu, preload
from nanotrain_tui.trainer_python.cache import Remembered
from nanotrain_tui.trainer_python.call import python_of
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.finder import Answer, candidates, examine, first_fit
from nanotrain_tui.trainer_python.query import Said, ask, json_objects, last_words

from .machine import OK, PROBLEM, WARN, Check

LOADED_WITHIN_S = 300.0  # from a Nano's SD card

# For Python 3.6 as well. What is printed at level 0 names the libraries that are missing.
QUESTION = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"
import numpy, tensorflow
gpus = tensorflow.config.list_physical_devices("GPU")
print("\\n" + json.dumps({"tensorflow": tensorflow.__version__, "numpy": numpy.__version__,
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
    tried = [] if trainer_command(config) else try_all(Remembered(cache / PYTHONS))
    try:
        if trainer_command(config):
            python, said = python_of(config)
        else:
            answers = [(one.path, Answer(one.why_not)) for one in tried]
            python, said = tuple(first_fit(answers)), ()
    except LaunchError as error:
        advice = (
            "Install TensorFlow (on a Jetson NVIDIA's own build), or name the Python that has it: "
            "--python PATH."
        )
        found = [Check("tensorflow", PROBLEM, error.message, advice)]
        return found + [_told(one) for one in tried], tried
    found = [_of_loading(python, load_tensorflow(python), has_gpu)]
    found += [Check("trainer", OK, message) for message in said]
    return found + [_told(one) for one in tried], tried


def try_all(remembered: Remembered) -> list[Tried]:
    """Each Python that is looked for, in this order, also those behind the one that is taken.

    All are asked; what was remembered wrongly is forgotten.
    """
    tried: list[Tried] = []
    for path, what in candidates().items():
        known = remembered.has_tensorflow(path)
        answer = examine(path)
        if known and answer.why_not:
            remembered.forget(path)
        told_by = f"{answer.told_by}, and remembered" if known else answer.told_by
        taken = not answer.why_not and not any(one.taken for one in tried)
        tried.append(Tried(path, what, taken, answer.why_not, told_by))
    return tried


@dataclass(frozen=True)
class Loading:
    """How it went to load TensorFlow."""

    answer: Mapping[str, Any] | None  # versions and GPUs; None where it did not load
    why_not: str = ""
    status: int | None = None
    words: str = ""  # all that was printed
    first: str = ""  # libraries that had to come first: LD_PRELOAD


def load_tensorflow(python: Sequence[str], within_s: float = LOADED_WITHIN_S) -> Loading:
    """Load it in this Python, as a session would: again with what came too late for glibc."""
    env: dict[str, str] = {}
    while True:
        found = _load_once(python, env, within_s)
        more = preload.with_library(env, found.words) if found.answer is None else None
        if more is None:
            return replace(found, first=env.get(preload.VARIABLE, ""))
        env = more


def _load_once(python: Sequence[str], env: Mapping[str, str], within_s: float) -> Loading:
    told = trainer_invocation([*python, "-c", QUESTION], env)
    try:
        said = ask(told.command, within_s, env=told.env, cwd="/")
    except OSError as error:
        return Loading(None, f"cannot be run ({error.strerror})")
    except subprocess.TimeoutExpired:
        return Loading(None, f"did not load TensorFlow in {within_s:g} s")
    words = said.err.decode("utf-8", "replace")
    answer = next((one for one in json_objects(said.out) if "tensorflow" in one), None)
    why_not = "" if answer is not None else _why_not(said)
    return Loading(answer, why_not, said.status, words)


def _why_not(said: Said) -> str:
    if said.status < 0:
        return f"was killed by signal {-said.status} while it loaded TensorFlow"
    return last_words(said.err)[:300] if said.err.strip() else f"ended with status {said.status}"


def _of_loading(python: Sequence[str], loading: Loading, has_gpu: bool) -> Check:
    where, answer = container.brief(list(python)), loading.answer
    if answer is None:
        known = crash.hint(loading.status, loading.words)
        advice = known or "mend that installation, or name another: --python"
        return Check("tensorflow", PROBLEM, f"{where}: {loading.why_not}", _sentence(advice))
    found = "{tensorflow} with NumPy {numpy}, Python {python}".format(**answer)
    gpus = "no GPU" if not answer["gpus"] else f"{answer['gpus']} GPU"
    found = f"{found}, {gpus}: {where}"
    if loading.first:
        found += f"; sessions start it with {preload.VARIABLE}={loading.first}"
    if is_too_old(str(answer["tensorflow"])):
        advice = "nanotrain needs 2.5 or newer: install that, or name another Python with --python."
        return Check("tensorflow", PROBLEM, found, advice)
    if has_gpu and not answer["gpus"]:
        return Check("tensorflow", WARN, found, gpu.why_unused(answer.get("cuda"), loading.words))
    return Check("tensorflow", OK, found)


def _told(tried: Tried) -> Check:
    has = tried.why_not or ("has TensorFlow" if tried.taken else "has TensorFlow too")
    taken = "; this one is taken" if tried.taken else ""
    name = "python" if tried.taken else "not taken"
    return Check(name, OK, f"{tried.path} ({tried.what}) {has}{taken} ({tried.told_by})")


def _sentence(text: str) -> str:
    first = text.split(maxsplit=1)[0]  # the name of a file is written as it is
    start = text[0] if "." in first or "/" in first else text[0].upper()
    return f"{start}{text[1:].rstrip('.')}."
