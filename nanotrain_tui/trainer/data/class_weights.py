"""How much each class counts in the loss, as Keras' ``class_weight``."""

from typing import Any, Tuple

import numpy as np

from .dataset import REGRESSION, DataError, Dataset

KEY = "train.class_weights"
NONE, BALANCED = "none", "balanced"


def class_weights_of(given: Any, data: Dataset) -> Tuple[float, ...]:
    """One weight for each class; empty if all are 1. Raises DataError.

    ``given`` is ``none``, ``balanced`` or a weight for each class, as "1, 2.5". Balanced weights
    are those of scikit-learn: examples / (classes * examples of the class).
    """
    if given in (None, "", NONE):
        return ()
    if data.task == REGRESSION:
        raise DataError(KEY, "{}: this data has no classes.".format(KEY))
    counts = np.bincount(data.train.targets, minlength=data.classes)
    if given == BALANCED:
        examples = float(len(data.train))
        return tuple(float(examples / (len(counts) * max(1, count))) for count in counts)
    weights = tuple(float(part) for part in str(given).split(","))
    if len(weights) != data.classes:
        message = "{}: it has {} weights, and the data has {} classes."
        raise DataError(KEY, message.format(KEY, len(weights), data.classes))
    return weights
