"""Sends commands to a running session through the Unix socket in its folder."""

import getpass
import json
import os
import socket
import time
from typing import Any, Dict, Optional

from nanotrain_tui.session.bodies import load_object
from nanotrain_tui.session.errors import NotResponding, NotRunning
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.text import printable_json

DEFAULT_TIMEOUT_S = 30.0
SOCKET_WAIT_S = 2.0  # a host creates a deleted socket again with its next heartbeat
_RETRY_S = 0.05
_LONGEST_REPLY = 1 << 20


class ControlClient:
    """A connection to a session's host, opened when first needed and reopened when it breaks.

    It must be used by one thread only.
    """

    def __init__(self, folder: SessionFolder) -> None:
        self.folder = folder
        self._socket: Optional[socket.socket] = None
        self._received = b""
        self._id = 0

    def __enter__(self) -> "ControlClient":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect; the session continues."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._received = b""

    def request(
        self, do: str, who: Optional[str] = None, timeout: float = DEFAULT_TIMEOUT_S, **args: Any
    ) -> Dict[str, Any]:
        """Send the command ``do`` and wait for the answer, at most ``timeout`` seconds.

        Returns ``{"ok": True, "state": "paused", "step": 412, ...}`` once the command is applied,
        or ``{"ok": False, "why": "..."}``. A command sent while TensorFlow loads is answered when
        it is applied. Raises NotRunning if there is no host, NotResponding if no answer comes (the
        command may still be applied).
        """
        self._id += 1
        message = dict(args, id=self._id, do=do, who=who or whoami())
        deadline = time.monotonic() + timeout
        try:
            connection = self._connect(deadline)
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            connection.sendall(json.dumps(message).encode() + b"\n")
            while True:
                reply = load_object(self._line(connection, deadline).decode("utf-8", "replace"))
                if reply is not None and reply.get("id") == self._id:
                    cleaned: Dict[str, Any] = printable_json(reply)
                    return cleaned
        except socket.timeout:
            self.close()
            raise NotResponding(
                "{} gave no answer in {:g} s; it may still apply {!r}".format(
                    self.folder.name, timeout, do
                )
            ) from None
        except (OSError, ValueError) as error:
            self.close()
            if self.folder.is_alive():
                raise NotResponding(
                    "{} disconnected before it answered: {}".format(self.folder.name, error)
                ) from error
            raise NotRunning("{} is not running".format(self.folder.name)) from error

    def _connect(self, deadline: float) -> socket.socket:
        if self._socket is not None and not _is_closed(self._socket):
            return self._socket
        self.close()
        if not self.folder.is_alive():
            raise NotRunning("{} is not running".format(self.folder.name))
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        give_up = min(deadline, time.monotonic() + SOCKET_WAIT_S)
        # Connect relative to the open folder: an address holds 107 bytes, a path may be longer.
        held = os.open(self.folder.path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            while True:
                connection.settimeout(max(0.001, deadline - time.monotonic()))
                try:
                    connection.connect("/proc/self/fd/{}/control.sock".format(held))
                    break
                except BlockingIOError:  # the backlog is full: many clients connect at once
                    if time.monotonic() > deadline:
                        raise socket.timeout() from None
                except (FileNotFoundError, ConnectionRefusedError):
                    if time.monotonic() > give_up or not self.folder.is_alive():
                        raise
                time.sleep(_RETRY_S)
        except OSError:
            connection.close()
            raise
        finally:
            os.close(held)
        self._socket = connection
        return connection

    def _line(self, connection: socket.socket, deadline: float) -> bytes:
        while b"\n" not in self._received:
            left = deadline - time.monotonic()
            if left <= 0:
                raise socket.timeout()
            connection.settimeout(left)
            data = connection.recv(65536)
            if not data:
                raise ConnectionResetError("the connection was closed")
            self._received += data
            if len(self._received) > _LONGEST_REPLY:
                raise ValueError("a reply that is too long")
        line, self._received = self._received.split(b"\n", 1)
        return line


def _is_closed(connection: socket.socket) -> bool:
    """Whether the host has closed the connection: it drops idle clients to make room for others."""
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def whoami() -> str:
    """``user@host``, recorded as the one who asked."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        user = str(os.getuid())
    return "{}@{}".format(user, socket.gethostname())
