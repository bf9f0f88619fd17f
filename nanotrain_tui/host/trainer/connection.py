"""The connection to the trainer: reads its messages and its other output until it exits."""

import os
import select
from typing import Any, Callable, Dict, Optional, Union

from nanotrain_tui.host.event_loop import Loop, Timer
from nanotrain_tui.host.trainer.messages import BadMessage, parse_message
from nanotrain_tui.host.trainer.process import ProcessTrainer, ThreadTrainer
from nanotrain_tui.host.trainer.trainer_log import TrainerLog
from nanotrain_tui.telemetry.line_splitter import LineSplitter

EXIT_WITHIN_S = 10.0  # of the trainer, after its last message
_READ_SIZE = 1 << 16
_LONGEST_LINE = 4 << 20
_LONGEST_INVALID = 2000  # bytes of one invalid line, in the log
_MOST_LEFT = 1 << 24  # bytes read from the pipe of a trainer that has exited

Trainer = Union[ProcessTrainer, ThreadTrainer]


class TrainerLink:
    """Reads the output of a trainer until it has exited.

    ``on_message(message)`` is called for each valid message, ``on_invalid(why)`` for each invalid
    line, which goes to the log. ``on_exit(status)`` is called once, after the last message.
    """

    def __init__(
        self,
        trainer: Trainer,
        log: TrainerLog,
        loop: Loop,
        on_message: Callable[[Dict[str, Any]], None],
        on_invalid: Callable[[str], None],
        on_exit: Callable[[int], None],
    ) -> None:
        self.trainer = trainer
        self.killed = ""  # why the host killed it, if it did
        self._log = log
        self._loop = loop
        self._on_message = on_message
        self._on_invalid = on_invalid
        self._on_exit = on_exit
        self._is_gone = False
        self._lines = LineSplitter(_LONGEST_LINE)
        self._deadline: Optional[Timer] = None
        loop.watch(trainer.stdout, readable=self._read_messages)
        if trainer.stderr is not None:
            loop.watch(trainer.stderr, readable=self._read_stderr)

    @property
    def is_gone(self) -> bool:
        """Whether the trainer's exit was handled, or the connection is closed."""
        return self._is_gone

    def kill_after(self, delay_s: float, why: str) -> None:
        """Kill the trainer if it has not exited in ``delay_s`` seconds."""
        if self._deadline is not None:
            self._loop.cancel(self._deadline)
        self._deadline = self._loop.after(delay_s, lambda: self.kill(why))

    def kill(self, why: str) -> None:
        """Kill the trainer and the processes it has started."""
        self.killed = why
        self.trainer.kill()

    def read_stderr(self) -> None:
        """Copy the output on standard error so far to the log."""
        if self.trainer.stderr is not None:
            self._drain(self.trainer.stderr, self._read_stderr)

    def check_exit(self) -> None:
        """Check whether the trainer has exited: its children may keep its pipes open."""
        status = self.trainer.poll()
        if status is None or self._is_gone:
            return
        self._is_gone = True
        self._drain(self.trainer.stdout, self._read_messages)
        self.read_stderr()
        if self.trainer.clean is not None:
            self._log.write(self.trainer.clean.rest())
        self._on_exit(status)

    def reject_line(self, line: bytes, why: str) -> None:
        """Write an invalid line to the log, and report it."""
        self._log.write("[{}] ".format(why).encode() + line[:_LONGEST_INVALID] + b"\n")
        self._on_invalid(why)

    def close(self) -> None:
        """Kill the trainer if it still runs, and close its pipes."""
        self._is_gone = True
        if self._deadline is not None:
            self._loop.cancel(self._deadline)
        for fd in (self.trainer.stdout, self.trainer.stderr):
            if fd is not None:
                self._loop.unwatch(fd)
        self.trainer.close()

    def _read_messages(self) -> None:
        data = _read(self.trainer.stdout)
        if data is None:
            return
        if not data:
            self._loop.unwatch(self.trainer.stdout)
            self.kill_after(EXIT_WITHIN_S, "closed its output but did not exit")
            self.check_exit()
        for line in self._lines.feed(data):
            self._handle_line(line)
        if self._lines.dropped:
            self._lines.dropped = 0
            self.reject_line(b"[a line of more than 4 MiB]", "a line of more than 4 MiB")

    def _handle_line(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            message = parse_message(line)
        except BadMessage as error:
            self.reject_line(line, str(error))
        else:
            self._loop.safely(lambda: self._on_message(message))

    def _read_stderr(self) -> None:
        assert self.trainer.stderr is not None
        data = _read(self.trainer.stderr)
        if data is None:
            return
        if not data:
            self._loop.unwatch(self.trainer.stderr)
        clean = self.trainer.clean
        self._log.write(data if clean is None else clean.feed(data))

    def _drain(self, fd: int, read: Callable[[], None]) -> None:
        """Read what is left in a pipe, which the trainer's children may still hold open."""
        left = _MOST_LEFT
        while left > 0 and self._loop.watches(fd) and select.select([fd], [], [], 0)[0]:
            read()
            left -= _READ_SIZE


def _read(fd: int) -> Optional[bytes]:
    """The data that can be read now: empty at the end of the pipe, None if there is none yet."""
    try:
        return os.read(fd, _READ_SIZE)
    except BlockingIOError:
        return None  # a callback has read it since the loop found the descriptor readable
