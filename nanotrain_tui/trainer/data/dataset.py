"""The examples to train on, and the error that is raised if there are none."""

from typing import Any, Callable, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from .grid import Grid

#: Called with what is being done and the fraction (0 to 1) that is done.
Progress = Callable[[str, float], None]

# Tasks: what the targets are.
CLASSIFICATION = "classification"  # a class of each example, a number from 0 on
BINARY = "binary"  # the same with two classes, which one output tells apart
REGRESSION = "regression"  # one or several numbers of each example

FARTHEST = 1e6  # deviations from the mean; outliers beyond are taken as this far
EXACT = 2.0**53  # from here on, float64 does not hold every whole number
LARGEST = 1e150  # of a person's own numbers: the square is finite

Array = Any  # NumPy's ndarray; NumPy for Python 3.6 has no types


class Rows:
    """Examples that are given by index: inputs of any shape and type, and their targets.

    Several inputs of an example are the fields of a structured array (``graph.inputs``). Targets
    are int32 (n,) for classes and float32 (n, outputs) for regression.
    """

    def __init__(self, inputs: Array, targets: Array) -> None:
        self._inputs, self.targets = inputs, as_targets(targets)

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def inputs(self) -> Array:
        """All of them at once."""
        return self._inputs

    @property
    def shape(self) -> Tuple[int, ...]:
        """The shape of an example."""
        return tuple(int(length) for length in self.inputs.shape[1:])

    @property
    def dtype(self) -> Any:
        """The type of the inputs."""
        return self.inputs.dtype

    @property
    def example_bytes(self) -> int:
        """The size of the inputs of an example."""
        return int(np.prod(self.shape, dtype=np.int64)) * int(self.dtype.itemsize)

    def part(self, rows: Array) -> "Rows":
        """These examples alone."""
        return Rows(*self.take(rows))

    def take(self, rows: Array) -> Tuple[Array, Array]:
        """Inputs and targets of these rows, shaped as ``rows`` and then as an example."""
        return self._inputs[rows], self.targets[rows]

    def slice(self, first: int, count: int) -> Tuple[Array, Array]:
        """Inputs and targets of ``count`` rows in their order; fewer at the end."""
        part = slice(first, first + count)
        return self._inputs[part], self.targets[part]


class PreparedRows(Rows):
    """Examples that are prepared when they are taken, so that memory holds them as they came.

    ``prepare`` makes the inputs of the examples with these numbers, (n, *shape). ``chosen`` are the
    numbers that these rows have there.
    """

    def __init__(
        self, prepare: Callable[[Array], Array], chosen: Array, targets: Array,
        shape: Tuple[int, ...], dtype: Any,
    ) -> None:  # fmt: skip
        self._prepare, self._chosen, self.targets = prepare, chosen, as_targets(targets)
        self._shape, self._dtype = shape, np.dtype(dtype)

    @property
    def shape(self) -> Tuple[int, ...]:
        return self._shape

    @property
    def dtype(self) -> Any:
        return self._dtype

    @property
    def inputs(self) -> Array:
        return self._prepare(self._chosen)

    def part(self, rows: Array) -> "Rows":
        chosen, targets = self._chosen[rows], self.targets[rows]
        return PreparedRows(self._prepare, chosen, targets, self._shape, self._dtype)

    def take(self, rows: Array) -> Tuple[Array, Array]:
        inputs = self._prepare(self._chosen[rows].reshape(-1))
        return inputs.reshape(tuple(np.shape(rows)) + self._shape), self.targets[rows]

    def slice(self, first: int, count: int) -> Tuple[Array, Array]:
        part = slice(first, first + count)
        return self._prepare(self._chosen[part]), self.targets[part]


class Dataset(NamedTuple):
    """Examples to train and to test on. Pictures are uint8 (n, height, width), 0 is paper."""

    name: str
    source: str  # where it came from, for the screen
    train: Rows
    test: Rows
    task: str
    classes: int = 0  # 0 for a regression
    validation: Optional[Rows] = None  # without it the test part decides about the best
    # Of each output of a regression: the size of 1 in the target's units, if it was scaled.
    scale: Tuple[float, ...] = ()
    unit: str = ""  # of the target of a regression
    grid: Optional[Grid] = None  # where the network is drawn as a function
    class_names: Sequence[str] = ()  # where they are not the numbers of the classes
    # How a person's own examples become inputs, as JSON, and a hash of both (``identity``).
    preprocessing: Optional[Mapping[str, Any]] = None
    identity: str = ""
    notes: Sequence[str] = ()  # for the person who trains, in sentences

    @property
    def outputs(self) -> int:
        """The number of outputs of a network for this data."""
        if self.task == REGRESSION:
            return int(self.train.targets.shape[1])
        return 1 if self.task == BINARY else self.classes

    @property
    def is_of_files(self) -> bool:
        """Whether each example is a file, which may have to be read while it trains."""
        return (self.preprocessing or {}).get("kind") == "pictures"

    @property
    def has_pictures(self) -> bool:
        """Whether the examples are pictures."""
        return bool(self.train.dtype == np.uint8) and len(self.train.shape) >= 2


def as_targets(targets: Array) -> Array:
    """Targets in the types that the network takes: int32 for classes, float32 for numbers."""
    return targets.astype(np.float32 if targets.dtype.kind == "f" else np.int32, copy=False)


def silent(what: str, fraction: float) -> None:
    """A Progress that reports nothing."""


class DataError(Exception):
    """The data cannot be loaded: ``message`` says why, ``key`` is the configuration key to change.

    ``brief`` is the reason in a few words, shown on the screen if other data is used instead.
    """

    def __init__(self, key: str, message: str, brief: str = "") -> None:
        super().__init__(key, message)
        self.key = key
        self.message = message
        self.brief = brief or message

    def __str__(self) -> str:
        return self.message
