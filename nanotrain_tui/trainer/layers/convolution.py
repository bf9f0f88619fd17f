"""Convolutions over sequences and pictures, as Keras' layers of the same names."""

from typing import Any

from ..lazy_tensorflow import tf
from . import matmul, pairs
from .dense import activated
from .layer import ZEROS, Call, Entry, Impossible, Layer, Shape, Weight, kind
from .space import need_space, windows_after

Tensor = Any


class Windows(Layer):
    """A layer that moves a window over its input."""

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        self.size = [int(number) for number in entry["size"]]
        need_space(shape, len(self.size))
        self.stride = [int(number) for number in entry["stride"]]
        self.padding = str(entry["padding"]).upper()
        self.channels = shape[-1]
        self.places = windows_after(shape[:-1], entry)

    def _need_equal_strides(self) -> None:
        """TensorFlow's depthwise kernels have one stride for both directions."""
        if len(set(self.stride)) > 1:
            raise Impossible("its stride must be the same in both directions")


@kind("conv")
class Convolution(Windows):
    """As Conv1D and Conv2D."""

    weight_names = ("kernel", "bias")

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        filters = int(entry["filters"])
        self.shape = (*self.places, filters)
        self.weights = [Weight((*self.size, self.channels, filters)), Weight((filters,), ZEROS)]

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        kernel, bias = call.weights
        if call.use_pairs and pairs.fits(x.shape, kernel.shape, self.stride, self.padding):
            return activated(self.entry, pairs.convolution(x, kernel, bias))
        if call.use_matmul and matmul.fits(x.shape[0], self.places, kernel.shape):
            convolved = matmul.convolution(x, kernel, self.stride, self.padding)
        else:
            convolved = tf.nn.convolution(x, kernel, strides=self.stride, padding=self.padding)
        return activated(self.entry, tf.nn.bias_add(convolved, bias))


@kind("depthwise")
class Depthwise(Windows):
    """As DepthwiseConv2D: one filter for each channel."""

    weight_names = ("kernel", "bias")

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        self._need_equal_strides()
        self.shape = (*self.places, self.channels)
        self.weights = [
            Weight((*self.size, self.channels, 1)),
            Weight((self.channels,), ZEROS),
        ]

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        kernel, bias = call.weights
        convolved = tf.nn.depthwise_conv2d(x, kernel, [1, *self.stride, 1], self.padding)
        return activated(self.entry, tf.nn.bias_add(convolved, bias))


@kind("separable")
class Separable(Windows):
    """As SeparableConv2D: a depthwise convolution, then one of 1x1."""

    weight_names = ("depthwise_kernel", "pointwise_kernel", "bias")

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        self._need_equal_strides()
        filters = int(entry["filters"])
        self.shape = (*self.places, filters)
        self.weights = [
            Weight((*self.size, self.channels, 1)),
            Weight((1, 1, self.channels, filters)),
            Weight((filters,), ZEROS),
        ]

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        depthwise, pointwise, bias = call.weights
        strides = [1, *self.stride, 1]
        convolved = tf.nn.separable_conv2d(x, depthwise, pointwise, strides, self.padding)
        return activated(self.entry, tf.nn.bias_add(convolved, bias))
