"""The names and shapes of the arrays of a checkpoint: weights, other state, optimizer slots."""

from typing import Dict, Optional, Tuple

from ..network import Network
from ..optimizers import OPTIMIZERS

Shape = Tuple[int, ...]


def weight_name(i: int) -> str:
    """The trained variables in the order of the layers; of a dense layer kernel and bias."""
    return "weight_{}".format(i)


def state_name(i: int) -> str:
    """The variables that are not trained, such as the running means of a batch normalization."""
    return "state_{}".format(i)


def slot_name(i: int, slot: str) -> str:
    """A slot of weight ``i``."""
    return "slot_{}_{}".format(i, slot)


def state_shapes(network: Network, optimizer: Optional[str]) -> Dict[str, Shape]:
    """Every array of a checkpoint's state; without slots if the optimizer is unknown."""
    slots = OPTIMIZERS[optimizer].slots if optimizer in OPTIMIZERS else ()
    shapes: Dict[str, Shape] = {}
    for i, weight in enumerate(network.weights):
        shapes[weight_name(i)] = weight.shape
        for slot in slots:
            shapes[slot_name(i, slot.name)] = () if slot.scalar else weight.shape
    for i, weight in enumerate(network.state):
        shapes[state_name(i)] = weight.shape
    return shapes
