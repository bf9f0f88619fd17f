"""TensorFlow on this machine: threads, devices, memory."""

import contextlib
import os
import platform
from typing import Any, Dict, Iterator, List, Optional

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only; read when TensorFlow loads

import numpy as np

from .activations import ACTIVATIONS
from .lazy_tensorflow import load_tensorflow
from .losses import LOSSES
from .optimizers import OPTIMIZERS
from .protocol import Failed

tf = load_tensorflow()

MB = 1024.0 * 1024.0


def configure(wanted_threads: int) -> int:
    """Pin the number of CPU threads (0: one a core) and take GPU memory only as needed.

    Returns the number of threads; runs are equal to the bit only with the same number. In a
    process that has run TensorFlow before, the first setting stays in force.
    """
    threads = wanted_threads or cores()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError:
        return threads_in_use()
    return threads


def use_one_thread(side_by_side: int = 1) -> bool:
    """Compute each operation with one thread on a CPU, and some operations ``side_by_side``.

    Call it before TensorFlow has computed anything. Returns whether each operation has one thread;
    how many of them run side by side changes no result. With a GPU the threads only start its
    operations, and stay as they are.
    """
    if tf.config.list_physical_devices("GPU"):
        return False
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(side_by_side)
    except RuntimeError:
        return threads_in_use() == 1
    return True


def threads_in_use(parts: int = 1) -> int:
    """The threads that share an operation, or several parts; TensorFlow itself takes one a core."""
    of_operation = int(tf.config.threading.get_intra_op_parallelism_threads()) or cores()
    side_by_side = int(tf.config.threading.get_inter_op_parallelism_threads()) or cores()
    return max(of_operation, min(parts, side_by_side))


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0))


def description(threads: int) -> Dict[str, Any]:
    """The body of the event ``ready``."""
    return {
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "devices": devices(),
        "cuda": bool(tf.test.is_built_with_cuda()),
        "activations": sorted(ACTIVATIONS),
        "losses": sorted(LOSSES),
        "optimizers": sorted(OPTIMIZERS),
        "threads": threads,
        "pid": os.getpid(),
    }


def devices() -> List[Dict[str, Any]]:
    """Name and kind of each device TensorFlow sees."""
    found = []
    for device in tf.config.list_physical_devices():
        details: Dict[str, Any] = {}
        if device.device_type == "GPU":
            details = tf.config.experimental.get_device_details(device)
        name = details.get("device_name", device.name.replace("/physical_device:", ""))
        found.append({"name": name, "kind": device.device_type})
    return found


def memory() -> Dict[str, Optional[float]]:
    """The GPU memory that TensorFlow's allocator holds, in MB; None without a GPU."""
    if not tf.config.list_physical_devices("GPU"):
        return {"current_mb": None, "peak_mb": None}
    info = tf.config.experimental.get_memory_info("GPU:0")
    return {"current_mb": info["current"] / MB, "peak_mb": info["peak"] / MB}


@contextlib.contextmanager
def plain_failures() -> Iterator[None]:
    """Turn TensorFlow's errors into a sentence for a person. Raises Failed."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        message = "TensorFlow ran out of memory; use a smaller batch or fewer units. It says: {}"
        raise Failed("memory", message.format(first_line(error.message))) from error
    except tf.errors.OpError as error:
        message = "TensorFlow failed: {}".format(first_line(error.message))
        raise Failed("error", message) from error


def first_line(message: Any) -> str:
    """The first line of an error of TensorFlow's; the rest is its graph."""
    return str(message).strip().split("\n")[0][:300]
