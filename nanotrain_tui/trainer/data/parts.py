"""Which examples are used for training, and which for validation."""

from typing import Any, Mapping

import numpy as np

from .dataset import DataError, Dataset, Rows

LIMIT, VALIDATION, SEED = "data.limit", "data.validation", "data.seed"


def with_parts(dataset: Dataset, config: Mapping[str, Any]) -> Dataset:
    """The data set with at most ``data.limit`` training examples, and a part for validation.

    ``data.validation`` is the fraction of the training examples that is set aside. Both are drawn
    with ``data.seed``; the examples keep their order. Raises DataError.
    """
    limit, fraction = int(config.get(LIMIT, 0)), float(config.get(VALIDATION, 0.0))
    examples = len(dataset.train)
    chosen = np.random.RandomState(int(config.get(SEED, 1))).permutation(examples)
    if limit and limit < examples:
        chosen = chosen[:limit]
    elif not fraction:
        return dataset
    aside = round(fraction * len(chosen))
    if fraction and not 0 < aside < len(chosen):
        message = "{}: {:g} of {:,} training examples leaves a part without an example."
        raise DataError(VALIDATION, message.format(VALIDATION, fraction, len(chosen)))
    train = _rows(dataset.train, chosen[aside:])
    return dataset._replace(
        train=train, validation=_rows(dataset.train, chosen[:aside]) if aside else None
    )


def _rows(rows: Rows, chosen: Any) -> Rows:
    return Rows(*rows.take(np.sort(chosen)))
