"""A slow link: an SSH server of our own, behind a relay that forwards so many bytes a second."""

from __future__ import annotations

import getpass
import os
import queue
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SSHD = shutil.which("sshd") or ("/usr/sbin/sshd" if Path("/usr/sbin/sshd").exists() else "")
SSH = shutil.which("ssh") or ""
TICK_S = 0.02


class Relay:
    """Forwards one TCP connection to a port of this machine, ``rate`` bytes a second each way.

    It takes whatever it is sent at once, as long queues of routers and modems do. ``rate`` may be
    changed while it forwards; 0 is without a limit.
    """

    def __init__(self, port: int, rate: float = 0, latency_s: float = 0) -> None:
        self.rate = rate
        self.latency_s = latency_s
        self.delivered = 0  # bytes from the server that have come out here
        self.taken = 0  # bytes from the server that have gone in
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._sockets = [self._listening]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    @property
    def queued(self) -> int:
        """Bytes from the server that wait here."""
        return self.taken - self.delivered

    def close(self) -> None:
        for one in self._sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended before
            one.close()
        for thread in list(self._threads):
            thread.join(10)

    def _serve(self) -> None:
        try:
            client, _ = self._listening.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", self._to))
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sockets += [client, server]
        for source, target, counts in ((client, server, False), (server, client, True)):
            waiting: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
            self._threads += [
                threading.Thread(target=self._read, args=(source, waiting, counts), daemon=True),
                threading.Thread(target=self._write, args=(target, waiting, counts), daemon=True),
            ]
        for thread in self._threads[1:]:
            thread.start()

    def _read(
        self, source: socket.socket, waiting: queue.SimpleQueue[tuple[float, bytes]], counts: bool
    ) -> None:
        data = b"first"
        while data:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            self.taken += len(data) if counts else 0
            waiting.put((time.monotonic() + self.latency_s, data))

    def _write(
        self, target: socket.socket, waiting: queue.SimpleQueue[tuple[float, bytes]], counts: bool
    ) -> None:
        while True:
            due, data = waiting.get()
            if not data:
                break
            time.sleep(max(0.0, due - time.monotonic()))
            while data:
                some = data[: max(1, int(self.rate * TICK_S))] if self.rate else data
                try:
                    target.sendall(some)
                except OSError:
                    return
                data = data[len(some) :]
                self.delivered += len(some) if counts else 0
                if self.rate:
                    time.sleep(len(some) / self.rate)
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side has gone first


class Server:
    """An sshd for this user alone, with keys of its own in a folder that only we can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o700)
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)],
                check=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        (folder / "authorized").write_bytes((folder / "user.pub").read_bytes())
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        (folder / "config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {folder}/host\n"
            f"AuthorizedKeysFile {folder}/authorized\nPidFile none\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nPermitRootLogin yes\nAcceptEnv *\nPrintMotd no\n"
        )
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # sshd insists on it where root starts it
        with (folder / "sshd.log").open("wb") as log:
            self._process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(folder / "config")],
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                assert self._process.poll() is None, (self.folder / "sshd.log").read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError("sshd does not listen")

    def login(self, port: int, command: str) -> list[str]:
        """The ssh command that runs ``command`` in a terminal over there, through ``port``."""
        options = (
            "IgnoreUnknown=ObscureKeystrokeTiming",  # older than OpenSSH 9.5
            "StrictHostKeyChecking=no", f"UserKnownHostsFile={self.folder}/known", "LogLevel=ERROR",
            "IdentitiesOnly=yes", f"IdentityFile={self.folder}/user", "ControlPath=none",
            "ObscureKeystrokeTiming=no",
        )  # fmt: skip
        flags = [word for option in options for word in ("-o", option)]
        where = f"{getpass.getuser()}@127.0.0.1"
        return [SSH, "-F", "none", "-tt", *flags, "-p", str(port), where, command]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A server for as long as it is needed."""
    one = Server(folder)
    try:
        yield one
    finally:
        one.close()


def shell_line(command: Sequence[str], environ: dict[str, str]) -> str:
    """A command with its variables as one line for a shell."""
    return shlex.join(["env", *(f"{key}={value}" for key, value in environ.items()), *command])
