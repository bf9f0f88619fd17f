"""How arrays become the inputs of a network, measured on the training part."""

from typing import Any, Dict, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from ..dataset import FARTHEST, LARGEST, REGRESSION, DataError

Array = Any
VERSION, KIND = 1, "array"
_CHUNK = 1024  # examples that are measured at once
_FULL_BYTES = 128  # a picture of bytes has values above this
_CHANNELS = (1, 3, 4)


class ArrayPreparation(NamedTuple):
    """``shape`` is that of an example in the file.

    ``as_bytes`` examples stay bytes, which the network divides by 255. Others are
    (x - mean) / deviation, with a value for each column of rows and one for a whole picture.
    """

    shape: Sequence[int]
    channels_first: bool
    as_bytes: bool
    mean: Sequence[float] = ()
    deviation: Sequence[float] = ()
    task: str = REGRESSION
    classes: Sequence[str] = ()
    target_mean: Sequence[float] = ()
    target_deviation: Sequence[float] = ()

    @property
    def input_shape(self) -> Tuple[int, ...]:
        """The shape of an input of the network."""
        shape = tuple(self.shape) or (1,)
        return (*shape[1:], shape[0]) if self.channels_first else shape

    def inputs_of(self, examples: Array) -> Array:
        """The inputs of examples as they lie in the file, (n, *shape)."""
        examples = np.asarray(examples).reshape((len(examples), *(tuple(self.shape) or (1,))))
        if self.channels_first:
            examples = np.moveaxis(examples, 1, -1)
        if self.as_bytes:
            return np.ascontiguousarray(examples, np.uint8)
        values = (examples.astype(np.float64) - self.mean) / self.deviation
        return np.clip(values, -FARTHEST, FARTHEST).astype(np.float32)

    def far(self, examples: Array) -> Array:
        """Which examples (n,) have a number that is taken as nearer to the mean than it is."""
        found = np.zeros(len(examples), bool)
        if not self.as_bytes:
            for at in range(0, len(examples), _CHUNK):
                inputs = np.abs(self.inputs_of(examples[at : at + _CHUNK])) >= FARTHEST
                found[at : at + _CHUNK] = inputs.reshape(len(inputs), -1).any(axis=1)
        return found

    def as_json(self) -> Dict[str, Any]:
        """In JSON's types: what ``from_json`` reads."""
        target: Dict[str, Any] = {"task": self.task}
        if self.task == REGRESSION:
            target.update(mean=list(self.target_mean), deviation=list(self.target_deviation))
        else:
            target.update(classes=list(self.classes))
        return {
            "version": VERSION, "kind": KIND, "shape": list(self.shape),
            "channels_first": self.channels_first, "bytes": self.as_bytes,
            "mean": list(self.mean), "deviation": list(self.deviation), "target": target,
        }  # fmt: skip


def from_json(facts: Mapping[str, Any]) -> ArrayPreparation:
    """The preparation that ``as_json`` wrote. Raises KeyError, TypeError or ValueError."""
    target = facts["target"]
    return ArrayPreparation(
        [int(length) for length in facts["shape"]], bool(facts["channels_first"]),
        bool(facts["bytes"]), [float(one) for one in facts["mean"]],
        [float(one) for one in facts["deviation"]], str(target["task"]),
        [str(one) for one in target.get("classes", ())],
        [float(one) for one in target.get("mean", ())],
        [float(one) for one in target.get("deviation", ())],
    )  # fmt: skip


def measured(examples: Array, rows: Array, name: str, key: str) -> ArrayPreparation:
    """How the examples (n, ...) are prepared, measured on these rows. Raises DataError.

    Every example is checked: numbers alone, all of them finite.
    """
    if examples.dtype.kind not in "biuf":
        raise DataError(key, "{} holds text; expected numbers.".format(name))
    check_finite(examples, name, key)
    shape = tuple(int(length) for length in examples.shape[1:])
    first = len(shape) == 3 and shape[0] in _CHANNELS and shape[2] not in _CHANNELS
    if examples.dtype == np.uint8 and _reaches(examples, rows):
        return ArrayPreparation(shape, first, True)
    axes = (0,) if len(shape) < 2 else tuple(range(examples.ndim))
    mean, deviation = _mean_and_deviation(examples, rows, axes)
    return ArrayPreparation(shape, first, False, mean.tolist(), deviation.tolist())


def _mean_and_deviation(examples: Array, rows: Array, axes: Tuple[int, ...]) -> Tuple[Array, Array]:
    """Over these axes, a chunk at a time (Chan et al. 1983); a deviation of 0 becomes 1."""
    count, mean, square = 0, np.zeros(1), np.zeros(1)
    for chunk in _chunks(examples, rows):
        values = chunk.astype(np.float64)
        own = np.atleast_1d(values.mean(axis=axes))
        size = values.size // own.size
        apart = own - mean
        left = np.atleast_1d(np.square(values - own).sum(axis=axes))
        square = square + left + np.square(apart) * count * size / (count + size)
        mean = mean + apart * size / (count + size)
        count += size
    deviation = np.sqrt(square / max(1, count))
    usable = deviation > 1e-12 * np.abs(mean)
    return mean, np.where(usable, deviation, 1.0)


def check_finite(examples: Array, name: str, key: str) -> None:
    """Raises DataError that names the first example with NaN, infinity or a huge number."""
    if examples.dtype.kind != "f":
        return
    for at in range(0, len(examples), _CHUNK):
        bad = np.argwhere(unusable(examples[at : at + _CHUNK]))
        if len(bad):
            place = [int(one) for one in bad[0]]
            value = float(examples[tuple([at + place[0]] + place[1:])])
            where = ", ".join(str(one) for one in place[1:])
            inside = " at {}".format(where) if where else ""
            message = "{}: example {:,} holds {}{}; every number must be finite and below {:g}."
            raise DataError(key, message.format(name, at + place[0], value, inside, LARGEST))


def unusable(numbers: Array) -> Array:
    """Which numbers are NaN, infinite or too large."""
    bad = ~np.isfinite(numbers)
    if numbers.dtype.itemsize > np.dtype(np.float32).itemsize:
        bad |= np.abs(numbers) > LARGEST
    return bad


def scaled_targets(numbers: Array, rows: Array) -> Tuple[Array, Array, Array]:
    """Targets with mean 0 and deviation 1 on these rows, as float32; the mean, the deviation."""
    mean, deviation = numbers[rows].mean(axis=0), numbers[rows].std(axis=0)
    deviation = np.where(deviation > 0.0, deviation, 1.0)
    return ((numbers - mean) / deviation).astype(np.float32), mean, deviation


def _reaches(examples: Array, rows: Array) -> bool:
    """Whether bytes use their range, as those of pictures do."""
    return any(bool((chunk >= _FULL_BYTES).any()) for chunk in _chunks(examples, rows))


def _chunks(examples: Array, rows: Array) -> Any:
    return (examples[rows[at : at + _CHUNK]] for at in range(0, len(rows), _CHUNK))
