"""The names and shapes of the arrays of a checkpoint: weights and optimizer slots."""

from typing import Dict, List, Optional, Sequence, Tuple

from ..optimizers import OPTIMIZERS

Shape = Tuple[int, ...]


def weight_name(i: int) -> str:
    """Kernel, bias, kernel, bias ... are numbers 0, 1, 2, 3 ..."""
    return "weight_{}".format(i)


def slot_name(i: int, slot: str) -> str:
    """A slot of weight ``i``."""
    return "slot_{}_{}".format(i, slot)


def state_shapes(sizes: Sequence[int], optimizer: Optional[str]) -> Dict[str, Shape]:
    """Every array of a checkpoint's state; only the weights if the optimizer is unknown.

    ``sizes`` are those of the dense layers: pixels, units of each hidden layer, classes.
    """
    weights: List[Shape] = []
    for before, after in zip(sizes, sizes[1:]):
        weights += [(before, after), (after,)]
    slots = OPTIMIZERS[optimizer].slots if optimizer in OPTIMIZERS else ()
    shapes: Dict[str, Shape] = {}
    for i, shape in enumerate(weights):
        shapes[weight_name(i)] = shape
        for slot in slots:
            shapes[slot_name(i, slot.name)] = () if slot.scalar else shape
    return shapes
