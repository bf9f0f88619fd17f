"""The line to the trainer: what it says, what else it prints, and how it ends."""

import os
import select
from typing import Any, Callable, Dict, Optional, Union

from nanotrain_tui.host.event_loop import Loop, Timer
from nanotrain_tui.host.trainer.log import TrainerLog
from nanotrain_tui.host.trainer.messages import BadMessage, parse_message
from nanotrain_tui.host.trainer.process import ProcessTrainer, ThreadTrainer
from nanotrain_tui.telemetry.lines import LineSplitter

LEAVE_WITHIN_S = 10.0  # a trainer that said its last word
_READ_SIZE = 1 << 16
_LONGEST_LINE = 4 << 20
_LONGEST_GARBAGE = 2000  # of one line, in the log
_MOST_LAST_WORDS = 1 << 24  # bytes read of a trainer that is gone

Trainer = Union[ProcessTrainer, ThreadTrainer]


class TrainerLink:
    """Reads a trainer until it has gone.

    ``heard(message)`` gets each valid message, ``garbled(why)`` is called for lines that are none
    (they go to the log), ``gone(exit_status)`` is called once, after the last message.
    """

    def __init__(
        self,
        trainer: Trainer,
        log: TrainerLog,
        loop: Loop,
        heard: Callable[[Dict[str, Any]], None],
        garbled: Callable[[str], None],
        gone: Callable[[int], None],
    ) -> None:
        self.trainer = trainer
        self.killed = ""  # why we killed it, if we did
        self._log = log
        self._loop = loop
        self._heard = heard
        self._garbled = garbled
        self._gone = gone
        self._is_gone = False
        self._lines = LineSplitter(_LONGEST_LINE)
        self._deadline: Optional[Timer] = None
        loop.watch(trainer.stdout, readable=self._read_messages)
        if trainer.stderr is not None:
            loop.watch(trainer.stderr, readable=self._read_prints)

    @property
    def is_gone(self) -> bool:
        """Whether its end has been seen, or it was let go of."""
        return self._is_gone

    def must_leave(self, within_s: float, why: str) -> None:
        """Kill it if it has not gone by then."""
        if self._deadline is not None:
            self._loop.cancel(self._deadline)
        self._deadline = self._loop.after(within_s, lambda: self.kill(why))

    def kill(self, why: str) -> None:
        """Kill it now, and all it started."""
        self.killed = why
        self.trainer.kill()

    def read_prints(self) -> None:
        """Take into the log what it has printed up to now: it comes on a pipe of its own."""
        if self.trainer.stderr is not None:
            self._drain(self.trainer.stderr, self._read_prints)

    def look(self) -> None:
        """See whether it has gone: a process may end without closing its pipes."""
        status = self.trainer.poll()
        if status is None or self._is_gone:
            return
        self._is_gone = True
        self._drain(self.trainer.stdout, self._read_messages)
        self.read_prints()
        self._gone(status)

    def garble(self, line: bytes, why: str) -> None:
        """Put what is no message into the log, and report it."""
        self._log.write("[{}] ".format(why).encode() + line[:_LONGEST_GARBAGE] + b"\n")
        self._garbled(why)

    def close(self) -> None:
        self._is_gone = True
        if self._deadline is not None:
            self._loop.cancel(self._deadline)
        for fd in (self.trainer.stdout, self.trainer.stderr):
            if fd is not None:
                self._loop.unwatch(fd)
        self.trainer.close()

    def _read_messages(self) -> None:
        data = _read(self.trainer.stdout)
        if not data:
            self._loop.unwatch(self.trainer.stdout)
            self.must_leave(LEAVE_WITHIN_S, "closed its output but stayed")
            self.look()
            return
        for line in self._lines.feed(data):
            self._take(line)
        if self._lines.dropped:
            self._lines.dropped = 0
            self.garble(b"[a line of more than 4 MiB]", "a line of more than 4 MiB")

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            message = parse_message(line)
        except BadMessage as error:
            self.garble(line, str(error))
        else:
            self._loop.safely(lambda: self._heard(message))

    def _read_prints(self) -> None:
        assert self.trainer.stderr is not None
        data = _read(self.trainer.stderr)
        if not data:
            self._loop.unwatch(self.trainer.stderr)
        self._log.write(data)

    def _drain(self, fd: int, read: Callable[[], None]) -> None:
        """Read what is left of its pipe, which something it started may still hold open."""
        left = _MOST_LAST_WORDS
        while left > 0 and self._loop.watches(fd) and select.select([fd], [], [], 0)[0]:
            read()
            left -= _READ_SIZE


def _read(fd: int) -> bytes:
    """What is there to read; empty at the end of the pipe."""
    try:
        return os.read(fd, _READ_SIZE)
    except BlockingIOError:
        return b""
