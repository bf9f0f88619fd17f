"""The control socket: JSON lines from this user's programs, answered in their own time."""

import json
import os
import socket
import struct
from typing import Any, Callable, Dict, List, Optional

from nanotrain_tui.host.lines import LineSplitter
from nanotrain_tui.host.loop import Loop

_LONGEST_REQUEST = 1 << 16
_MOST_UNSENT = 1 << 20  # a client that does not read its answers is hung up on
_MOST_CLIENTS = 32
_PEER = struct.Struct("3i")  # pid, uid, gid of SO_PEERCRED

Reply = Callable[[Dict[str, Any]], None]
Handler = Callable[[Dict[str, Any], Reply], None]


class ControlServer:
    """Listens in the session's folder; ``handle(request, reply)`` is called for each request.

    ``reply`` may be called at any time after, also when the client has long gone.
    """

    def __init__(self, folder: str, loop: Loop, handle: Handler) -> None:
        self._loop = loop
        self._handle = handle
        self._clients: List[_Client] = []
        # By way of the opened folder: an address holds 107 bytes, a path may be longer.
        self._folder = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._remove()  # of a host that was killed; the lock says that it is gone
            self._listening.bind("/proc/self/fd/{}/control.sock".format(self._folder))
            os.chmod("control.sock", 0o600, dir_fd=self._folder)
            self._listening.listen(_MOST_CLIENTS)
            self._listening.setblocking(False)
        except OSError:
            self._listening.close()
            os.close(self._folder)
            raise
        loop.watch(self._listening.fileno(), readable=self._accept)

    def leave(self) -> None:
        """Take no more clients, and make room for another host's socket."""
        self._loop.unwatch(self._listening.fileno())
        self._remove()
        os.close(self._folder)

    def hang_up(self) -> None:
        """Let go of the clients, those not yet taken too: they learn that there is no answer."""
        self._listening.close()
        for client in list(self._clients):
            client.hang_up()

    def _remove(self) -> None:
        try:
            os.unlink("control.sock", dir_fd=self._folder)
        except FileNotFoundError:
            pass

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError:
            return  # it left again, or descriptors are short
        _, uid, _ = _PEER.unpack(
            connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        )
        if uid not in (os.getuid(), 0) or len(self._clients) >= _MOST_CLIENTS:
            connection.close()
            return
        connection.setblocking(False)
        self._clients.append(_Client(connection, self._loop, self._handle, self._clients.remove))


class _Client:
    """One connection; a client that is slow, silent or rude costs the loop nothing."""

    def __init__(
        self,
        connection: socket.socket,
        loop: Loop,
        handle: Handler,
        gone: "Callable[[_Client], None]",
    ) -> None:
        self._connection: Optional[socket.socket] = connection
        self._fd = connection.fileno()
        self._loop = loop
        self._handle = handle
        self._gone = gone
        self._lines = LineSplitter(_LONGEST_REQUEST)
        self._unsent = bytearray()
        loop.watch(self._fd, readable=self._read)

    def hang_up(self) -> None:
        """Close; answers that come later go nowhere."""
        if self._connection is None:
            return
        self._loop.unwatch(self._fd)
        self._connection.close()
        self._connection = None
        self._gone(self)

    def _read(self) -> None:
        if self._connection is None:
            return
        try:
            data = self._connection.recv(_LONGEST_REQUEST)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.hang_up()
            return
        for line in self._lines.feed(data):
            self._request(line)
        if self._lines.dropped:
            self._send({"id": None, "ok": False, "why": "the request is too long"})
            self.hang_up()

    def _request(self, line: bytes) -> None:
        try:
            request = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict):
            self._send({"id": None, "ok": False, "why": "a request is one JSON object a line"})
            return
        number = request.get("id")
        if isinstance(number, (dict, list)):
            number = None

        def reply(answer: Dict[str, Any]) -> None:
            self._send(dict(answer, id=number))

        if not self._loop.safely(lambda: self._handle(request, reply)):
            reply({"ok": False, "why": "nanotrain made an error; trainer.log has the traceback"})

    def _send(self, answer: Dict[str, Any]) -> None:
        if self._connection is None:
            return
        self._unsent += json.dumps(answer).encode() + b"\n"
        self._flush()
        if len(self._unsent) > _MOST_UNSENT:
            self.hang_up()

    def _flush(self) -> None:
        if self._connection is None:
            return
        try:
            sent = self._connection.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.hang_up()
            return
        del self._unsent[:sent]
        self._loop.watch(self._fd, self._read, self._flush if self._unsent else None)
