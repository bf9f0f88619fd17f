"""Batch and layer normalization, as Keras' layers of the same names, over the last axis."""

from typing import Any

from ..lazy_tensorflow import tf
from .layer import ONES, ZEROS, Call, Entry, Layer, Shape, Weight, kind

Tensor = Any
MOMENTUM, EPSILON = 0.99, 1e-3  # Keras' defaults


@kind("batchnorm")
class BatchNormalization(Layer):
    """Ioffe & Szegedy 2015. Training uses the batch's mean and variance, an evaluation running
    means of them.
    """

    weight_names = ("gamma", "beta")
    state_names = ("moving_mean", "moving_variance")

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        self.weights = [Weight(shape[-1:], ONES), Weight(shape[-1:], ZEROS)]
        self.state = [Weight(shape[-1:], ZEROS), Weight(shape[-1:], ONES)]

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        gamma, beta = call.weights
        if call.training is None:
            mean, variance = call.state
            return tf.nn.batch_normalization(x, mean, variance, beta, gamma, EPSILON)
        mean, variance = tf.nn.moments(x, list(range(len(x.shape) - 1)))
        for running, value in zip(call.state, (mean, variance)):
            running.assign(running * MOMENTUM + tf.stop_gradient(value) * (1.0 - MOMENTUM))
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, EPSILON)


@kind("layernorm")
class LayerNormalization(Layer):
    """Ba, Kiros & Hinton 2016."""

    weight_names = ("gamma", "beta")

    def __init__(self, entry: Entry, shape: Shape) -> None:
        super().__init__(entry, shape)
        self.weights = [Weight(shape[-1:], ONES), Weight(shape[-1:], ZEROS)]

    def outputs(self, x: Tensor, call: Call) -> Tensor:
        gamma, beta = call.weights
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, EPSILON)
