"""The control socket: JSON lines from this user's programs, answered in their own time."""

import errno
import json
import os
import socket
import struct
from typing import Any, Callable, Dict, List, Optional

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.telemetry.lines import LineSplitter

_NAME = "control.sock"
_LONGEST_REQUEST = 1 << 16
_MOST_UNSENT = 1 << 20  # a client that does not read its answers is hung up on
_MOST_CLIENTS = 32
_LINE_WITHIN_S = 10.0  # from the first byte of a request to its last
_LOOK_EVERY_S = 2.0
_NO_JSON = (float("inf"), float("-inf"))  # Python's parser takes them, and NaN
_TRY_AGAIN_S = 0.5  # to take a client where no descriptor is free
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
        self._has_left = False
        self._clients: List[_Client] = []
        self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        # By way of the opened folder: an address holds 107 bytes, a path may be longer.
        self._folder = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._listening = self._listen()
        except OSError:
            os.close(self._folder)
            os.close(self._spare)
            raise
        self._looks = loop.every(_LOOK_EVERY_S, self._look)

    def is_whole(self) -> bool:
        """Whether clients still find the socket in the folder."""
        try:
            found = os.stat(_NAME, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            return False
        return os.path.samestat(found, self._place)

    def restore(self) -> None:
        """Listen again where the socket was deleted; clients stay. Raises OSError."""
        listening = self._listen()
        self._loop.unwatch(self._listening.fileno())
        self._listening.close()
        self._listening = listening

    def leave(self) -> None:
        """Take no more clients, and make room for another host's socket."""
        self._loop.cancel(self._looks)
        self._has_left = True
        self._loop.unwatch(self._listening.fileno())
        self._remove()
        os.close(self._folder)
        if self._spare >= 0:
            os.close(self._spare)

    def hang_up(self) -> None:
        """Let go of the clients, those not yet taken too: they learn that there is no answer."""
        self._listening.close()
        for client in list(self._clients):
            client.hang_up()

    def _listen(self) -> socket.socket:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._remove()  # of a host that was killed; the lock says that it is gone
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
        if not self._has_left:
            self._loop.watch(self._listening.fileno(), readable=self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._turn_away()
            return  # else it left again
        _, uid, _ = _PEER.unpack(
            connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        )
        if uid not in (os.getuid(), 0):
            connection.close()
        elif len(self._clients) >= _MOST_CLIENTS and not self._drop_idlest():
            _refuse(connection, "too many clients wait for an answer; try again later")
        else:
            connection.setblocking(False)
            client = _Client(connection, self._loop, self._handle, self._clients.remove)
            self._clients.append(client)

    def _turn_away(self) -> None:
        """No descriptor is left: answer one client with the spare one's, and take a break.

        Whoever waits keeps the socket readable, and the loop would turn without a pause.
        """
        if self._spare >= 0:
            os.close(self._spare)
        try:
            connection, _ = self._listening.accept()
        except OSError:
            pass  # somebody else took it
        else:
            _refuse(connection, "the host has no file descriptor left; try again later")
        try:
            self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._spare = -1
        self._loop.unwatch(self._listening.fileno())
        self._loop.after(_TRY_AGAIN_S, self._watch)

    def _drop_idlest(self) -> bool:
        """Make room for a client: one that never asked goes first; False where all are served."""
        for client in list(self._clients):
            client.read()  # its request may have come this moment
        idle = [client for client in self._clients if not client.waits_for_answer]
        if not idle:
            return False
        min(idle, key=lambda client: (client.has_asked, client.heard_at)).hang_up()
        return True

    def _look(self) -> None:
        """Hang up on those who began a request and do not end it."""
        limit = self._loop.clock() - _LINE_WITHIN_S
        for client in list(self._clients):
            if client.line_since is not None and client.line_since < limit:
                client.hang_up()


def _refuse(connection: socket.socket, why: str) -> None:
    """Say why in a line, as far as that goes without waiting, and hang up."""
    with connection:
        connection.setblocking(False)
        try:
            connection.send(json.dumps({"id": None, "ok": False, "why": why}).encode() + b"\n")
        except OSError:
            pass


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
        self._unanswered = 0
        self.has_asked = False
        self.heard_at = loop.clock()
        self.line_since: Optional[float] = None  # since when it is within a request
        loop.watch(self._fd, readable=self.read)

    @property
    def waits_for_answer(self) -> bool:
        return self._unanswered > 0

    def hang_up(self) -> None:
        """Close; answers that come later go nowhere."""
        if self._connection is None:
            return
        self._loop.unwatch(self._fd)
        self._connection.close()
        self._connection = None
        self._gone(self)

    def read(self) -> None:
        """Handle what has come from it, if anything."""
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
        lines = self._lines.feed(data)
        now = self._loop.clock()
        if not self._lines.is_within_line:
            self.line_since = None
        elif self.line_since is None or lines:
            self.line_since = now
        for line in lines:
            self.has_asked, self.heard_at = True, now
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
        if isinstance(number, (dict, list)) or number in _NO_JSON or number != number:
            number = None

        waits = [True]

        def reply(answer: Dict[str, Any]) -> None:
            if waits:  # else the handler failed after it had answered
                waits.pop()
                self._unanswered -= 1
                self._send(dict(answer, id=number))

        self._unanswered += 1
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
        self._loop.watch(self._fd, self.read, self._flush if self._unsent else None)
