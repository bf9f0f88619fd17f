"""The ways to make a step. Each gives the same bits again, and other bits than the others.

``fused``  TensorFlow's kernel for the optimizer's update, where it has one; else ``plain``
``plain``  the update out of TensorFlow's operations
``xla``    the same, compiled by XLA
``block``  a whole block of steps compiled by XLA; fastest where the network is small. The block
           has a fixed number of steps and batch size; another batch size is trained by ``fused``.
"""

from typing import Any, Callable, Sequence

import tensorflow as tf

from ..optimizers import OPTIMIZERS, UpdateContext
from .fused import FUSED, with_powers

FUSED_WAY, PLAIN, XLA, BLOCK = "fused", "plain", "xla", "block"
WAYS = (FUSED_WAY, PLAIN, XLA, BLOCK)
COMPILED = (XLA, BLOCK)
NARROW = range(16, 32)  # columns of a matrix whose update XLA compiles to slower code than a row's

Tensor = Any
Apply = Callable[[Sequence[Tensor], Tensor, Tensor], None]  # gradients, rate, number of the update
Numbers = Callable[[], Any]


def update_of(
    way: str, name: str, weights: Sequence[Any], slots: Sequence[Sequence[Any]], numbers: Any
) -> Apply:
    """The update of all weights by the optimizer ``name``, made in a way.

    ``numbers`` are the variables with the optimizer's parameters by name.
    """
    optimizer = OPTIMIZERS[name]

    def context(rate: Tensor, t: Tensor) -> UpdateContext:
        return UpdateContext(
            rate, t, {one: tf.identity(numbers[one]) for one in optimizer.defaults}
        )

    def fused(gradients: Sequence[Tensor], rate: Tensor, t: Tensor) -> None:
        now = with_powers(context(rate, t))
        for weight, gradient, own in zip(weights, gradients, slots):
            FUSED[name](weight, gradient, own, now)

    def plain(gradients: Sequence[Tensor], rate: Tensor, t: Tensor) -> None:
        now = context(rate, t)
        for weight, gradient, own in zip(weights, gradients, slots):
            as_row = way == BLOCK and _is_narrow(weight)
            read = _as_row if as_row else tf.identity
            values = [read(slot) for slot in own]
            new, new_values = optimizer.update(read(weight), read(gradient), values, now)
            for variable, value in zip([weight, *own], [new, *new_values]):
                variable.assign(tf.reshape(value, variable.shape) if as_row else value)

    if way == FUSED_WAY and name in FUSED:
        return fused
    if way == XLA:
        compiled: Apply = tf.function(plain, autograph=False, jit_compile=True)
        return compiled
    return plain


def _is_narrow(weight: Any) -> bool:
    return len(weight.shape) > 1 and int(weight.shape[-1]) in NARROW


def _as_row(value: Tensor) -> Tensor:
    """All numbers in one dimension; a scalar slot stays one."""
    return tf.reshape(value, [-1]) if len(value.shape) else tf.identity(value)
