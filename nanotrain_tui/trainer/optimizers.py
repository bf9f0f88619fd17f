"""Optimizers, equal to Keras' to float error.

An optimizer is a function ``update(w, g, slots, now) -> (new w, new slots)`` of tensors: a weight,
its gradient, what the optimizer remembers of it, and the numbers of the present step.
"""

from typing import Any, Callable, Dict, List, NamedTuple, Tuple

import numpy as np
import tensorflow as tf

from .checkpoints.slots import SCALARS, SLOTS

Tensor = Any
Slots = List[Tensor]
Updated = Tuple[Tensor, Slots]


class Now(NamedTuple):
    """Learning rate, number of the update since the slots were made (from 1), parameters."""

    rate: Tensor
    t: Tensor
    p: Dict[str, Tensor]


Update = Callable[[Tensor, Tensor, Slots, Now], Updated]


class Optimizer(NamedTuple):
    """An update rule, the names of its slots, its parameters with Keras' defaults."""

    update: Update
    slots: Tuple[str, ...]
    defaults: Dict[str, float]


def sgd(w: Tensor, g: Tensor, slots: Slots, now: Now) -> Updated:
    """Robbins & Monro 1951; momentum: Polyak 1964; ``nesterov``: Sutskever et al. 2013."""
    (velocity,) = slots
    velocity = now.p["momentum"] * velocity - now.rate * g
    ahead = now.p["momentum"] * velocity - now.rate * g
    return w + tf.where(now.p["nesterov"] > 0.0, ahead, velocity), [velocity]


def adam(w: Tensor, g: Tensor, slots: Slots, now: Now) -> Updated:
    """Kingma & Ba 2015."""
    m, v = _moments(g, slots, now.p)
    scaled = (
        now.rate
        * tf.sqrt(1.0 - tf.pow(now.p["beta_2"], now.t))
        / (1.0 - tf.pow(now.p["beta_1"], now.t))
    )
    return w - scaled * m / (tf.sqrt(v) + now.p["epsilon"]), [m, v]


def adamw(w: Tensor, g: Tensor, slots: Slots, now: Now) -> Updated:
    """Loshchilov & Hutter 2019; like Keras' it decays biases too."""
    return adam(w - now.rate * now.p["weight_decay"] * w, g, slots, now)


def nadam(w: Tensor, g: Tensor, slots: Slots, now: Now) -> Updated:
    """Dozat 2016: Adam with Nesterov's momentum, on Dozat's schedule for it."""
    m, v = _moments(g, slots[:2], now.p)
    present = now.p["beta_1"] * (1.0 - 0.5 * tf.pow(0.96, now.t))
    following = now.p["beta_1"] * (1.0 - 0.5 * tf.pow(0.96, now.t + 1.0))
    product = slots[2] * present
    m_hat = following * m / (1.0 - product * following) + (1.0 - present) * g / (1.0 - product)
    v_hat = v / (1.0 - tf.pow(now.p["beta_2"], now.t))
    return w - now.rate * m_hat / (tf.sqrt(v_hat) + now.p["epsilon"]), [m, v, product]


def adamax(w: Tensor, g: Tensor, slots: Slots, now: Now) -> Updated:
    """Kingma & Ba 2015, section 7."""
    m, largest = slots
    m = m + (g - m) * (1.0 - now.p["beta_1"])
    largest = tf.maximum(now.p["beta_2"] * largest, tf.abs(g))
    scaled = now.rate / (1.0 - tf.pow(now.p["beta_1"], now.t))
    return w - scaled * m / (largest + now.p["epsilon"]), [m, largest]


def rmsprop(w: Tensor, g: Tensor, slots: Slots, now: Now) -> Updated:
    """Tieleman & Hinton 2012, not centred."""
    square, velocity = slots
    square = now.p["rho"] * square + (1.0 - now.p["rho"]) * tf.square(g)
    velocity = now.p["momentum"] * velocity + now.rate * g / tf.sqrt(square + now.p["epsilon"])
    return w - velocity, [square, velocity]


def adagrad(w: Tensor, g: Tensor, slots: Slots, now: Now) -> Updated:
    """Duchi, Hazan & Singer 2011."""
    total = slots[0] + tf.square(g)
    return w - now.rate * g / tf.sqrt(total + now.p["epsilon"]), [total]


def adadelta(w: Tensor, g: Tensor, slots: Slots, now: Now) -> Updated:
    """Zeiler 2012."""
    square, moved = slots
    square = now.p["rho"] * square + (1.0 - now.p["rho"]) * tf.square(g)
    move = -tf.sqrt(moved + now.p["epsilon"]) * g / tf.sqrt(square + now.p["epsilon"])
    moved = now.p["rho"] * moved + (1.0 - now.p["rho"]) * tf.square(move)
    return w + now.rate * move, [square, moved]


def _moments(g: Tensor, slots: Slots, p: Dict[str, Tensor]) -> Tuple[Tensor, Tensor]:
    m, v = slots
    return m + (g - m) * (1.0 - p["beta_1"]), v + (tf.square(g) - v) * (1.0 - p["beta_2"])


_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}

OPTIMIZERS = {
    "sgd": Optimizer(sgd, SLOTS["sgd"], {"momentum": 0.0, "nesterov": 0.0}),
    "adam": Optimizer(adam, SLOTS["adam"], _ADAM),
    "adamw": Optimizer(adamw, SLOTS["adamw"], dict(_ADAM, weight_decay=0.004)),
    "nadam": Optimizer(nadam, SLOTS["nadam"], _ADAM),
    "adamax": Optimizer(adamax, SLOTS["adamax"], _ADAM),
    "rmsprop": Optimizer(rmsprop, SLOTS["rmsprop"], {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7}),
    "adagrad": Optimizer(
        adagrad, SLOTS["adagrad"], {"initial_accumulator_value": 0.1, "epsilon": 1e-7}
    ),
    "adadelta": Optimizer(adadelta, SLOTS["adadelta"], {"rho": 0.95, "epsilon": 1e-7}),
}


def initial_slot(name: str, weight: Any, p: Dict[str, float]) -> Any:
    """What a slot holds before the first update, float32."""
    if name in SCALARS:
        return np.float32(1.0)
    start = p["initial_accumulator_value"] if name == "total" else 0.0
    return np.full(weight.shape, start, np.float32)
