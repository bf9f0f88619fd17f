"""Which examples are trained on, which are set aside, and how much each class counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.data.class_weights import class_weights_of
from nanotrain_tui.trainer.data.dataset import (
    BINARY,
    CLASSIFICATION,
    REGRESSION,
    DataError,
    Dataset,
    Rows,
)
from nanotrain_tui.trainer.data.parts import with_parts


def data_of(examples, task=CLASSIFICATION):
    """Examples whose inputs are their numbers."""
    numbers = np.arange(examples, dtype=np.float32)[:, None]
    rows = Rows(numbers, numbers if task == REGRESSION else np.arange(examples) % 3)
    return Dataset("made", "here", rows, rows, task, 0 if task == REGRESSION else 3)


def numbers(rows):
    return [] if rows is None else rows.inputs[:, 0].tolist()


@given(
    examples=st.integers(2, 60),
    limit=st.integers(0, 80),
    fraction=st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9]),
    seed=st.integers(0, 5),
)
def test_no_example_is_in_two_parts_and_none_is_changed(examples, limit, fraction, seed):
    config = {"data.limit": limit, "data.validation": fraction, "data.seed": seed}
    data = data_of(examples)
    used = min(examples, limit or examples)
    aside = round(fraction * used)
    if fraction and not 0 < aside < used:
        with pytest.raises(DataError, match="leaves a part without") as error:
            with_parts(data, config)
        assert error.value.key == "data.validation"
        return
    made = with_parts(data, config)
    train, validation = numbers(made.train), numbers(made.validation)
    assert (len(train), len(validation)) == (used - aside, aside)
    assert len({*train, *validation}) == used
    assert train == sorted(train) and validation == sorted(validation)
    assert (made.train.targets == made.train.inputs[:, 0].astype(int) % 3).all()
    assert made.test is data.test
    again = with_parts(data, config)
    assert (numbers(again.train), numbers(again.validation)) == (train, validation)


def test_the_seed_decides_which_are_set_aside():
    parts = [
        numbers(with_parts(data_of(50), {"data.validation": 0.2, "data.seed": seed}).validation)
        for seed in (1, 2)
    ]
    assert parts[0] != parts[1]


def test_without_limit_and_validation_the_data_is_as_it_was():
    data = data_of(5)
    assert with_parts(data, {}) is data
    assert with_parts(data, {"data.limit": 5}) is data


def test_balanced_weights_make_every_class_count_the_same():
    rows = Rows(np.zeros((10, 1)), np.array([0] * 8 + [1] * 2))
    data = Dataset("made", "here", rows, rows, BINARY, 2)
    weights = class_weights_of("balanced", data)
    assert weights == (10 / (2 * 8), 10 / (2 * 2))
    assert 8 * weights[0] == 2 * weights[1]
    assert class_weights_of("none", data) == class_weights_of(None, data) == ()
    assert class_weights_of("1, 2.5", data) == (1.0, 2.5)


def test_weights_that_do_not_fit_the_classes_are_refused():
    with pytest.raises(DataError, match="There are 2 weights, and the data has 3 classes") as error:
        class_weights_of("1, 2", data_of(6))
    assert error.value.key == "train.class_weights"
    with pytest.raises(DataError, match="no classes"):
        class_weights_of("balanced", data_of(6, REGRESSION))
