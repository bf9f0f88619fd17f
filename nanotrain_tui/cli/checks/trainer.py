"""Checks whether a Python of this machine can train, by loading its TensorFlow."""

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
from nanotrain_tui.trainer_python.query import Reply, exit_reason, json_objects, query

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
class ExaminedPython:
    """A Python that was examined."""

    path: str
    origin: str  # nanotrain's own, python3 on the PATH, the system's, named
    chosen: bool
    problem: str  # the end of a sentence; empty if it has TensorFlow
    source: str  # how that is known

    def to_json(self) -> dict[str, Any]:
        """The object for ``doctor --json``, whose keys scripts rely on."""
        return {
            "path": self.path,
            "what": self.origin,
            "taken": self.chosen,
            "why_not": self.problem,
            "told_by": self.source,
        }


def check_trainer(
    config: Mapping[str, Any], has_gpu: bool, cache: PythonCache
) -> tuple[list[Check], list[ExaminedPython]]:
    """The checks of the Python that trains, and every Python that was examined."""
    examined = [] if trainer_command(config) else examine_all(cache)
    try:
        if trainer_command(config):
            python, notes = python_of(config)
        else:
            findings = [(found.path, Finding(found.problem)) for found in examined]
            python, notes = first_usable(findings), []
    except LaunchError as error:
        advice = (
            "Install TensorFlow (on a Jetson, NVIDIA's build), or give the Python that has it: "
            "--python PATH."
        )
        checks = [Check("tensorflow", PROBLEM, error.message, advice)]
        return checks + [_python_check(found) for found in examined], examined
    checks = [_tensorflow_check(python, load_tensorflow(python), has_gpu)]
    checks += [Check("trainer", OK, message) for message in notes]
    return checks + [_python_check(found) for found in examined], examined


def examine_all(cache: PythonCache) -> list[ExaminedPython]:
    """Every candidate in the order of the search, also those after the one that is chosen.

    Each of them is run. A cached answer that proves wrong is removed.
    """
    examined: list[ExaminedPython] = []
    for path, origin in candidates().items():
        known = cache.has_tensorflow(path)
        finding = examine(path)
        if known and finding.problem:
            cache.remove(path)
        source = f"{finding.known_by}, and remembered" if known else finding.known_by
        chosen = not finding.problem and not any(found.chosen for found in examined)
        examined.append(ExaminedPython(path, origin, chosen, finding.problem, source))
    return examined


@dataclass(frozen=True)
class Loading:
    """The result of loading TensorFlow."""

    answer: Mapping[str, Any] | None  # versions and GPUs; None if it did not load
    problem: str = ""
    status: int | None = None
    output: str = ""  # what was printed on stderr
    preloaded: str = ""  # the libraries in LD_PRELOAD


def load_tensorflow(python: Sequence[str], within_s: float = LOADED_WITHIN_S) -> Loading:
    """Load TensorFlow in this Python, as a session does.

    It is loaded again with LD_PRELOAD for a library that glibc could not load so late.
    """
    env: dict[str, str] = {}
    while True:
        found = _load_once(python, env, within_s)
        more = preload.with_library(env, found.output) if found.answer is None else None
        if more is None:
            return replace(found, preloaded=env.get(preload.VARIABLE, ""))
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
    answer = next((found for found in json_objects(reply.out) if "tensorflow" in found), None)
    problem = "" if answer is not None else _problem(reply)
    return Loading(answer, problem, reply.status, output)


def _problem(reply: Reply) -> str:
    if reply.status < 0:
        return f"was killed by signal {-reply.status} while it loaded TensorFlow"
    return (
        exit_reason(reply.err)[:300] if reply.err.strip() else f"ended with status {reply.status}"
    )


def _tensorflow_check(python: Sequence[str], loading: Loading, has_gpu: bool) -> Check:
    where, answer = container.brief(python), loading.answer
    if answer is None:
        known = crash.hint(loading.status, loading.output)
        advice = known or "repair that installation, or give another Python: --python PATH"
        return Check("tensorflow", PROBLEM, f"{where}: {loading.problem}", _sentence(advice))
    found = "{tensorflow} with NumPy {numpy}, Python {python}".format(**answer)
    count = answer["gpus"]
    gpus = f"{count or 'no'} GPU{'s' if count > 1 else ''}"
    found = f"{found}, {gpus}: {where}"
    if loading.preloaded:
        found += f"; sessions start it with {preload.VARIABLE}={loading.preloaded}"
    if is_too_old(str(answer["tensorflow"])):
        advice = "nanotrain needs 2.5 or newer. Install it, or give another Python: --python PATH."
        return Check("tensorflow", PROBLEM, found, advice)
    if has_gpu and not answer["gpus"]:
        return Check("tensorflow", WARN, found, gpu.why_unused(answer.get("cuda"), loading.output))
    return Check("tensorflow", OK, found)


def _python_check(found: ExaminedPython) -> Check:
    has = found.problem or ("has TensorFlow" if found.chosen else "has TensorFlow too")
    chosen = "; this one is used" if found.chosen else ""
    name = "python" if found.chosen else "not used"
    return Check(name, OK, f"{found.path} ({found.origin}) {has}{chosen} ({found.source})")


def _sentence(text: str) -> str:
    first = text.split(maxsplit=1)[0]  # a file name keeps its case
    start = text[0] if "." in first or "/" in first else text[0].upper()
    return f"{start}{text[1:].rstrip('.')}."
