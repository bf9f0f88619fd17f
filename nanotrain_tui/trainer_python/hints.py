"""Known problems of TensorFlow's installations: a pattern of the output, and what to do.

docs/TRAINER.md explains each of them.
"""

import re
from typing import Pattern, Tuple

_GPU_MEMORY = "the GPU's memory was not enough; use a smaller batch or fewer units"
_MEMORY = "memory was not enough; use a smaller batch or fewer units"
MEMORY_HINTS = (_GPU_MEMORY, _MEMORY)

# The first match counts. The text may name groups of the pattern.
_TABLE = (
    (r"No module named '?tensorflow(?:'|\s|$)",
     "this Python has no TensorFlow; name one that has it with --python or trainer.command"),
    (r"No module named '?(numpy)(?:'|\s|$)",
     "this Python has no {}; install it, or name another with --python"),
    # -- versions of NumPy, protobuf and the system's libraries that do not fit
    (r"compiled using NumPy 1\.x|_ARRAY_API not found",
     "this TensorFlow was built for NumPy 1; install 'numpy<2' into that Python"),
    (r"module 'numpy' has no attribute '(?:object|bool|typeDict)'",
     "this TensorFlow is older than this NumPy; install 'numpy<1.24' into that Python"),
    (r"numpy\.core\.(?:_multiarray_umath|multiarray|umath) failed to import"
     r"|size changed, may indicate binary incompatibility",
     "NumPy and TensorFlow do not fit together; install the NumPy that this TensorFlow names"),
    (r"Descriptors cannot (?:not )?be created directly",
     "protobuf is too new for this TensorFlow; install 'protobuf<3.21' into that Python"),
    (r"incompatible Protobuf Gencode/Runtime|cannot import name 'runtime_version' from 'google",
     "protobuf is too old for this TensorFlow; pip install --upgrade protobuf in that Python"),
    (r"version `((?:GLIBCXX|GLIBC|CXXABI)_[\d.]+)' not found",
     "this TensorFlow was built for a newer system, with {}; use the one for this JetPack"),
    (r"([^\s'\":(]+\.so[\w.]*): cannot open shared object file",
     "{} is missing; TensorFlow needs it, and on a Jetson it must match the JetPack"),
    (r"compiled to use (\w+) instructions, but these aren't available",
     "this TensorFlow needs a CPU with {}; use one built for this machine"),
    (r"undefined symbol: ",
     "TensorFlow and one of its libraries are of different builds; reinstall them together"),
    # -- memory
    (r"ResourceExhaustedError|CUDA_ERROR_OUT_OF_MEMORY|NvMapMemAllocInternalTagged",
     _GPU_MEMORY),
    (r"std::bad_alloc|MemoryError|Cannot allocate memory",
     _MEMORY),
    # -- containers
    (r"permission denied while trying to connect to the [Dd]ocker",
     "your user may not use docker; sudo usermod -aG docker $USER, then log in again"),
    (r"Cannot connect to the Docker daemon",
     "docker is not running; sudo systemctl start docker"),
    (r"[Uu]nknown (?:or invalid )?runtime (?:name|specified):? *(\S+)",
     "docker has no runtime {}; install nvidia-container-toolkit, or remove --runtime"),
    (r"could not select device driver",
     "docker cannot give GPUs to containers; install nvidia-container-toolkit"),
    (r"pull access denied|manifest unknown|[Nn]o such image|manifest for \S+ not found",
     "there is no such image; docker images lists the images"),
    (r"[Nn]o such container|container \S+ is not running",
     "no such container is running; docker ps lists those that are"),
    (r"exec: \"?([^\s\":]+)\"?: (?:executable file not found|stat |no such file)",
     "there is no {} in that container; name its Python: IMAGE python3"),
    (r"container name \"?([^\s\"]+)\"? is already in use",
     "there is a container {0} already; docker rm -f {0}, or remove --name"),
    (r"input device is not a TTY", "remove -t: the trainer needs no terminal"),
    (r"sudo: (?:a password|a terminal|no tty)",
     "sudo cannot ask for a password here; put your user into the group docker"),
    (r"can't open file '?(\S+?/trainer)'?: |can't find '__main__' module in '?(\S+?/trainer)'?",
     "that Python does not find nanotrain's folder; set its path in trainer.paths"),
)  # fmt: skip

HINTS: Tuple[Tuple[Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), text) for pattern, text in _TABLE
)
