"""What a network and its optimizer remember, by name and shape: the contents of a checkpoint."""

from typing import Dict, List, Optional, Sequence, Tuple

Shape = Tuple[int, ...]

# What each optimizer remembers of every weight.
SLOTS: Dict[str, Tuple[str, ...]] = {
    "sgd": ("velocity",),
    "adam": ("m", "v"),
    "adamw": ("m", "v"),
    "nadam": ("m", "v", "product"),
    "adamax": ("m", "largest"),
    "rmsprop": ("square", "velocity"),
    "adagrad": ("total",),
    "adadelta": ("square", "moved"),
}
SCALARS = ("product",)  # one number for a whole weight


def weight_name(i: int) -> str:
    """Kernel, bias, kernel, bias ... are numbers 0, 1, 2, 3 ..."""
    return "weight_{}".format(i)


def slot_name(i: int, slot: str) -> str:
    """What the optimizer remembers of weight ``i``."""
    return "slot_{}_{}".format(i, slot)


def state_shapes(sizes: Sequence[int], optimizer: Optional[str]) -> Dict[str, Shape]:
    """Every array of a checkpoint's state; the weights alone for an optimizer that is not known.

    ``sizes`` are those of the dense layers: pixels, units of each hidden layer, classes.
    """
    weights: List[Shape] = []
    for before, after in zip(sizes, sizes[1:]):
        weights += [(before, after), (after,)]
    shapes: Dict[str, Shape] = {}
    for i, shape in enumerate(weights):
        shapes[weight_name(i)] = shape
        for slot in SLOTS.get(optimizer or "", ()):
            shapes[slot_name(i, slot)] = () if slot in SCALARS else shape
    return shapes
