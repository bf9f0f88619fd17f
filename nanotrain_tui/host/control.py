"""The control socket: programs of the same user send requests and get answers, as JSON lines."""

import errno
import json
import os
import socket
import struct
from typing import Any, Callable, Dict, List, Optional

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.telemetry.line_splitter import LineSplitter

_NAME = "control.sock"
_LONGEST_REQUEST = 1 << 16
_MOST_UNSENT = 1 << 20  # bytes; a client that does not read its answers is disconnected
_MOST_CLIENTS = 32
_LINE_WITHIN_S = 10.0  # from the first byte of a request to its last
_CHECK_EVERY_S = 2.0
_NO_JSON = (float("inf"), float("-inf"))  # Python's parser accepts them, and NaN
_RETRY_S = 0.5  # until the next accept, after no descriptor was free
_PEER = struct.Struct("3i")  # pid, uid, gid of SO_PEERCRED: see unix(7)

Reply = Callable[[Dict[str, Any]], None]
Handler = Callable[[Dict[str, Any], Reply], None]


class ControlServer:
    """Listens on ``control.sock`` in the session's folder.

    ``handle(request, reply)`` is called for each request. ``reply`` may be called at any later
    time, even after the client has disconnected. Raises OSError.
    """

    def __init__(self, folder: str, loop: Loop, handle: Handler) -> None:
        self._loop = loop
        self._handle = handle
        self._is_closed = False  # to new clients
        self._clients: List[_Client] = []
        self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        # Bind relative to the open folder: an address holds 107 bytes, a path may be longer.
        self._folder = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._listening = self._listen()
        except OSError:
            os.close(self._folder)
            os.close(self._spare)
            raise
        self._checks = loop.every(_CHECK_EVERY_S, self._drop_unfinished)

    def is_in_place(self) -> bool:
        """Whether clients still find the socket in the folder."""
        try:
            found = os.stat(_NAME, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            return False
        return os.path.samestat(found, self._place)

    def restore(self) -> None:
        """Create the socket again after it was deleted; clients stay connected. Raises OSError."""
        listening = self._listen()
        self._loop.unwatch(self._listening.fileno())
        self._listening.close()
        self._listening = listening

    def stop_listening(self) -> None:
        """Accept no more clients, and remove the socket so that another host can create its own."""
        self._loop.cancel(self._checks)
        self._is_closed = True
        self._loop.unwatch(self._listening.fileno())
        self._remove()
        os.close(self._folder)
        if self._spare >= 0:
            os.close(self._spare)

    def close(self) -> None:
        """Disconnect all clients, including those in the backlog that were never accepted."""
        self._listening.close()
        for client in list(self._clients):
            client.close()

    def _listen(self) -> socket.socket:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._remove()  # left by a host that was killed: we hold its lock now
            listening.bind("/proc/self/fd/{}/{}".format(self._folder, _NAME))
            os.chmod(_NAME, 0o600, dir_fd=self._folder)
            listening.listen(_MOST_CLIENTS)
            listening.setblocking(False)
            self._place = os.stat(_NAME, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            listening.close()
            raise
        self._loop.watch(listening.fileno(), readable=self._accept)
        return listening

    def _remove(self) -> None:
        try:
            os.unlink(_NAME, dir_fd=self._folder)
        except FileNotFoundError:
            pass

    def _watch(self) -> None:
        if not self._is_closed:
            self._loop.watch(self._listening.fileno(), readable=self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._refuse_client()
            return  # or the client has disconnected
        _, uid, _ = _PEER.unpack(
            connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        )
        if uid not in (os.getuid(), 0):
            connection.close()
        elif len(self._clients) >= _MOST_CLIENTS and not self._drop_idle_client():
            _refuse(connection, "too many clients wait for an answer; try again later")
        else:
            connection.setblocking(False)
            client = _Client(connection, self._loop, self._handle, self._clients.remove)
            self._clients.append(client)

    def _refuse_client(self) -> None:
        """No descriptor is free: use the spare one to refuse a client, then stop for a while.

        Clients that wait keep the socket readable, so the loop would spin without the pause.
        """
        if self._spare >= 0:
            os.close(self._spare)
        try:
            connection, _ = self._listening.accept()
        except OSError:
            pass  # another thread has used the descriptor
        else:
            _refuse(connection, "the host has no file descriptor left; try again later")
        try:
            self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._spare = -1
        self._loop.unwatch(self._listening.fileno())
        self._loop.after(_RETRY_S, self._watch)

    def _drop_idle_client(self) -> bool:
        """Disconnect the client idle for longest, those that never sent a request first.

        Returns False if every client waits for an answer.
        """
        for client in list(self._clients):
            client.read()  # its request may have just arrived
        idle = [client for client in self._clients if not client.waits_for_answer]
        if not idle:
            return False
        min(idle, key=lambda client: (client.has_sent_request, client.last_request_at)).close()
        return True

    def _drop_unfinished(self) -> None:
        """Disconnect clients that began a request and have not completed it in time."""
        limit = self._loop.clock() - _LINE_WITHIN_S
        for client in list(self._clients):
            if client.line_since is not None and client.line_since < limit:
                client.close()


def _refuse(connection: socket.socket, why: str) -> None:
    """Send the reason, unless that would block, and disconnect."""
    with connection:
        connection.setblocking(False)
        try:
            connection.send(json.dumps({"id": None, "ok": False, "why": why}).encode() + b"\n")
        except OSError:
            pass


class _Client:
    """One connection. It never blocks the loop, whatever the client does."""

    def __init__(
        self,
        connection: socket.socket,
        loop: Loop,
        handle: Handler,
        closed: "Callable[[_Client], None]",
    ) -> None:
        self._connection: Optional[socket.socket] = connection
        self._fd = connection.fileno()
        self._loop = loop
        self._handle = handle
        self._closed = closed
        self._lines = LineSplitter(_LONGEST_REQUEST)
        self._unsent = bytearray()
        self._unanswered = 0
        self.has_sent_request = False
        self.last_request_at = loop.clock()
        self.line_since: Optional[float] = None  # when the incomplete request began, if any
        loop.watch(self._fd, readable=self.read)

    @property
    def waits_for_answer(self) -> bool:
        return self._unanswered > 0

    def close(self) -> None:
        """Disconnect; later answers are dropped."""
        if self._connection is None:
            return
        self._loop.unwatch(self._fd)
        self._connection.close()
        self._connection = None
        self._closed(self)

    def read(self) -> None:
        """Handle the data that has arrived, if any."""
        if self._connection is None:
            return
        try:
            data = self._connection.recv(_LONGEST_REQUEST)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        lines = self._lines.feed(data)
        now = self._loop.clock()
        if not self._lines.is_within_line:
            self.line_since = None
        elif self.line_since is None or lines:
            self.line_since = now
        for line in lines:
            self.has_sent_request, self.last_request_at = True, now
            self._handle_line(line)
        if self._lines.dropped:
            self._send({"id": None, "ok": False, "why": "the request is too long"})
            self.close()

    def _handle_line(self, line: bytes) -> None:
        try:
            request = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict):
            self._send({"id": None, "ok": False, "why": "a request is one JSON object a line"})
            return
        number = request.get("id")
        if isinstance(number, (dict, list)) or number in _NO_JSON or number != number:
            number = None

        unanswered = [True]

        def reply(answer: Dict[str, Any]) -> None:
            if unanswered:  # the handler may fail after it has answered
                unanswered.pop()
                self._unanswered -= 1
                self._send(dict(answer, id=number))

        self._unanswered += 1
        if not self._loop.safely(lambda: self._handle(request, reply)):
            why = "an internal error of nanotrain; trainer.log has the traceback"
            reply({"ok": False, "why": why})

    def _send(self, answer: Dict[str, Any]) -> None:
        if self._connection is None:
            return
        self._unsent += json.dumps(answer).encode() + b"\n"
        self._flush()
        if len(self._unsent) > _MOST_UNSENT:
            self.close()

    def _flush(self) -> None:
        if self._connection is None:
            return
        try:
            sent = self._connection.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        del self._unsent[:sent]
        self._loop.watch(self._fd, self.read, self._flush if self._unsent else None)
