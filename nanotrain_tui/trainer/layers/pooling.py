"""Pooling over sequences and pictures, as Keras' layers of the same names."""

from typing import Any, List

from ..lazy_tensorflow import tf
from . import matmul
from .layer import Call, Entry, Impossible, Layer, Shape, kind
from .space import by, need_space, per_dimension, windows_after

Tensor = Any


@kind("pool", "avgpool")
class Pooling(Layer):
    """As MaxPooling and AveragePooling, 1D or 2D by the input."""

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        need_space(shape, len(entry["size"]) if len(entry["size"]) > 1 else _dimensions(shape))
        self.size = per_dimension(entry["size"], shape[:-1])
        self.stride = per_dimension(entry["stride"], shape[:-1])
        if any(step > window for step, window in zip(self.stride, self.size)):
            raise Impossible(  # TensorFlow allows none
                "its stride of {} is larger than its window of {}".format(
                    by(self.stride), by(self.size)
                )
            )
        self.shape = (*windows_after(shape[:-1], entry), shape[-1])
        self.takes_maxima = entry["kind"] == "pool"

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        padding = str(self.entry["padding"]).upper()
        is_apart = self.size == self.stride and padding == "VALID"
        if call.use_matmul and is_apart and self.takes_maxima:
            return matmul.maxima(x, self.size)
        pooling = "MAX" if self.takes_maxima else "AVG"
        return tf.nn.pool(x, self.size, pooling, strides=self.stride, padding=padding)


@kind("global-pool", "global-avgpool")
class GlobalPooling(Layer):
    """As GlobalMaxPooling and GlobalAveragePooling."""

    @property
    def axes(self) -> List[int]:
        """Those of space."""
        return list(range(1, 1 + self.dimensions))

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        need_space(shape, _dimensions(shape))
        self.dimensions = len(shape) - 1
        self.shape = shape[-1:]

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        if self.entry["kind"] == "global-pool":
            return tf.reduce_max(x, axis=self.axes)
        return tf.reduce_mean(x, axis=self.axes)


def _dimensions(shape: Shape) -> int:
    """1 for a sequence, 2 for a picture. Raises Impossible."""
    if len(shape) not in (2, 3):
        raise Impossible("it needs a sequence or a picture, and its input is flat")
    return len(shape) - 1
