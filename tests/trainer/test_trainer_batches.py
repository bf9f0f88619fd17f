"""Which examples each step sees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.batches import Batches


def test_an_epoch_sees_every_example_once_and_the_next_in_another_order():
    rows = Batches(100, seed=1).take(20, 10).reshape(2, 100)
    assert sorted(rows[0]) == sorted(rows[1]) == list(range(100))
    assert (rows[0] != rows[1]).any()


def test_a_batch_an_epoch_cannot_fill_takes_its_rest_from_the_next():
    batches = Batches(10, seed=1)
    rows = batches.take(5, 4).reshape(-1)
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert (batches.epoch, batches.cursor) == (2, 0)


def test_another_seed_is_another_order():
    assert (Batches(100, seed=1).take(1, 100) != Batches(100, seed=2).take(1, 100)).any()


@given(
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 30)), max_size=6),
)
def test_the_stream_does_not_depend_on_how_it_is_taken(examples, seed, takes):
    batches = Batches(examples, seed)
    taken = [batches.take(steps, size).reshape(-1) for steps, size in takes]
    stream = np.concatenate([*taken, np.zeros(0, np.int64)])
    whole = Batches(examples, seed).take(1, len(stream)) if len(stream) else np.zeros((1, 0))
    np.testing.assert_array_equal(stream, whole[0])


@pytest.mark.slow
@given(st.integers(1, 40), st.integers(0, 200), st.integers(1, 50))
def test_going_to_a_place_continues_the_stream(examples, before, size):
    whole, resumed = Batches(examples, 3), Batches(examples, 3)
    if before:
        whole.take(1, before)
    resumed.go_to(whole.epoch, whole.cursor)
    np.testing.assert_array_equal(resumed.take(2, size), whole.take(2, size))
