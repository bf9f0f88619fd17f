"""Of a progress bar, the log keeps the last state."""

import pytest

from nanotrain_tui.host.trainer.script_output import ScriptOutput


def cleaned(*parts: bytes) -> bytes:
    output = ScriptOutput()
    return b"".join(output.feed(part) for part in parts) + output.rest()


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_bar_becomes_its_last_state(size: int) -> None:
    bar = b"".join(b"%d/9 [==>...] - loss: 1\r" % n for n in range(1, 10))
    text = b"begin\n" + bar + b"9/9 [=====] - loss: 0.5\nend\n"
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    assert cleaned(*parts) == b"begin\n9/9 [=====] - loss: 0.5\nend\n"


def test_bars_that_are_written_line_by_line_are_one_line() -> None:
    lines = b"".join(b"%d/3 [==>...] - ETA\n\n" % n for n in range(1, 4))
    assert cleaned(b"Epoch 1\n" + lines + b"Epoch 2\n1/3 [>..]\n") == (
        b"Epoch 1\n3/3 [==>...] - ETA\nEpoch 2\n1/3 [>..]\n"
    )


def test_other_text_stays() -> None:
    assert cleaned(b"a\n\n  b\n3/4 of it\nlast") == b"a\n\n  b\n3/4 of it\nlast\n"
