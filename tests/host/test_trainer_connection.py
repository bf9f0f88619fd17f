"""The connection to a trainer, over pipes without a process."""

import os

import pytest

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.trainer.connection import TrainerLink
from nanotrain_tui.host.trainer.trainer_log import TrainerLog


class PipeTrainer:
    """A trainer whose two outputs the test writes."""

    clean = None

    def __init__(self):
        self.stdout, self.writes_messages = os.pipe()
        self.stderr, self.prints = os.pipe()
        for fd in (self.stdout, self.stderr):
            os.set_blocking(fd, False)

    def poll(self):
        return None

    def close(self):
        for fd in (self.stdout, self.writes_messages, self.stderr, self.prints):
            os.close(fd)


@pytest.fixture
def loop():
    loop = Loop()
    yield loop
    loop.close()


def test_output_that_was_read_already_is_not_taken_for_the_end_of_the_pipe(loop, tmp_path):
    """A handler of a message may read standard error while the loop has it down as readable."""
    trainer, log = PipeTrainer(), TrainerLog(str(tmp_path / "trainer.log"))
    link = TrainerLink(
        trainer, log, loop, lambda _message: link.read_stderr(), lambda _why: None, lambda _: None
    )
    os.write(trainer.writes_messages, b'{"event": "paused", "step": 3}\n')
    os.write(trainer.prints, b"a warning\n")
    loop.turn(0)
    assert log.recent_text() == "a warning\n"
    assert loop.watches(trainer.stdout) and loop.watches(trainer.stderr)
    os.write(trainer.prints, b"another\n")
    loop.turn(0)
    assert log.recent_text() == "a warning\nanother\n"
    link.close()
    log.close()
