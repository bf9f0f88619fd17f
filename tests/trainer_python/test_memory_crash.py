"""Which trainers ended because memory ran out, and the message for each end."""

import pytest

from nanotrain_tui.trainer_python.crash import is_memory, reason


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


@pytest.mark.parametrize(
    ("status", "output", "oom_kills", "words"),
    [
        (None, "", 0, "went away"),
        (0, "", 1, "ended without a word (exit status 0)"),
        (3, "", 1, "ended with exit status 3"),
        (-15, "", 1, "was ended by SIGTERM (signal 15)"),
        (143, "", 1, "was ended by SIGTERM (signal 15)"),
        (-9, "", 1, "was killed (SIGKILL) by the kernel's out-of-memory killer"),
        (137, "", 2, "was killed (SIGKILL) by the kernel's out-of-memory killer"),
        (-9, "", None, "was killed (SIGKILL); the kernel's out-of-memory killer does this too"),
        (-9, "", 0, "was killed (SIGKILL) by a person or a program, not for lack of memory"),
    ],
)
def test_each_end_is_told(status, output, oom_kills, words):
    assert reason(status, output, oom_kills) == f"the trainer {words}"
    assert reason(status, output, oom_kills, "the script") == f"the script {words}"


def test_an_output_that_tells_of_memory_is_believed_more_than_a_count_of_0():
    message = reason(-9, "MemoryError", 0)
    assert message.startswith("the trainer was killed (SIGKILL); the kernel's out-of-memory killer")
