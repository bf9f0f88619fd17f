"""How the cores share the work of a step, where the configuration leaves it open.

TensorFlow shares each operation among all cores. Two kinds of networks are faster otherwise:

- In a step of a small network, handing an operation to another thread takes longer than to do it.
- The kernels of convolutions lose time where threads share them. With the batch in as many parts as
  there are cores, each part has a thread to itself.

docs/BENCHMARKS.md has measurements.
"""

from typing import Any, Dict, Mapping, NamedTuple, Optional

import numpy as np

from .network import Network
from .runtime import cores, use_one_thread

ONE_UP_TO = 1 << 18  # numbers of the inputs of a step, and multiplications in its forward pass
CONVOLVES_FROM = 1.0 / 3  # of the multiplications are those of convolutions
LEAST_PART = 16  # examples
Update = Optional[Mapping[str, Any]]  # of a checkpoint


class Sharing(NamedTuple):
    """Whether each operation has one thread, and how many parts of a batch run side by side."""

    one_thread: bool = False
    parts: int = 1

    def as_json(self) -> Dict[str, int]:
        """For the ``update`` of checkpoints; empty where TensorFlow shares each operation."""
        found = {"threads": 1} if self.one_thread else {}
        return dict(found, parts=self.parts) if self.parts > 1 else found


def share_work(
    config: Mapping[str, Any], network: Network, batch_size: int, saved: Update, is_block: bool
) -> Sharing:
    """Set TensorFlow's threads as it suits the network. Returns how a step is shared.

    ``saved`` is the ``update`` of the checkpoint to resume: threads and parts decide about the last
    bits, and parts about what dropout leaves out, so what was chosen then counts, even if the batch
    size was edited since. ``is_block``: the steps are known to be made in a compiled block, which
    has no parts.
    """
    if config.get("trainer.threads"):
        return Sharing()
    if config.get("resume") and saved is not None:
        wanted = Sharing(saved.get("threads") == 1, int(saved.get("parts", 1)))
        # A process that has trained before keeps its threads, and can still compute the parts.
        otherwise = Sharing(parts=wanted.parts)
    else:
        wanted, otherwise = _for_network(network, batch_size, is_block), Sharing()
    if wanted.one_thread and use_one_thread(side_by_side=wanted.parts):
        return wanted
    return otherwise


def _for_network(network: Network, batch_size: int, is_block: bool) -> Sharing:
    of_example = network.products + int(np.prod(network.input_shape))
    if batch_size * of_example <= ONE_UP_TO:
        return Sharing(one_thread=True)
    convolves = network.products_of_windows >= CONVOLVES_FROM * network.products
    needs_whole_batch = is_block or bool(network.state)  # batch normalization
    if convolves and not needs_whole_batch and 1 < cores() <= batch_size // LEAST_PART:
        return Sharing(one_thread=True, parts=cores())
    return Sharing()
