"""Which ends of a trainer are for want of memory."""

import pytest

from nanotrain_tui.trainer_python.crash import is_memory


@pytest.mark.parametrize(
    ("kind", "status", "output", "oom_kills", "expected"),
    [
        ("memory", 1, "", 0, True),
        ("data", 1, "MemoryError", 1, False),
        (None, -9, "", 1, True),
        (None, 137, "", 2, True),
        (None, -9, "", 0, False),
        (None, -9, "", None, False),
        (None, 1, "MemoryError", 0, True),
        (None, 1, "tensorflow ResourceExhaustedError: OOM", 0, True),
        (None, 1, "ValueError: wrong", 0, False),
        (None, -11, "", 1, False),
    ],
)
def test_an_end_for_want_of_memory_is_recognised(kind, status, output, oom_kills, expected):
    assert is_memory(kind, status, output, oom_kills) is expected
