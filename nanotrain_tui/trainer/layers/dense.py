"""Layers of any shape: dense, flatten, activation and dropout."""

from typing import Any

import numpy as np

from ..activations import ACTIVATIONS
from ..lazy_tensorflow import tf
from .layer import ZEROS, Call, Entry, Impossible, Layer, Shape, Training, Weight, kind

Tensor = Any


def activated(entry: Entry, x: Tensor) -> Tensor:
    """The activation that the entry names."""
    return ACTIVATIONS[entry["activation"]](x)


@kind("dense")
class Dense(Layer):
    """As Keras' Dense: activation(x kernel + bias), for inputs of one dimension."""

    weight_names = ("kernel", "bias")

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        if len(shape) != 1:
            raise Impossible("it needs flat inputs; add flatten or a global pooling before it")
        units = int(entry["units"])
        self.shape = (units,)
        self.weights = [Weight((shape[0], units)), Weight((units,), ZEROS)]

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        kernel, bias = call.weights
        return activated(self.entry, tf.nn.bias_add(tf.matmul(x, kernel), bias))


@kind("flatten")
class Flatten(Layer):
    """As Keras' Flatten."""

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        self.shape = (int(np.prod(shape, dtype=np.int64)),)

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        return tf.reshape(x, [-1, self.shape[0]])


@kind("activation")
class Activation(Layer):
    """An activation alone."""

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        return activated(self.entry, x)


@kind("dropout")
class Dropout(Layer):
    """As Keras' Dropout, with a rate of its own or ``model.dropout``."""

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        own = self.entry.get("rate")
        training = call.training
        if training is None or own == 0.0:
            return x
        if own is not None:
            return self._dropped(x, tf.constant(own, tf.float32), training)
        if training.dropout is None:
            return x
        rate = training.dropout
        return tf.cond(rate > 0.0, lambda: self._dropped(x, rate, training), lambda: tf.identity(x))

    def _dropped(self, x: Tensor, rate: Tensor, training: Training) -> Tensor:
        place = training.seed * 64 + self.number + (training.part << 48)
        layer = tf.constant(place, tf.int64)
        seed = tf.stack([layer, training.step])
        kept = tf.random.stateless_uniform(tf.shape(x), seed) >= rate
        return tf.where(kept, x / (1.0 - rate), tf.zeros_like(x))
