"""Which examples are used for training, and which for validation."""

from typing import Any, Dict, Mapping, Tuple

import numpy as np

from .dataset import DataError, Dataset

Array = Any
LIMIT, VALIDATION, SEED = "data.limit", "data.validation", "data.seed"


def with_parts(dataset: Dataset, config: Mapping[str, Any]) -> Dataset:
    """The data set with at most ``data.limit`` training examples, and a part for validation.

    ``data.validation`` is the fraction of the training examples that is set aside. Both are drawn
    with ``data.seed``; the examples keep their order. Raises DataError.
    """
    examples = len(dataset.train)
    part_sizes(examples, config)
    if config.get(VALIDATION) and dataset.validation is not None:
        raise DataError(VALIDATION, "The data has a part for validation; set this to off.")
    chosen, aside = drawn_parts(examples, config)
    if len(chosen) == examples:
        return dataset
    validation = dataset.train.part(aside) if len(aside) else dataset.validation
    grid = dataset.grid.of(chosen) if dataset.grid else None
    train = dataset.train.part(chosen)
    return dataset._replace(train=train, validation=validation, grid=grid)


def part_sizes(examples: int, config: Mapping[str, Any]) -> Dict[str, int]:
    """How many of the training examples are for training and validation. Raises DataError."""
    used, aside = _sizes(examples, config)
    if config.get(VALIDATION) and not 0 < aside < used:
        message = "{:g} of {:,} training examples leaves a part without an example."
        raise DataError(VALIDATION, message.format(config[VALIDATION], used))
    return {"train": used - aside, "validation": aside} if aside else {"train": used}


def drawn_parts(examples: int, config: Mapping[str, Any]) -> Tuple[Array, Array]:
    """The rows for training and for validation, in their order."""
    used, aside = _sizes(examples, config)
    chosen = np.random.RandomState(int(config.get(SEED, 1))).permutation(examples)[:used]
    return np.sort(chosen[aside:]), np.sort(chosen[:aside])


def _sizes(examples: int, config: Mapping[str, Any]) -> Tuple[int, int]:
    """How many examples are used, and how many of these are set aside."""
    used = min(examples, int(config.get(LIMIT, 0)) or examples)
    return used, round(float(config.get(VALIDATION, 0.0)) * used)
