"""The pipe to the host: JSON lines, commands in and events out."""

import base64
import json
import math
import queue
import threading
from typing import Any, BinaryIO, Callable, Dict, List, Optional, Union

import numpy as np

Command = Dict[str, Any]
MAX_LINE_BYTES = 1 << 20  # a configuration takes about 2 kB


class Failed(Exception):
    """Ends a run. ``kind`` is one of config, data, checkpoint, memory and error."""

    def __init__(self, kind: str, message: str, key: Optional[str] = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.key = kind, message, key


class Closed(Exception):
    """The host closed the pipe: the trainer ends at once."""


class Stopped(Exception):
    """A stop came before training began; ``command`` must be answered."""

    def __init__(self, command: Command) -> None:
        super().__init__()
        self.command = command


def floats(values: Any) -> str:
    """Numbers as base64 of little-endian float32: NaN is not JSON, and lists are slow."""
    return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode("ascii")


def number(value: float) -> Union[float, str]:
    """A JSON number, or "nan", "inf", "-inf"."""
    return float(value) if math.isfinite(value) else str(float(value))


class Events:
    """Events to the host, one JSON object a line; any thread may emit."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def emit(self, event: str, **body: Any) -> None:
        """Write one event. Raises Closed where the host is gone."""
        line = json.dumps(dict(body, event=event), allow_nan=False, separators=(",", ":")) + "\n"
        try:
            with self._lock:
                self._stream.write(line.encode("utf-8"))
                self._stream.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            raise Closed() from error

    def answer(self, command: Command, step: int, why: Optional[str] = None) -> None:
        """Answer a command: done, or refused with the reason ``why``."""
        body = {"id": command.get("id"), "ok": why is None, "step": step}
        if why is not None:
            body["why"] = why
        self.emit("answer", **body)


class Commands:
    """Commands from the host, read by a thread of its own so that none waits for TensorFlow.

    ``ended`` is called when the host closes the pipe, ``abandoned`` with a stop that comes before
    training began. Both are called by the reading thread and may end the process.
    """

    def __init__(
        self,
        stream: BinaryIO,
        events: Events,
        ended: Callable[[], None] = lambda: None,
        abandoned: Callable[[Command], None] = lambda _command: None,
    ) -> None:
        self._stream, self._events = stream, events
        self._ended, self._abandoned = ended, abandoned
        self._queue: "queue.Queue[Optional[Command]]" = queue.Queue()
        self._backlog: List[Command] = []
        self._lock = threading.Lock()
        self._starting = True
        self._stop_asked: Optional[Command] = None
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def wait_for_start(self) -> Command:
        """Wait for the command ``start``; keep the commands before it. Raises Closed or Stopped."""
        while True:
            command = self._get(None)
            if command is None:
                continue
            if command["do"] == "start":
                return command
            self._backlog.append(command)
            self.check()

    def check(self) -> None:
        """Raise Stopped if a stop has arrived while the run starts."""
        if self._stop_asked is not None:
            raise Stopped(self._stop_asked)

    def begin(self) -> None:
        """Note that training begins: from now on, a stop is a command like any other."""
        with self._lock:
            self._starting = False
        self.check()

    def take(self, timeout_s: Optional[float] = 0.0) -> Optional[Command]:
        """The next command, or None after ``timeout_s`` (None: wait). Raises Closed."""
        return self._backlog.pop(0) if self._backlog else self._get(timeout_s)

    def peek(self) -> Optional[Command]:
        """The command that ``take`` would give now. Raises Closed."""
        if not self._backlog:
            command = self._get(0.0)
            if command is not None:
                self._backlog.append(command)
        return self._backlog[0] if self._backlog else None

    def _get(self, timeout_s: Optional[float]) -> Optional[Command]:
        try:
            command = self._queue.get(timeout_s != 0.0, timeout_s)
        except queue.Empty:
            return None
        if command is None:
            raise Closed()
        return command

    def _read(self) -> None:
        try:
            for line in iter(lambda: self._stream.readline(MAX_LINE_BYTES), b""):
                command = self._parse(line)
                if command is not None:
                    self._accept(command)
        except (OSError, ValueError, Closed):
            pass  # the pipe broke or was closed by another thread: the same as its end
        self._queue.put(None)
        self._ended()

    def _parse(self, line: bytes) -> Optional[Command]:
        try:
            command = json.loads(line.decode("utf-8"))
        except ValueError:
            command = None
        if not isinstance(command, dict) or not isinstance(command.get("do"), str):
            self._events.emit("warned", message="A line that is no command was ignored.")
            return None
        return command

    def _accept(self, command: Command) -> None:
        with self._lock:
            stop_now = self._starting and command["do"] == "stop" and self._stop_asked is None
            if stop_now:
                self._stop_asked = command
        if stop_now:
            self._abandoned(command)
        self._queue.put(command)
