"""The connection to the host: one process of a script gets it, the first that trains."""

import array
import base64
import collections
import json
import math
import os
import socket
import sys
import threading
from typing import Any, Callable, Deque, Dict, List, Optional

ADDRESS = "NANOTRAIN_SCRIPT"
_WITHIN_S = 10.0  # for the host's answer
_LARGEST = 3.4028234e38  # of float32
_MOST_LINE = 1 << 20

Command = Dict[str, Any]


def connect() -> Optional["Channel"]:
    """The channel to the host; None where another process has it, or there is no host."""
    name = os.environ.get(ADDRESS)
    if not name:
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_WITHIN_S)
        connection.connect("\0" + name)
        found = array.array("i")
        data, about, _, _ = connection.recvmsg(1, socket.CMSG_LEN(2 * found.itemsize))
        for level, kind, content in about:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                found.frombytes(content[: len(content) - len(content) % found.itemsize])
    except OSError:
        connection.close()
        return None
    if not data or len(found) != 2:
        connection.close()
        return None
    connection.settimeout(None)
    for fd in found:
        os.set_inheritable(fd, False)
    return Channel(connection, found[0], found[1])


class Channel:
    """Reads commands in a thread of its own, and writes events.

    ``on_stop(command)`` is called by that thread with a stop, and returns whether it was answered.
    ``on_end()`` is called by it when the host has gone.
    """

    def __init__(self, connection: socket.socket, commands: int, events: int) -> None:
        self.is_open = True
        self.on_stop: Callable[[Command], bool] = lambda _command: False
        self.on_end: Callable[[], None] = lambda: None
        self._connection, self._commands, self._events = connection, commands, events
        self._queue: Deque[Command] = collections.deque()
        self._filled = threading.Condition()
        self._writing = threading.Lock()
        threading.Thread(target=self._watch, name="nanotrain-host", daemon=True).start()
        threading.Thread(target=self._read, name="nanotrain-commands", daemon=True).start()

    def emit(self, event: str, **body: Any) -> None:
        """Write one event; nothing where the host is gone."""
        self.write([dict(body, event=event)])

    def write(self, messages: List[Dict[str, Any]]) -> None:
        """Write several messages at once."""
        lines = [json.dumps(one, allow_nan=False, separators=(",", ":")) for one in messages]
        data = "".join(line + "\n" for line in lines).encode("utf-8")
        with self._writing:
            try:
                while data and self.is_open:
                    data = data[os.write(self._events, data) :]
            except OSError:
                self._end()

    def answer(self, command: Command, why: Optional[str] = None) -> None:
        """Answer a command: done, or refused with the reason ``why``."""
        body = {"id": command.get("id"), "ok": why is None}
        if why is not None:
            body["why"] = why
        self.emit("answer", **body)

    @property
    def is_waiting(self) -> bool:
        """Whether a command waits; cheap enough to be asked after every batch."""
        return bool(self._queue)

    def take(self, wait: bool) -> Optional[Command]:
        """The next command; None if there is none, or the host has gone."""
        with self._filled:
            while wait and not self._queue and self.is_open:
                self._filled.wait(1.0)  # so that Ctrl+C is noticed
            return self._queue.popleft() if self._queue else None

    def take_stop(self) -> Optional[Command]:
        """A stop that waits, taken out of its turn; None if there is none."""
        with self._filled:
            found = next((one for one in self._queue if one["do"] == "stop"), None)
            if found is not None:
                self._queue.remove(found)
            return found

    def put(self, command: Command) -> None:
        """Add a command as if the host had sent it."""
        with self._filled:
            self._queue.append(command)
            self._filled.notify_all()

    def _read(self) -> None:
        rest = b""
        while self.is_open:
            try:
                data = os.read(self._commands, 1 << 16)
            except OSError:
                break
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            rest = rest[-_MOST_LINE:]
            for line in lines:
                self._accept(line)
        self._end()

    def _accept(self, line: bytes) -> None:
        try:
            command = json.loads(line.decode("utf-8"))
        except ValueError:
            return
        if not isinstance(command, dict) or not isinstance(command.get("do"), str):
            return
        if command["do"] != "stop" or not self.on_stop(command):
            self.put(command)

    def _watch(self) -> None:
        """Notice the host's end: its ends of the pipes are ours, too, so those stay open."""
        try:
            while self._connection.recv(64):
                pass
        except OSError:
            pass
        self._end()

    def _end(self) -> None:
        was_open, self.is_open = self.is_open, False
        with self._filled:
            self._filled.notify_all()
        if was_open:
            self.on_end()


def floats(values: Any) -> str:
    """Numbers as base64 of little-endian float32."""
    found = array.array("f", [_single(value) for value in values])
    if sys.byteorder != "little":
        found.byteswap()
    return base64.b64encode(found.tobytes()).decode("ascii")


def _single(value: float) -> float:
    """A value that fits float32: one that is too large becomes infinite."""
    return math.copysign(math.inf, value) if abs(value) > _LARGEST else value
