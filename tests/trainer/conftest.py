"""Fixtures of the trainer's tests."""

import pytest
from trainer_runs import write_data


@pytest.fixture
def folder(tmp_path):
    """A folder with a small data set, also used for checkpoints."""
    return write_data(tmp_path)
