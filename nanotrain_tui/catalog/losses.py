"""Losses, and what each requires of the output layer.

The formulas are in ``trainer/losses.py``; tests/project compares both sides.
"""

from typing import Dict, NamedTuple, Tuple

from .activations import ACTIVATIONS

CLASSIFICATION = "classification"
REGRESSION = "regression"


class Loss(NamedTuple):
    """A loss; ``output`` is the activation it is made for, ``needs`` what any other must give.

    ``parameters`` are names of keys ``loss.NAME``.
    """

    name: str
    label: str
    summary: str
    needs: str
    output: str
    tasks: Tuple[str, ...] = (CLASSIFICATION, REGRESSION)
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
        "One class out of several: -sum(y log p). The first choice for classifying digits.",
        DISTRIBUTION, "softmax", (CLASSIFICATION,),
        ("softmax_cross_entropy_with_logits", "softmax_cross_entropy", "cross_entropy",
         "crossentropy", "sparse_categorical_crossentropy"),
    ),
    Loss(
        "binary_crossentropy", "binary cross-entropy",
        "Each output a yes or no of its own. For several labels at once, or for two classes.",
        PROBABILITY, "sigmoid", (CLASSIFICATION,),
        ("sigmoid_cross_entropy_with_logits", "sigmoid_cross_entropy", "bce"),
    ),
    Loss(
        "mean_squared_error", "squared error (mean)",
        "The mean of (y - p)^2, the tutorial's regression loss. For numbers; slow for classes.",
        ANYTHING, "linear", aliases=("mse", "squared_error", "l2_loss"),
    ),
    Loss(
        "mean_absolute_error", "absolute error (mean)",
        "The mean of |y - p|. For numbers with wild outliers: each counts only in proportion.",
        ANYTHING, "linear", aliases=("mae", "absolute_difference"),
    ),
    Loss(
        "huber", "Huber",
        "Squared near zero, absolute beyond delta: squared error that outliers do not rule.",
        ANYTHING, "linear", aliases=("huber_loss",), parameters=("huber_delta",),
    ),
    Loss(
        "hinge", "hinge",
        "Wants the right class above +1 and the others below -1, then stops: a support vector machine.",
        SIGNED, "linear", (CLASSIFICATION,), ("hinge_loss",),
    ),
    Loss(
        "kl_divergence", "KL divergence",
        "How far the predicted distribution is from the true one. For soft labels.",
        DISTRIBUTION, "softmax", (CLASSIFICATION,),
        ("kullback_leibler_divergence", "kld", "kldivergence"),
    ),
    Loss(
        "poisson", "Poisson",
        "p - y log p: for counts and rates, where the spread grows with the mean.",
        POSITIVE, "softplus",
    ),
    Loss(
        "log_cosh", "log-cosh",
        "log(cosh(p - y)): nearly Huber with no delta to choose, and smooth everywhere.",
        ANYTHING, "linear", aliases=("logcosh",),
    ),
    Loss(
        "cosine_similarity", "cosine similarity",
        "The angle between truth and prediction, length ignored; -1 is perfect. For embeddings.",
        ANYTHING, "linear", aliases=("cosine", "cosine_proximity", "cosine_distance"),
    ),
)  # fmt: skip

LOSSES: Dict[str, Loss] = {entry.name: entry for entry in _ENTRIES}


def output_fits(loss: Loss, output: str) -> bool:
    """Whether the range of the output activation is one the loss can be computed on."""
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
