"""The learning rate of each step."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.schedule import SCHEDULES, learning_rates


def rates(steps=100, first=0, count=None, **changes):
    config = {"optimizer.learning_rate": 0.5}
    config.update({"schedule." + key: value for key, value in changes.items()})
    return learning_rates(config, first, steps if count is None else count, steps)


def test_constant():
    np.testing.assert_array_equal(rates(name="constant"), np.full(100, 0.5, np.float32))


def test_step_drops_at_each_multiple():
    found = rates(name="step", decay_steps=10, decay_rate=0.1)
    assert found[9] == np.float32(0.5)
    np.testing.assert_allclose(found[[10, 19, 20]], [0.05, 0.05, 0.005], rtol=1e-6)


def test_exponential_reaches_the_rate_after_decay_steps():
    found = rates(name="exponential", decay_steps=10, decay_rate=0.1)
    np.testing.assert_allclose(found[[0, 5, 10]], [0.5, 0.5 * 0.1**0.5, 0.05], rtol=1e-6)


def test_cosine_ends_at_its_fraction_and_stays_there():
    found = rates(name="cosine", decay_steps=50, end_fraction=0.2)
    np.testing.assert_allclose(found[[0, 25, 50, 99]], [0.5, 0.3, 0.1, 0.1], rtol=1e-6)


def test_without_decay_steps_a_schedule_runs_to_the_end():
    n = np.arange(100)
    np.testing.assert_allclose(
        rates(name="cosine"), 0.25 * (1 + np.cos(math.pi * n / 100)), rtol=1e-5, atol=1e-8
    )


def test_warm_up_rises_evenly_and_the_schedule_begins_after_it():
    found = rates(name="step", warmup_steps=10, decay_steps=20, decay_rate=0.1)
    np.testing.assert_allclose(found[:10], 0.05 * np.arange(1, 11), rtol=1e-6)
    np.testing.assert_allclose(found[[10, 29, 30]], [0.5, 0.5, 0.05], rtol=1e-6)


@given(
    st.sampled_from(list(SCHEDULES)),
    st.integers(0, 2000),
    st.integers(0, 2000),
    st.integers(1, 1000),
    st.integers(0, 999),
)
def test_rates_do_not_depend_on_how_the_steps_are_grouped(name, warmup, over, steps, cut):
    options = {"name": name, "warmup_steps": warmup, "decay_steps": over, "end_fraction": 0.1}
    whole, cut = rates(steps, **options), min(cut, steps)
    parts = [rates(steps, 0, cut, **options), rates(steps, cut, steps - cut, **options)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert np.isfinite(whole).all()
    assert (whole >= 0).all()
    assert (whole <= np.float32(0.5)).all()
