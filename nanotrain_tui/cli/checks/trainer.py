"""Whether some Python here can train: TensorFlow is loaded in it and asked."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nanotrain_tui.catalog import trainer_command
from nanotrain_tui.trainer.installed import is_too_old
from nanotrain_tui.trainer_python import container, crash, gpu, preload
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.call import python_of
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.finder import Finding, candidates, examine, first_usable
from nanotrain_tui.trainer_python.launch_error import LaunchError
from nanotrain_tui.trainer_python.query import Reply, json_objects, query, reason_of

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
    config: Mapping[str, Any], has_gpu: bool, cache: PythonCache
) -> tuple[list[Check], list[Tried]]:
    """What TensorFlow says in the Python that trains, and every Python that was looked at."""
    tried = [] if trainer_command(config) else try_all(cache)
    try:
        if trainer_command(config):
            python, notes = python_of(config)
        else:
            findings = [(one.path, Finding(one.why_not)) for one in tried]
            python, notes = first_usable(findings), []
    except LaunchError as error:
        advice = (
            "Install TensorFlow (on a Jetson NVIDIA's own build), or name the Python that has it: "
            "--python PATH."
        )
        found = [Check("tensorflow", PROBLEM, error.message, advice)]
        return found + [_check_of(one) for one in tried], tried
    found = [_of_loading(python, load_tensorflow(python), has_gpu)]
    found += [Check("trainer", OK, message) for message in notes]
    return found + [_check_of(one) for one in tried], tried


def try_all(cache: PythonCache) -> list[Tried]:
    """Each Python that is looked for, in this order, also those behind the one that is taken.

    All are asked; a wrong entry of the cache is removed.
    """
    tried: list[Tried] = []
    for path, what in candidates().items():
        known = cache.has_tensorflow(path)
        finding = examine(path)
        if known and finding.problem:
            cache.remove(path)
        told_by = f"{finding.known_by}, and remembered" if known else finding.known_by
        taken = not finding.problem and not any(one.taken for one in tried)
        tried.append(Tried(path, what, taken, finding.problem, told_by))
    return tried


@dataclass(frozen=True)
class Loading:
    """How it went to load TensorFlow."""

    answer: Mapping[str, Any] | None  # versions and GPUs; None where it did not load
    why_not: str = ""
    status: int | None = None
    output: str = ""  # all that was printed
    first: str = ""  # libraries that had to come first: LD_PRELOAD


def load_tensorflow(python: Sequence[str], within_s: float = LOADED_WITHIN_S) -> Loading:
    """Load it in this Python, as a session would: again with what came too late for glibc."""
    env: dict[str, str] = {}
    while True:
        found = _load_once(python, env, within_s)
        more = preload.with_library(env, found.output) if found.answer is None else None
        if more is None:
            return replace(found, first=env.get(preload.VARIABLE, ""))
        env = more


def _load_once(python: Sequence[str], env: Mapping[str, str], within_s: float) -> Loading:
    invocation = trainer_invocation([*python, "-c", QUESTION], env)
    try:
        reply = query(invocation.command, within_s, env=invocation.env, cwd="/")
    except OSError as error:
        return Loading(None, f"cannot be run ({error.strerror})")
    except subprocess.TimeoutExpired:
        return Loading(None, f"did not load TensorFlow in {within_s:g} s")
    output = reply.err.decode("utf-8", "replace")
    answer = next((one for one in json_objects(reply.out) if "tensorflow" in one), None)
    why_not = "" if answer is not None else _why_not(reply)
    return Loading(answer, why_not, reply.status, output)


def _why_not(reply: Reply) -> str:
    if reply.status < 0:
        return f"was killed by signal {-reply.status} while it loaded TensorFlow"
    return reason_of(reply.err)[:300] if reply.err.strip() else f"ended with status {reply.status}"


def _of_loading(python: Sequence[str], loading: Loading, has_gpu: bool) -> Check:
    where, answer = container.brief(python), loading.answer
    if answer is None:
        known = crash.hint(loading.status, loading.output)
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
        return Check("tensorflow", WARN, found, gpu.why_unused(answer.get("cuda"), loading.output))
    return Check("tensorflow", OK, found)


def _check_of(tried: Tried) -> Check:
    has = tried.why_not or ("has TensorFlow" if tried.taken else "has TensorFlow too")
    taken = "; this one is taken" if tried.taken else ""
    name = "python" if tried.taken else "not taken"
    return Check(name, OK, f"{tried.path} ({tried.what}) {has}{taken} ({tried.told_by})")


def _sentence(text: str) -> str:
    first = text.split(maxsplit=1)[0]  # the name of a file is written as it is
    start = text[0] if "." in first or "/" in first else text[0].upper()
    return f"{start}{text[1:].rstrip('.')}."
