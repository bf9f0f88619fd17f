"""The updates that TensorFlow has as one kernel (``ResourceApply...``), by optimizer.

Each takes a weight, its gradient, its slots and the numbers of the update ``with_powers``, and
assigns all of them. The formulas are those of ``optimizers``; the order of operations differs, so
the last bits do. Adagrad is not here: TensorFlow's kernel adds epsilon outside of the root, and
Keras inside. Nadam has no kernel.
"""

from typing import Any, Callable, Dict, Sequence

import tensorflow as tf

from ..optimizers import UpdateContext

Tensor = Any
Variable = Any
Kernel = Callable[[Variable, Tensor, Sequence[Variable], UpdateContext], None]

FUSED: Dict[str, Kernel] = {}


def with_powers(context: UpdateContext) -> UpdateContext:
    """With beta_1 and beta_2 to the power of t, which are the same for all weights."""
    powers = {
        name + "_power": tf.pow(context.p[name], context.t)
        for name in ("beta_1", "beta_2")
        if name in context.p
    }
    return context._replace(p=dict(context.p, **powers))


def kernel(apply: Kernel) -> Kernel:
    FUSED[apply.__name__] = apply
    return apply


@kernel
def sgd(w: Variable, g: Tensor, slots: Sequence[Variable], context: UpdateContext) -> None:
    p = context.p

    def with_nesterov(nesterov: bool) -> Callable[[], Tensor]:
        def apply() -> Tensor:
            tf.raw_ops.ResourceApplyKerasMomentum(
                var=w.handle, accum=slots[0].handle, lr=context.rate, grad=g,
                momentum=p["momentum"], use_nesterov=nesterov,
            )  # fmt: skip
            return tf.constant(0)

        return apply

    tf.cond(p["nesterov"] > 0.0, with_nesterov(True), with_nesterov(False))


@kernel
def adam(w: Variable, g: Tensor, slots: Sequence[Variable], context: UpdateContext) -> None:
    p = context.p
    tf.raw_ops.ResourceApplyAdam(
        var=w.handle, m=slots[0].handle, v=slots[1].handle,
        beta1_power=p["beta_1_power"], beta2_power=p["beta_2_power"], lr=context.rate,
        beta1=p["beta_1"], beta2=p["beta_2"], epsilon=p["epsilon"], grad=g,
    )  # fmt: skip


@kernel
def adamw(w: Variable, g: Tensor, slots: Sequence[Variable], context: UpdateContext) -> None:
    w.assign_sub(context.rate * context.p["weight_decay"] * w)
    adam(w, g, slots, context)


@kernel
def adamax(w: Variable, g: Tensor, slots: Sequence[Variable], context: UpdateContext) -> None:
    p = context.p
    tf.raw_ops.ResourceApplyAdaMax(
        var=w.handle, m=slots[0].handle, v=slots[1].handle, beta1_power=p["beta_1_power"],
        lr=context.rate, beta1=p["beta_1"], beta2=p["beta_2"], epsilon=p["epsilon"], grad=g,
    )  # fmt: skip


@kernel
def rmsprop(w: Variable, g: Tensor, slots: Sequence[Variable], context: UpdateContext) -> None:
    p = context.p
    tf.raw_ops.ResourceApplyRMSProp(
        var=w.handle, ms=slots[0].handle, mom=slots[1].handle, lr=context.rate, rho=p["rho"],
        momentum=p["momentum"], epsilon=p["epsilon"], grad=g,
    )  # fmt: skip


@kernel
def adadelta(w: Variable, g: Tensor, slots: Sequence[Variable], context: UpdateContext) -> None:
    p = context.p
    tf.raw_ops.ResourceApplyAdadelta(
        var=w.handle, accum=slots[0].handle, accum_update=slots[1].handle, lr=context.rate,
        rho=p["rho"], epsilon=p["epsilon"], grad=g,
    )  # fmt: skip
