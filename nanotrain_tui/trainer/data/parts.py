"""Which examples are used for training, and which for validation."""

from typing import Any, Mapping, Tuple

import numpy as np

from .dataset import DataError, Dataset, Rows

Array = Any
LIMIT, VALIDATION, SEED = "data.limit", "data.validation", "data.seed"


def with_parts(dataset: Dataset, config: Mapping[str, Any]) -> Dataset:
    """The data set with at most ``data.limit`` training examples, and a part for validation.

    ``data.validation`` is the fraction of the training examples that is set aside. Both are drawn
    with ``data.seed``; the examples keep their order. Raises DataError.
    """
    examples = len(dataset.train)
    chosen, aside = drawn_parts(examples, config)
    fraction = float(config.get(VALIDATION, 0.0))
    if fraction and not (len(chosen) and len(aside)):
        message = "{}: {:g} of {:,} training examples leaves a part without an example."
        raise DataError(VALIDATION, message.format(VALIDATION, fraction, len(chosen) + len(aside)))
    if len(chosen) == examples:
        return dataset
    train = dataset.train
    validation = Rows(*train.take(aside)) if len(aside) else None
    grid = dataset.grid.of(chosen) if dataset.grid else None
    return dataset._replace(train=Rows(*train.take(chosen)), validation=validation, grid=grid)


def drawn_parts(examples: int, config: Mapping[str, Any]) -> Tuple[Array, Array]:
    """The rows for training and for validation, in their order."""
    limit, fraction = int(config.get(LIMIT, 0)), float(config.get(VALIDATION, 0.0))
    chosen = np.random.RandomState(int(config.get(SEED, 1))).permutation(examples)
    if limit:
        chosen = chosen[:limit]
    aside = round(fraction * len(chosen))
    return np.sort(chosen[aside:]), np.sort(chosen[:aside])
