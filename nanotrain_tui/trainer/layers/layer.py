"""What a layer is: the shapes of its variables and of its output, and how it computes."""

from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Type

Tensor = Any
Shape = Tuple[int, ...]  # of one example, without the batch
Entry = Mapping[str, Any]  # of the configuration's ``layers``

KERNEL, ZEROS, ONES = "kernel", "zeros", "ones"


class Weight(NamedTuple):
    """A variable of a layer, float32, and what it holds before training.

    A kernel is drawn by the initializer and decays with the L2 penalty.
    """

    shape: Shape
    start: str = KERNEL


class Training(NamedTuple):
    """A step of training, for the layers that behave differently then.

    ``dropout`` is the rate of the dropout layers that have none of their own; None where it is
    known to be 0. Random numbers depend only on ``seed``, ``step``, ``part`` and the layer.
    ``use_matmul`` is set where XLA compiles the step for a CPU (``matmul``), and ``use_pairs``
    where TensorFlow's own kernels gain by it (``pairs``). ``part`` is the number of this part of
    the batch, where it is computed in parts.
    """

    seed: int
    step: Tensor
    dropout: Optional[Tensor]
    use_matmul: bool = False
    part: int = 0
    use_pairs: bool = False


class Call(NamedTuple):
    """A layer's variables, and the step of training; None in an evaluation."""

    weights: Sequence[Tensor]
    state: Sequence[Tensor]
    training: Optional[Training]

    @property
    def use_matmul(self) -> bool:
        """Whether to compute by ``matmul`` in place of TensorFlow's own operations."""
        return self.training is not None and self.training.use_matmul

    @property
    def use_pairs(self) -> bool:
        """Whether to compute convolutions with few channels by ``pairs``."""
        return self.training is not None and self.training.use_pairs


class Impossible(Exception):
    """A layer that cannot follow the ones before it. Its text is the reason."""


class Layer:
    """One layer for inputs of a shape.

    ``weights`` are the trainable variables and ``state`` the others; ``shape`` is that of the
    output. The constructor raises Impossible.
    """

    number = 0  # among the layers of its kind
    weight_names: Tuple[str, ...] = ()  # of its variables in exported files
    state_names: Tuple[str, ...] = ()

    def __init__(self, entry: Entry, shape: Shape) -> None:
        self.entry, self.shape = entry, shape
        self.weights: List[Weight] = []
        self.state: List[Weight] = []

    @property
    def products(self) -> int:
        """How often a weight is multiplied for one example; a convolution's at each place."""
        return sum(product(weight.shape) * product(self.shape[:-1]) for weight in self.weights)

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        """The output for x (batch, *shape)."""
        raise NotImplementedError


def product(lengths: Shape) -> int:
    """Of the lengths of a shape: its numbers."""
    found = 1
    for length in lengths:
        found *= length
    return found


LAYERS: Dict[str, Type[Layer]] = {}


def kind(*names: str) -> Callable[[Type[Layer]], Type[Layer]]:
    """Enter a class under the names of the kinds that it makes."""

    def enter(made: Type[Layer]) -> Type[Layer]:
        for name in names:
            LAYERS[name] = made
        return made

    return enter
