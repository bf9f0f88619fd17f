"""The shim's channel in this process, with the host's ends of its pipes."""

import base64
import json
import os
import socket
import struct
import threading

from nanotrain_tui.script_shim._nanotrain_shim.channel import Channel


class Wire:
    """``channel`` is the script's end; the rest is what a host does."""

    def __init__(self) -> None:
        self._host, script = socket.socketpair()
        commands, self._commands = os.pipe()
        self._events, events = os.pipe()
        os.set_blocking(self._events, False)
        others = threading.enumerate()
        self.channel = Channel(script, commands, events)
        self._threads = [one for one in threading.enumerate() if one not in others]
        self._fds = (self._commands, commands, self._events, events)
        self._script = script

    def send(self, data: bytes) -> None:
        """Write bytes as a host that may be of another version."""
        os.write(self._commands, data)

    def events(self) -> list[dict]:
        """The events since the last call."""
        try:
            data = os.read(self._events, 1 << 20)
        except BlockingIOError:
            return []
        return [json.loads(line) for line in data.splitlines()]

    def steps(self) -> list[tuple[int, dict[str, list[float]]]]:
        """The first step and the values of each row since the last call."""
        return steps_of(self.events())

    def close(self) -> None:
        """End as a host that is killed."""
        if self._host.fileno() < 0:
            return
        self._host.close()
        os.close(self._commands)
        for one in self._threads:
            one.join(60)
            assert not one.is_alive()
        for fd in self._fds[1:]:
            os.close(fd)
        self._script.close()


def steps_of(events: list[dict]) -> list[tuple[int, dict[str, list[float]]]]:
    """The first step and the values of each row."""
    return [
        (one["first_step"], {name: numbers(text) for name, text in one["metrics"].items()})
        for one in events
        if one["event"] == "steps"
    ]


def numbers(text: str) -> list[float]:
    """Base64 of little-endian float32."""
    data = base64.b64decode(text)
    return list(struct.unpack(f"<{len(data) // 4}f", data))
