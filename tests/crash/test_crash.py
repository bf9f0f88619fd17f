"""Some points of every scenario; ``python -m tests.crash`` tries all of them."""

from collections.abc import Iterator

import pytest

from .layer import NoCompiler, Worker
from .points import play
from .scenarios import SCENARIOS

pytestmark = pytest.mark.slow

EVERY = {"record": 40, "end": 40, "read": 30, "checkpoints": 60}


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    try:
        started = Worker()
    except NoCompiler as error:
        pytest.skip(str(error))
    with started:
        yield started


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_was_acknowledged_survives(worker: Worker, name: str) -> None:
    result = play(worker, name, EVERY.get(name, 8))
    assert result.tried["kill"] and result.tried["power"]
    assert [*map(tuple, result.broken)] == []
