"""The helpers of the trainer's tests."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "trainer"))


@pytest.fixture(scope="session")
def sklearn() -> ModuleType:
    """scikit-learn's metrics. Only the workers that need them take the second of their import."""
    from sklearn import metrics

    return metrics
