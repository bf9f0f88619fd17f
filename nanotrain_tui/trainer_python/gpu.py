"""Why TensorFlow trains on the CPU although there is a GPU, from what it printed."""

import os
import re
from typing import Any, Iterable, List, Mapping, Optional

# TensorFlow to 2.12: dso_loader.cc, one line a library; later gpu_device.cc and cudart_stub.cc.
_MISSING = re.compile(r"Could not load dynamic library '([^']+)'")
_SIGNS = (
    (
        "Could not find cuda drivers",
        "TensorFlow finds no CUDA driver; in a container it needs --runtime nvidia or --gpus all",
    ),
    (
        "Cannot dlopen some GPU libraries",
        "TensorFlow does not find its CUDA libraries; its CUDA and cuDNN must be the JetPack's",
    ),
    (
        "failed call to cuInit",
        "CUDA does not start; after an update reboot, in a container use --runtime nvidia",
    ),
    (
        "no CUDA-capable device is detected",
        "CUDA sees no GPU; your user may have to be in the group video",
    ),
)
_NVIDIAS_BUILD = "NVIDIA's build for this JetPack has it: docs/TRAINER.md"


def uses_gpu(devices: Any) -> bool:
    """Whether there is a GPU among the devices that the event ``ready`` lists."""
    listed = devices if isinstance(devices, list) else []
    return any(isinstance(one, dict) and one.get("kind") == "GPU" for one in listed)


def is_hidden(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the user hides the GPU from TensorFlow."""
    return environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1")


def missing_libraries(output: str) -> List[str]:
    """The CUDA libraries that TensorFlow did not find, each once."""
    return list(dict.fromkeys(_MISSING.findall(output)))


def why_unused(built_with_cuda: Optional[bool], output: str) -> str:
    """A sentence about a TensorFlow that uses no GPU, from its output at the start."""
    if built_with_cuda is False:
        return "This TensorFlow was built without CUDA and trains on the CPU; " + _NVIDIAS_BUILD
    missing = missing_libraries(output)
    if missing:
        return "TensorFlow trains on the CPU: it does not find {}; {}".format(
            _listed(missing), _cure(missing[0])
        )
    for sign, text in _SIGNS:
        if sign in output:
            return text
    return "TensorFlow sees no GPU though there is one; " + _NVIDIAS_BUILD


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return "{} and {}".format(", ".join(first), last) if first else last


def _cure(library: str) -> str:
    if library.startswith("libcuda.so"):
        return "that is the driver's own; in a container use --runtime nvidia or --gpus all"
    if "cudnn" in library:
        return "install cuDNN (sudo apt install nvidia-jetpack), in the version it names"
    return (
        "if /usr/local/cuda holds another version, this TensorFlow is for another JetPack; "
        "otherwise sudo apt install nvidia-jetpack"
    )
