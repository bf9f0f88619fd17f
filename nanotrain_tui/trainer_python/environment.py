"""The environment that a trainer's Python needs, above all on a Jetson.

Training, the inspection of data, exports and ``doctor`` all use it.
"""

import os
import platform
from typing import Dict, Mapping, Optional, Sequence

from nanotrain_tui.trainer_python.container import Invocation, invocation, is_container

# Searched in this order, after what the user has set.
_CUDA_LIBRARIES = (
    "usr/local/cuda/lib64",
    "usr/local/cuda/targets/aarch64-linux/lib",
    "usr/lib/aarch64-linux-gnu/tegra",
    "usr/lib/aarch64-linux-gnu/nvidia",
)
_CUDA_PROGRAMS = "usr/local/cuda/bin"  # ptxas, which XLA calls
_NVIDIA = ("dev/nvidia0", "dev/nvhost-gpu", "dev/nvgpu", "dev/nvmap", "proc/driver/nvidia/version")
_ARM = "aarch64"


def has_nvidia(root: str = "/") -> bool:
    """Whether the kernel offers an NVIDIA GPU."""
    return any(os.path.exists(os.path.join(root, path)) for path in _NVIDIA)


def variables(
    environ: Mapping[str, str] = os.environ, root: str = "/", machine: Optional[str] = None
) -> Dict[str, str]:
    """The variables of every trainer, also in a container; what the user has set stays."""
    values = {
        "PYTHONUNBUFFERED": "1",
        # Otherwise TensorFlow takes the whole memory of the GPU, on a Jetson all memory there is.
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }
    if has_nvidia(root):
        values["TF_CPP_MIN_LOG_LEVEL"] = "1"  # so that the log names missing CUDA libraries
    if (machine or platform.machine()) == _ARM:
        # Without it NumPy 1.19.5 dies on a Nano of an illegal instruction.
        values["OPENBLAS_CORETYPE"] = "ARMV8"
    values = {name: environ.get(name) or value for name, value in values.items()}
    if not _speaks_utf8(environ):
        values["LC_ALL"] = "C.UTF-8"  # in the locale C, Python 3.6 opens only ASCII paths
    return values


def _speaks_utf8(environ: Mapping[str, str]) -> bool:
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return "utf" in locale.lower()


def cuda_paths(
    environ: Mapping[str, str] = os.environ, root: str = "/", machine: Optional[str] = None
) -> Dict[str, str]:
    """``PATH`` and ``LD_LIBRARY_PATH`` with CUDA's folders added, where they lack them.

    They are set in .bashrc, which a shell over ssh that runs one command does not read.
    ``LD_LIBRARY_PATH`` changes only on a Jetson; elsewhere TensorFlow brings its own libraries.
    """
    changed = {}
    path = environ.get("PATH") or os.defpath
    programs = os.path.join(root, _CUDA_PROGRAMS)
    if os.path.isdir(programs) and "cuda" not in path:
        changed["PATH"] = os.pathsep.join((path, programs))
    libraries = environ.get("LD_LIBRARY_PATH", "")
    if (machine or platform.machine()) == _ARM and "cuda" not in libraries:
        places = [os.path.join(root, place) for place in _CUDA_LIBRARIES]
        there = [place for place in places if os.path.isdir(place)]
        if there:
            changed["LD_LIBRARY_PATH"] = os.pathsep.join(([libraries] if libraries else []) + there)
    return changed


def trainer_invocation(
    command: Sequence[str], extra: Optional[Mapping[str, str]] = None, name: str = ""
) -> Invocation:
    """The command as it is run, with the whole environment of its process.

    ``extra`` holds more variables; a new container is called ``name``.
    """
    env = dict(variables(), **(extra or {}))
    if is_container(command):
        env.setdefault("LC_ALL", "C.UTF-8")  # a container does not get our locale
    found = invocation(command, env, name)
    return found._replace(env=dict(os.environ, **cuda_paths(), **found.env))
