"""Recordings to check."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

import pytest
from session_recordings import resumed


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """The bytes of a whole recording."""
    return Path(resumed(tmp_path_factory.mktemp("sound")).recording).read_bytes()
