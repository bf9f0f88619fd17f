"""The Pythons that JetPacks have, each with its TensorFlow; made by ``scripts/trainer-pythons``."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "trainer"))

from pythons import NAMES, python_of


@pytest.fixture(scope="session", params=NAMES)
def python(request: pytest.FixtureRequest) -> str:
    return python_of(request.param)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small data, as pictures and as rows, in a folder whose name is no ASCII."""
    from trainer_runs import write_data

    return write_data(tmp_path_factory.mktemp("über données"))
