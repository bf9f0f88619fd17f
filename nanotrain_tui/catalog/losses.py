"""Loss functions, and what each requires of the output layer.

The formulas are in ``trainer/losses.py``; tests/project compares both sides.
"""

from typing import Dict, NamedTuple, Tuple

from .activations import ACTIVATIONS

# Tasks: what the data has for each example.
CLASSIFICATION = "classification"  # one of several classes: an output for each class
BINARY = "binary"  # one of two classes, which one output tells apart
REGRESSION = "regression"  # a number, or several

CLASSES = (CLASSIFICATION, BINARY)
TASKS = (*CLASSES, REGRESSION)

#: The loss of each task where none is chosen.
USUAL_LOSS = {
    CLASSIFICATION: "categorical_crossentropy",
    BINARY: "binary_crossentropy",
    REGRESSION: "mean_squared_error",
}


class Loss(NamedTuple):
    """A loss. ``output`` is its default output activation, ``needs`` the values it can take.

    ``tasks`` are those that it can train. ``parameters`` are names of keys ``loss.NAME``.
    """

    name: str
    label: str
    summary: str
    needs: str
    output: str
    tasks: Tuple[str, ...] = TASKS
    aliases: Tuple[str, ...] = ()
    parameters: Tuple[str, ...] = ()


DISTRIBUTION = "probabilities that sum to 1"
PROBABILITY = "values between 0 and 1"
POSITIVE = "values that are never negative"
SIGNED = "values that can be negative as well as positive"
ANYTHING = "any values"

_ENTRIES = (
    Loss(
        "categorical_crossentropy", "cross-entropy (softmax)",
        "-sum(y log p). The standard loss for classification where each example has exactly one class.",
        DISTRIBUTION, "softmax", (CLASSIFICATION,),
        ("softmax_cross_entropy_with_logits", "softmax_cross_entropy", "cross_entropy",
         "crossentropy", "sparse_categorical_crossentropy"),
    ),
    Loss(
        "binary_crossentropy", "binary cross-entropy",
        "Treats each output as a separate yes/no. For several labels per example, or for two classes.",
        PROBABILITY, "sigmoid", CLASSES,
        ("sigmoid_cross_entropy_with_logits", "sigmoid_cross_entropy", "bce"),
    ),
    Loss(
        "mean_squared_error", "squared error (mean)",
        "The mean of (y - p)^2. The standard loss for regression. It trains classifiers slowly.",
        ANYTHING, "linear", aliases=("mse", "squared_error", "l2_loss"),
    ),
    Loss(
        "mean_absolute_error", "absolute error (mean)",
        "The mean of |y - p|. For regression with outliers, which affect it less than squared error.",
        ANYTHING, "linear", aliases=("mae", "absolute_difference"),
    ),
    Loss(
        "huber", "Huber",
        "Squared error up to delta, absolute error beyond it. For regression with some outliers.",
        ANYTHING, "linear", aliases=("huber_loss",), parameters=("huber_delta",),
    ),
    Loss(
        "hinge", "hinge",
        "max(0, 1 - y p) with y = 1 or -1: zero once the margin is 1. The loss of support vector machines.",
        SIGNED, "linear", CLASSES, ("hinge_loss",),
    ),
    Loss(
        "kl_divergence", "KL divergence",
        "sum(y log(y / p)): how much the prediction differs from the true distribution. For soft labels.",
        DISTRIBUTION, "softmax", (CLASSIFICATION,),
        ("kullback_leibler_divergence", "kld", "kldivergence"),
    ),
    Loss(
        "poisson", "Poisson",
        "p - y log p. For predicting counts and rates, whose variance grows with the mean.",
        POSITIVE, "softplus",
    ),
    Loss(
        "log_cosh", "log-cosh",
        "log(cosh(p - y)): similar to Huber, but smooth everywhere and without a delta to choose.",
        ANYTHING, "linear", aliases=("logcosh",),
    ),
    Loss(
        "cosine_similarity", "cosine similarity",
        "Minus the cosine of the angle between label and prediction: -1 is best. For embeddings.",
        ANYTHING, "linear", (CLASSIFICATION, REGRESSION), aliases=("cosine", "cosine_proximity", "cosine_distance"),
    ),
)  # fmt: skip

LOSSES: Dict[str, Loss] = {entry.name: entry for entry in _ENTRIES}


def usual_loss(task: str) -> str:
    """The loss where none is chosen; as long as the task is not known, that of classification."""
    return USUAL_LOSS[task or CLASSIFICATION]


def misfit(loss: Loss, task: str) -> str:
    """Why a loss cannot train a task, and what to take instead; empty if it can.

    Nothing is refused as long as the task is not known: "".
    """
    if not task or task in loss.tasks:
        return ""
    needs, has = "classes to tell apart", "numbers to predict"
    if task == BINARY:
        needs, has = "an output for each class", "two classes, which one output tells apart"
    return "{} needs {}, and this data has {}; take {}.".format(
        loss.label, needs, has, USUAL_LOSS[task]
    )


def output_fits(loss: Loss, output: str) -> bool:
    """Whether the loss can be computed from the range of this output activation."""
    activation = ACTIVATIONS[output]
    if loss.needs == DISTRIBUTION:
        return output == "softmax"
    if loss.needs == PROBABILITY:
        return activation.low >= 0.0 and activation.high <= 1.0
    if loss.needs == POSITIVE:
        return activation.low >= 0.0
    if loss.needs == SIGNED:
        return activation.low <= -1.0 and activation.high >= 1.0
    return True
