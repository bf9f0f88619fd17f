"""A short, fixed set of random faults; ``python -m tests.chaos`` plays as many as are wanted."""

import pytest

from .__main__ import play_round

SEED = 7
ROUNDS = [
    *(("signals", number) for number in range(4)),
    *(("ends", number) for number in range(3)),
    *(("files", number) for number in range(3)),
    ("disks", 0),
]


@pytest.mark.parametrize(("kind", "number"), ROUNDS)
def test_every_promise_holds(kind: str, number: int) -> None:
    played = play_round(kind, SEED, number)
    if played.skipped:
        pytest.skip(played.skipped)
    assert played.broken == [], played.what
