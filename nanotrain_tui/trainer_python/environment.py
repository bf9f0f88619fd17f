"""The environment a trainer's Python needs, on a Jetson above all.

Everything that runs that Python asks here: training, the question for data, exports, doctor.
"""

import os
import platform
from typing import Dict, List, Mapping, Optional

from nanotrain_tui.trainer_python.container import Invocation, invocation, is_container

# In this order they are searched, behind what the person has set.
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
    return any(os.path.exists(os.path.join(root, sign)) for sign in _NVIDIA)


def variables(
    environ: Mapping[str, str] = os.environ, root: str = "/", machine: Optional[str] = None
) -> Dict[str, str]:
    """What every trainer is told, in a container too; what the person has set stays."""
    told = {
        "PYTHONUNBUFFERED": "1",
        # Else TensorFlow takes the whole GPU, which on a Jetson is all memory.
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }
    if has_nvidia(root):
        told["TF_CPP_MIN_LOG_LEVEL"] = "1"  # the log tells which library of CUDA is missing
    if (machine or platform.machine()) == _ARM:
        # NumPy 1.19.5 on a Nano dies of an illegal instruction without it.
        told["OPENBLAS_CORETYPE"] = "ARMV8"
    told = {name: environ.get(name) or value for name, value in told.items()}
    if not _speaks_utf8(environ):
        told["LC_ALL"] = "C.UTF-8"  # Python 3.6 opens no path but ASCII in the locale C
    return told


def _speaks_utf8(environ: Mapping[str, str]) -> bool:
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return "utf" in locale.lower()


def cuda_paths(
    environ: Mapping[str, str] = os.environ, root: str = "/", machine: Optional[str] = None
) -> Dict[str, str]:
    """``PATH`` and ``LD_LIBRARY_PATH`` with CUDA's folders where they lack them.

    A shell over ssh that runs one command reads no .bashrc, which is where they are set. Only
    where all libraries are of one JetPack: elsewhere TensorFlow brings its own.
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
    command: List[str], extra: Optional[Mapping[str, str]] = None, name: str = ""
) -> Invocation:
    """The command as it is run, with the whole environment of its process.

    ``extra`` is told besides; a container that is started is called ``name``.
    """
    env = dict(variables(), **(extra or {}))
    if is_container(command):
        env.setdefault("LC_ALL", "C.UTF-8")  # none of our locale is handed on to it
    told = invocation(command, env, name)
    return told._replace(env=dict(os.environ, **cuda_paths(), **told.env))
