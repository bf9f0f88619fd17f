"""Finds TensorFlow and its version in a Python installation without loading it."""

import importlib.util
import os
import re
from typing import Iterable, Optional, Tuple

OLDEST = (2, 5)

# tensorflow-2.21.0.dist-info; also tensorflow_cpu, tensorflow_gpu, NVIDIA's 2.7.0+nv22.1
_INSTALLED = re.compile(r"tensorflow(?:_\w*pu)?-(\d+\.\d+\.\d+).*\.(?:dist|egg)-info$")


def has_tensorflow() -> bool:
    """Whether this Python has the package. An empty folder with its name does not count."""
    spec = importlib.util.find_spec("tensorflow")
    return spec is not None and spec.origin not in (None, "namespace")


def tensorflow_version() -> Optional[str]:
    """The version that pip has recorded; None if there is none."""
    spec = importlib.util.find_spec("tensorflow")
    folder = os.path.dirname(os.path.dirname(str(spec.origin))) if spec else ""
    try:
        return version_of(os.listdir(folder))
    except OSError:
        return None


def version_of(names: Iterable[str]) -> Optional[str]:
    """The version by the names of the files beside the package; None if no name has it."""
    found = [match.group(1) for match in map(_INSTALLED.match, names) if match]
    return max(found, key=_numbers) if found else None


def is_too_old(version: Optional[str]) -> bool:
    """Whether the trainer does not run with this TensorFlow; one that is unknown may do."""
    numbers = _numbers(version or "")
    return bool(numbers) and numbers < OLDEST


def _numbers(version: str) -> Tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
