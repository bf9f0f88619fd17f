"""How many threads TensorFlow computes with, where the configuration leaves it open.

In a step of a small network, handing an operation to another thread takes longer than to do it.
docs/BENCHMARKS.md has measurements.
"""

from typing import Any, Mapping, Optional

import numpy as np

from .network import Network
from .runtime import use_one_thread

ONE_UP_TO = 1 << 18  # numbers of the inputs of a step, and multiplications in its forward pass
Update = Optional[Mapping[str, Any]]  # of a checkpoint


def take_one_if_small(
    config: Mapping[str, Any], network: Network, batch_size: int, saved: Update
) -> bool:
    """Let TensorFlow compute with one thread if the steps are small. Whether it does.

    ``saved`` is the ``update`` of the checkpoint to resume: the number of threads decides about the
    last bits, so what was chosen then counts, even if the batch size was edited since.
    """
    if config.get("trainer.threads"):
        return False
    if config.get("resume") and saved is not None:
        is_small = saved.get("threads") == 1
    else:
        of_example = network.products + int(np.prod(network.input_shape))
        is_small = batch_size * of_example <= ONE_UP_TO
    return is_small and use_one_thread()
