"""The trainer as a child process, or in a thread of this one.

Both kinds share one face: ``stdout`` and ``stderr`` are descriptors to wait on (stderr may be
None), ``paths`` is what it calls our folders, ``send`` queues a command, ``poll`` tells the exit
status once there is one.
"""

import ctypes
import os
import signal
import subprocess
import threading
import time
from typing import Any, BinaryIO, Callable, List, Optional, Sequence

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.job import Job
from nanotrain_tui.trainer_python import reaper
from nanotrain_tui.trainer_python.container import Invocation, find_paths
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.paths import PathMap

_PR_SET_PDEATHSIG = 1
_MOST_UNSENT = 4 << 20  # commands a trainer may leave unread
_PATIENCE_S = 5.0  # for a process that was killed to be reaped
_SAME = PathMap()


class SpawnError(Exception):
    """The trainer could not be started; ``key`` names what in the configuration is at fault."""

    key = "trainer.command"


class CommandPipe:
    """Lines to a trainer that may not be reading: queued, never waited for."""

    def __init__(self, fd: int, loop: Loop) -> None:
        self._fd = fd
        self._loop = loop
        self._unsent = bytearray()
        os.set_blocking(fd, False)

    def send(self, line: bytes) -> bool:
        """Queue one line; False where the trainer takes no more."""
        if self._fd < 0 or len(self._unsent) + len(line) > _MOST_UNSENT:
            return False
        self._unsent += line + b"\n"
        self._flush()
        return self._fd >= 0

    def close(self) -> None:
        """No more commands: the trainer's sign to end."""
        if self._fd >= 0:
            self._loop.unwatch(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _flush(self) -> None:
        try:
            sent = os.write(self._fd, self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()  # the trainer is gone: its exit tells the rest
            return
        del self._unsent[:sent]
        if self._unsent:
            self._loop.watch(self._fd, writable=self._flush)
        else:
            self._loop.unwatch(self._fd)


class ProcessTrainer:
    """A trainer in a process group of its own that dies with this one."""

    def __init__(
        self, invocation: Invocation, cwd: str, loop: Loop, paths: PathMap = _SAME
    ) -> None:
        self.paths = paths
        self._kill_command = invocation.kill
        self._killer: Optional["subprocess.Popen[bytes]"] = None
        command = invocation.command
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=invocation.env,
                cwd=cwd,
                close_fds=True,
                start_new_session=True,
                preexec_fn=_dies_with(os.getpid()),
                bufsize=0,
            )
        except (OSError, ValueError) as error:
            raise SpawnError("cannot run {}: {}".format(command[0], error)) from error
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self.pid = self._process.pid
        self.stdout: int = self._process.stdout.fileno()
        self.stderr: Optional[int] = self._process.stderr.fileno()
        os.set_blocking(self.stdout, False)
        os.set_blocking(self._process.stderr.fileno(), False)
        self._commands = CommandPipe(os.dup(self._process.stdin.fileno()), loop)
        self._process.stdin.close()

    def send(self, line: bytes) -> bool:
        return self._commands.send(line)

    def hang_up(self) -> None:
        """Close its standard input: it ends by itself."""
        self._commands.close()

    def poll(self) -> Optional[int]:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Signal the trainer and all it started; a container outlives whoever started it."""
        if self._kill_command and self.poll() is None:
            self._killer = self._killer or _start_quietly(self._kill_command)
        if self.poll() is None:
            reaper.kill_all(reaper.descendants(self.pid))  # those too that have left its group
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def close(self) -> None:
        """Leave nothing of it: processes, descriptors."""
        self.kill()
        self._commands.close()
        for process in filter(None, (self._process, self._killer)):
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                pass  # stuck in the kernel; the signal waits for it there
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


def process_trainer(
    job: Job, loop: Loop, at_death: Optional[Callable[[Sequence[str]], None]] = None
) -> ProcessTrainer:
    """The trainer as a child process: the rule.

    ``at_death(command)`` is told what ends a container, should this process be killed.
    """
    paths = find_paths(job.trainer_command, job.config.get("trainer.paths"))
    name = "nanotrain-{}-{:.0f}".format(os.path.basename(job.folder), 1000 * time.time())
    told = trainer_invocation(job.trainer_command, job.env, name)
    if at_death is not None:
        at_death(told.kill)
    return ProcessTrainer(told, job.cwd, loop, paths)


class ThreadTrainer:
    """A trainer in a thread of this process, over pipes: nothing can kill it but its own end.

    ``serve(commands, events)`` runs a whole training over two binary files and returns its status.
    """

    stderr: Optional[int] = None
    paths = _SAME

    def __init__(self, serve: "Callable[[BinaryIO, BinaryIO], int]", loop: Loop) -> None:
        self.pid = os.getpid()
        self._loop = loop
        self._status: Optional[int] = None
        self._is_let_go = False
        commands_in, commands_out = os.pipe()
        self.stdout, events_out = os.pipe()
        os.set_blocking(self.stdout, False)
        self._commands = CommandPipe(commands_out, loop)
        self._thread = threading.Thread(
            target=self._run,
            args=(serve, os.fdopen(commands_in, "rb"), os.fdopen(events_out, "wb")),
            name="nanotrain-trainer",
            daemon=True,
        )
        self._thread.start()

    def send(self, line: bytes) -> bool:
        return self._commands.send(line)

    def hang_up(self) -> None:
        self._commands.close()

    def poll(self) -> Optional[int]:
        return self._status

    def kill(self, number: int = signal.SIGKILL) -> None:
        """A thread cannot be killed: it is let go of, and ends when it next looks at its pipes."""
        self._commands.close()
        if self._status is None:
            self._status = -number
            self._is_let_go = True

    def close(self) -> None:
        self._commands.close()
        if not self._is_let_go:
            self._thread.join(_PATIENCE_S)
        os.close(self.stdout)

    def _run(self, serve: Any, commands: BinaryIO, events: BinaryIO) -> None:
        status = 1
        try:
            status = serve(commands, events)
        finally:
            self._status = status if self._status is None else self._status
            for stream in (events, commands):
                try:
                    stream.close()
                except OSError:
                    pass  # the host has gone first
            self._loop.wake()


def _start_quietly(command: List[str]) -> Optional["subprocess.Popen[bytes]"]:
    null = subprocess.DEVNULL
    try:
        return subprocess.Popen(
            command, stdin=null, stdout=null, stderr=null, start_new_session=True
        )
    except OSError:
        return None


def _dies_with(parent: int) -> Callable[[], None]:
    """For the new process: it dies when the host ends."""
    prctl = ctypes.CDLL(None).prctl  # looked up here: after a fork nothing may be loaded

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
