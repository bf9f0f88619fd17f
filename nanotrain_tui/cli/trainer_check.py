"""Whether some Python here can train: TensorFlow is loaded in it and asked."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from nanotrain_tui.catalog import trainer_command
from nanotrain_tui.launch import LaunchError, find_trainer_python
from nanotrain_tui.launch.python_finder import candidates, why_unfit

from .checks import OK, PROBLEM, WARN, Check

LOADED_WITHIN_S = 300.0  # from a Nano's SD card

# For Python 3.6 as well.
QUESTION = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy, tensorflow
gpus = tensorflow.config.list_physical_devices("GPU")
print(json.dumps({"tensorflow": tensorflow.__version__, "numpy": numpy.__version__,
                  "python": "%d.%d.%d" % sys.version_info[:3], "gpus": len(gpus)}))
"""


def check_trainer(config: Mapping[str, Any], has_gpu: bool) -> list[Check]:
    """The Python that trains, every one that was refused before it, and what TensorFlow says."""
    named = trainer_command(config)
    try:
        python = find_trainer_python(named)
    except LaunchError as error:
        advice = (
            "Install TensorFlow (on a Jetson NVIDIA's own build), or name the Python that has it: "
            "--python PATH."
        )
        return [Check("tensorflow", PROBLEM, error.message, advice)]
    answer = ask_tensorflow(python)
    checks = [_of_answer(python, answer, has_gpu)]
    if not named:
        checks += _refused(python[0])
    return checks


def ask_tensorflow(
    python: Sequence[str], within_s: float = LOADED_WITHIN_S
) -> dict[str, Any] | str:
    """Versions and GPUs, or why TensorFlow cannot be loaded."""
    try:
        asked = subprocess.run(
            [*python, "-c", QUESTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=within_s,
            cwd="/",
        )
    except OSError as error:
        return f"cannot be run ({error.strerror})"
    except subprocess.TimeoutExpired:
        return f"did not load TensorFlow in {within_s:g} s"
    for line in reversed(asked.stdout.splitlines()):
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict) and "tensorflow" in answer:
            return answer
    words = asked.stderr.decode("utf-8", "replace").strip().splitlines()
    if asked.returncode < 0:
        return f"was killed by signal {-asked.returncode} while it loaded TensorFlow"
    return words[-1][:300] if words else f"ended with status {asked.returncode}"


def _of_answer(python: Sequence[str], answer: dict[str, Any] | str, has_gpu: bool) -> Check:
    where = " ".join(python)
    if isinstance(answer, str):
        advice = "Mend that installation, or name another Python: --python PATH."
        if "signal 4" in answer:
            advice = "On a Nano set OPENBLAS_CORETYPE=ARMV8 in the environment."
        return Check("tensorflow", PROBLEM, f"{where}: {answer}", advice)
    found = "{tensorflow} with NumPy {numpy}, Python {python}".format(**answer)
    gpus = "no GPU" if not answer["gpus"] else f"{answer['gpus']} GPU"
    found = f"{found}, {gpus}: {where}"
    if has_gpu and not answer["gpus"]:
        advice = "This TensorFlow does not use the GPU that is here; NVIDIA's own build does."
        return Check("tensorflow", WARN, found, advice)
    return Check("tensorflow", OK, found)


def _refused(taken: str) -> list[Check]:
    """Those that were asked before the one that was taken."""
    refused = []
    for path in candidates():
        if path == taken:
            break
        refused.append(Check("python", OK, f"{path} {why_unfit(path)}"))
    return refused
