"""The tutorial's network on real MNIST ends where the tutorial's does."""

import numpy as np
import pytest
from trainer_runs import config_of, of_kind, serve_here, values_of

pytestmark = [pytest.mark.tensorflow, pytest.mark.shared]


def test_the_tutorials_network_ends_at_its_accuracy(shared, tmp_path):
    config = config_of(
        shared / "data" / "mnist", model__hidden="1024", model__initializer="tutorial",
        layers=[{"units": 1024, "activation": "relu"}], optimizer__learning_rate=0.0001,
        train__batch_size=100, train__steps=1000, train__eval_every=100, trainer__xla="auto",
        cache_dir=str(tmp_path), checkpoint_dir=str(tmp_path),
    )  # fmt: skip
    status, events = serve_here(config)
    assert status == 0
    evaluated = of_kind(events, "evaluated")
    assert [event["step"] for event in evaluated] == [*range(1, 1000, 100), 1000]
    assert 0.935 <= evaluated[-1]["accuracy"] <= 0.95
    losses = values_of(events, "loss")
    assert len(losses) == 1000
    assert np.isfinite(losses).all()
