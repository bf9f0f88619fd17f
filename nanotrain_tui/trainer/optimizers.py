"""Optimizers, equal to those of Keras except for rounding.

An optimizer is a function ``update(w, g, slots, context) -> (new w, new slots)`` of tensors: a
weight, its gradient, what the optimizer keeps of it (its slots), and the numbers of this update.
``@optimizer`` enters it into ``OPTIMIZERS`` under its name, with its slots and with its parameters
(the keys ``optimizer.NAME``) and their defaults, which are Keras'.
"""

from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Tuple, Union

import numpy as np

from .lazy_tensorflow import tf

Tensor = Any
Slots = List[Tensor]
Updated = Tuple[Tensor, Slots]


class UpdateContext(NamedTuple):
    """Learning rate, number of the update since the slots were made (from 1), parameters."""

    rate: Tensor
    t: Tensor
    p: Dict[str, Tensor]


class Slot(NamedTuple):
    """What an optimizer stores for a weight, float32: an array of its shape, or one number."""

    name: str
    start: Union[float, str] = 0.0  # before the first update; text names the parameter
    scalar: bool = False


Update = Callable[[Tensor, Tensor, Slots, UpdateContext], Updated]


class Optimizer(NamedTuple):
    """An update rule, its slots, its parameters with their defaults."""

    update: Update
    slots: Tuple[Slot, ...]
    defaults: Dict[str, float]


OPTIMIZERS: Dict[str, Optimizer] = {}


def optimizer(*slots: Union[str, Slot], **defaults: float) -> Callable[[Update], Update]:
    def enter(update: Update) -> Update:
        made = tuple(slot if isinstance(slot, Slot) else Slot(slot) for slot in slots)
        OPTIMIZERS[update.__name__] = Optimizer(update, made, defaults)
        return update

    return enter


def initial_slot(slot: Slot, weight: Any, parameters: Mapping[str, float]) -> Any:
    """The value of a slot before the first update, float32."""
    start = parameters[slot.start] if isinstance(slot.start, str) else slot.start
    return np.full(() if slot.scalar else weight.shape, start, np.float32)


_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}


@optimizer("velocity", momentum=0.0, nesterov=0.0)
def sgd(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
    """Robbins & Monro 1951; momentum: Polyak 1964; ``nesterov``: Sutskever et al. 2013."""
    rate, p = context.rate, context.p
    velocity = p["momentum"] * slots[0] - rate * g
    ahead = p["momentum"] * velocity - rate * g
    return w + tf.where(p["nesterov"] > 0.0, ahead, velocity), [velocity]


@optimizer("m", "v", **_ADAM)
def adam(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
    """Kingma & Ba 2015."""
    t, p = context.t, context.p
    m, v = moments(g, slots, p)
    scaled = (
        context.rate
        * tf.sqrt(1.0 - tf.pow(p["beta_2"], t))
        / (1.0 - tf.pow(p["beta_1"], t))
    )  # fmt: skip
    return w - scaled * m / (tf.sqrt(v) + p["epsilon"]), [m, v]


@optimizer("m", "v", weight_decay=0.004, **_ADAM)
def adamw(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
    """Loshchilov & Hutter 2019; like Keras' it decays biases too."""
    return adam(w - context.rate * context.p["weight_decay"] * w, g, slots, context)


@optimizer("m", "v", Slot("product", 1.0, scalar=True), **_ADAM)
def nadam(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
    """Dozat 2016: Adam with Nesterov's momentum, on Dozat's schedule for it."""
    t, p = context.t, context.p
    m, v = moments(g, slots[:2], p)
    present = p["beta_1"] * (1.0 - 0.5 * tf.pow(0.96, t))
    following = p["beta_1"] * (1.0 - 0.5 * tf.pow(0.96, t + 1.0))
    product = slots[2] * present
    m_hat = following * m / (1.0 - product * following) + (1.0 - present) * g / (1.0 - product)
    v_hat = v / (1.0 - tf.pow(p["beta_2"], t))
    return w - context.rate * m_hat / (tf.sqrt(v_hat) + p["epsilon"]), [m, v, product]


@optimizer("m", "largest", **_ADAM)
def adamax(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
    """Kingma & Ba 2015, section 7."""
    t, p = context.t, context.p
    m, largest = slots
    m = m + (g - m) * (1.0 - p["beta_1"])
    largest = tf.maximum(p["beta_2"] * largest, tf.abs(g))
    scaled = context.rate / (1.0 - tf.pow(p["beta_1"], t))
    return w - scaled * m / (largest + p["epsilon"]), [m, largest]


@optimizer("square", "velocity", rho=0.9, momentum=0.0, epsilon=1e-7)
def rmsprop(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
    """Tieleman & Hinton 2012, not centred."""
    square, velocity = slots
    p = context.p
    square = p["rho"] * square + (1.0 - p["rho"]) * tf.square(g)
    velocity = p["momentum"] * velocity + context.rate * g / tf.sqrt(square + p["epsilon"])
    return w - velocity, [square, velocity]


@optimizer(
    Slot("total", "initial_accumulator_value"), initial_accumulator_value=0.1, epsilon=1e-7
)  # fmt: skip
def adagrad(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
    """Duchi, Hazan & Singer 2011."""
    total = slots[0] + tf.square(g)
    return w - context.rate * g / tf.sqrt(total + context.p["epsilon"]), [total]


@optimizer("square", "moved", rho=0.95, epsilon=1e-7)
def adadelta(w: Tensor, g: Tensor, slots: Slots, context: UpdateContext) -> Updated:
    """Zeiler 2012."""
    square, moved = slots
    p = context.p
    square = p["rho"] * square + (1.0 - p["rho"]) * tf.square(g)
    move = -tf.sqrt(moved + p["epsilon"]) * g / tf.sqrt(square + p["epsilon"])
    moved = p["rho"] * moved + (1.0 - p["rho"]) * tf.square(move)
    return w + context.rate * move, [square, moved]


def moments(g: Tensor, slots: Slots, p: Dict[str, Tensor]) -> Tuple[Tensor, Tensor]:
    """The running means of the gradient and of its square."""
    m, v = slots
    return m + (g - m) * (1.0 - p["beta_1"]), v + (tf.square(g) - v) * (1.0 - p["beta_2"])
