"""Runs a person's own script in the trainer's place.

The script's standard output and error are its own: they go to the session's log. The process of the
script that trains first connects to a socket, and gets two pipes: one for commands, one for events.
From then on it speaks the trainer's protocol. A script that never trains does not connect.
"""

import array
import json
import os
import secrets
import signal
import socket
import struct
import subprocess
from typing import Any, Callable, Dict, Optional, Set, Tuple

from nanotrain_tui.catalog.scripts import ON_HOST_DEATH
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.job import Job
from nanotrain_tui.host.trainer.process import CommandPipe, ProcessTrainer, SpawnError, die_with
from nanotrain_tui.host.trainer.script_output import ScriptOutput
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.regular import append_regular
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.paths import PathMap

SHIM = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "script_shim")
ADDRESS = "NANOTRAIN_SCRIPT"  # the variable with the socket's name
CONTINUE = "continue"
_OOM_SCORE_ADJ = b"500"  # the kernel kills the script before the host and sshd
_PEER = struct.Struct("3i")  # pid, uid, gid of SO_PEERCRED: see unix(7)
_AGAIN_S = 0.05
_NOT_YET = "the script has not called fit, so there is nothing to steer yet"
_GONE = "the process of the script that trained has ended"


class ScriptTrainer(ProcessTrainer):
    """A script in its own session and process group.

    ``spare(pid)`` is called if the script continues after the host's death. Raises SpawnError.
    """

    def __init__(self, job: Job, loop: Loop, spare: Optional[Callable[[int], None]] = None) -> None:
        self.paths = PathMap()
        self._kill_command, self._killer = [], None
        self._loop = loop
        self._owner: Optional[socket.socket] = None  # the connection of the process that trains
        self._owner_is_gone = self._is_closed = False
        self._unanswered: Set[int] = set()
        self._listening, name = _listen()
        goes_on = job.config.get(ON_HOST_DEATH) == CONTINUE
        env = {ADDRESS: name, "PYTHONPATH": _path_with_shim()}
        invocation = trainer_invocation(job.trainer_command, dict(job.env, **env))
        log = append_regular(SessionFolder(job.folder).log)
        try:
            self._process = subprocess.Popen(
                invocation.command,
                stdin=subprocess.DEVNULL,
                stdout=log if goes_on else subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=invocation.env,
                cwd=job.cwd,
                close_fds=True,
                start_new_session=True,
                preexec_fn=_prepare(None if goes_on else os.getpid()),
                bufsize=0,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self._listening.close()
            message = "cannot run {}: {}".format(job.trainer_command[0], error)
            failure = SpawnError(message)
            failure.key = "script.command"
            raise failure from error
        finally:
            os.close(log)
        self.pid = self._process.pid
        if goes_on and spare is not None:
            spare(self.pid)
        output = self._process.stdout
        self.stderr = None if output is None else output.fileno()
        if self.stderr is not None:
            os.set_blocking(self.stderr, False)
        self.clean = ScriptOutput()
        self.stdout, self._events = os.pipe()
        os.set_blocking(self.stdout, False)
        # Opened again, so that only our own writes do not wait: nobody else would empty the pipe.
        again = "/proc/self/fd/{}".format(self._events)
        self._own_events = os.open(again, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._commands_end, commands = os.pipe()
        self._commands = CommandPipe(commands, loop)
        loop.watch(self._listening.fileno(), readable=self._accept)

    def send(self, line: bytes) -> bool:
        """Queue one line; False if the script accepts no more."""
        message = json.loads(line.decode())
        if message["do"] == "start":
            return super().send(line)
        if self._owner is not None:
            self._unanswered.add(message["id"])
            return super().send(line)
        if message["do"] == "stop":
            self._signal(signal.SIGTERM)
            self._answer(message["id"])
        else:
            self._answer(message["id"], _GONE if self._owner_is_gone else _NOT_YET)
        return True

    def close(self) -> None:
        """Kill the script if it still runs, wait for it, and close the pipes."""
        self._loop.unwatch(self._listening.fileno())
        self._listening.close()
        self._drop_owner()
        super().close()
        self._is_closed = True
        for fd in (self.stdout, self._events, self._own_events, self._commands_end):
            os.close(fd)

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError:
            return
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        is_first = self._owner is None and not self._owner_is_gone
        if not is_first or _PEER.unpack(peer)[1] != os.getuid():
            connection.close()
            return
        pipes = array.array("i", [self._commands_end, self._events])
        try:
            connection.sendmsg([b"+"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, pipes)])
        except OSError:
            connection.close()
            return
        self._owner = connection
        self._loop.watch(connection.fileno(), readable=self._read_owner)

    def _read_owner(self) -> None:
        """Notice that the process that trains has ended; it sends nothing here."""
        if self._owner is None:
            return
        try:
            data = self._owner.recv(64)
        except OSError:
            data = b""
        if not data:
            self._drop_owner()
            self._owner_is_gone = True
            for number in sorted(self._unanswered):  # answers that were given before come first
                self._answer(number, _GONE)

    def _drop_owner(self) -> None:
        if self._owner is not None:
            self._loop.unwatch(self._owner.fileno())
            self._owner.close()
            self._owner = None

    def _answer(self, number: int, why: str = "") -> None:
        """Answer a command in the script's place."""
        body: Dict[str, Any] = {"event": "answer", "id": number, "ok": not why}
        if why:
            body["why"] = why
        self._write(json.dumps(body).encode() + b"\n")

    def _write(self, line: bytes) -> None:
        try:
            if not self._is_closed:
                os.write(self._own_events, line)  # short enough to be written at once, or not
        except BlockingIOError:
            self._loop.after(_AGAIN_S, lambda: self._write(line))

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.pid, number)
        except OSError:
            pass  # it has ended


def _listen() -> Tuple[socket.socket, str]:
    """A socket without a file, and its name: any length of the folder's path will do."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    name = "nanotrain-{}".format(secrets.token_hex(16))
    listening.bind("\0" + name)
    listening.listen(64)
    listening.setblocking(False)
    return listening, name


def _path_with_shim() -> str:
    """``PYTHONPATH`` with the shim before all else."""
    return os.pathsep.join(filter(None, (SHIM, os.environ.get("PYTHONPATH", ""))))


def _prepare(parent: Optional[int]) -> Callable[[], None]:
    """A function for the child: it dies with the host ``parent``, None to live on."""
    prepare = None if parent is None else die_with(parent)

    def run() -> None:
        if prepare is not None:
            prepare()
        try:
            score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
            os.write(score, _OOM_SCORE_ADJ)
            os.close(score)
        except OSError:
            pass  # a container may forbid it; then the kernel chooses

    return run
