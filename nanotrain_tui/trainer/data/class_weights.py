"""How much each class counts in the loss, as Keras' ``class_weight``."""

from typing import Any, Tuple

import numpy as np

from .dataset import REGRESSION, DataError, Dataset

Array = Any
KEY = "train.class_weights"
NONE, BALANCED = "none", "balanced"


def weights_of_classes(given: Any, targets: Array, classes: int) -> Tuple[float, ...]:
    """One weight for each class; empty if all are 1.

    ``given`` is ``none``, ``balanced`` or a weight for each class, as "1, 2.5". Balanced weights
    are those of scikit-learn: examples / (classes * examples of the class).
    """
    if given in (None, "", NONE):
        return ()
    if given == BALANCED:
        counts = np.bincount(targets, minlength=classes)
        return tuple(float(len(targets) / (len(counts) * max(1, count))) for count in counts)
    return tuple(float(part) for part in str(given).split(","))


def class_weights_of(given: Any, data: Dataset) -> Tuple[float, ...]:
    """The weights of the classes of a data set, as ``weights_of_classes``. Raises DataError."""
    if given not in (None, "", NONE) and data.task == REGRESSION:
        raise DataError(KEY, "This data has no classes.")
    weights = weights_of_classes(given, data.train.targets, data.classes)
    if weights and len(weights) != data.classes:
        message = "There are {} weights, and the data has {} classes."
        raise DataError(KEY, message.format(len(weights), data.classes))
    return weights
