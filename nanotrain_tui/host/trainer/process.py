"""Runs the trainer as a child process, or in a thread of the host's process.

Both classes have the same interface. ``stdout`` and ``stderr`` are descriptors to wait for (stderr
may be None). ``pid`` is the process id. ``paths`` translates paths for a container. ``send`` queues
a command, ``poll`` returns the exit status once there is one.
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
from nanotrain_tui.host.trainer.script_output import ScriptOutput
from nanotrain_tui.trainer_python import reaper
from nanotrain_tui.trainer_python.container import Invocation, find_paths
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.paths import PathMap

_PR_SET_PDEATHSIG = 1
_MOST_UNSENT = 4 << 20  # bytes of commands that a trainer may leave unread
_WAIT_S = 5.0  # for a killed process to exit
_SAME = PathMap()


class SpawnError(Exception):
    """The trainer could not be started; ``key`` names the configuration key at fault."""

    key = "trainer.command"


class CommandPipe:
    """Writes lines to a trainer without blocking: what the pipe does not take is queued."""

    def __init__(self, fd: int, loop: Loop) -> None:
        self._fd = fd
        self._loop = loop
        self._unsent = bytearray()
        os.set_blocking(fd, False)

    def send(self, line: bytes) -> bool:
        """Queue one line, without its line feed; False if the queue is full or the pipe closed."""
        if self._fd < 0 or len(self._unsent) + len(line) > _MOST_UNSENT:
            return False
        self._unsent += line + b"\n"
        self._flush()
        return self._fd >= 0

    def close(self) -> None:
        """Close the pipe: at its end the trainer exits."""
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
            self.close()  # the trainer has exited, which is handled elsewhere
            return
        del self._unsent[:sent]
        if self._unsent:
            self._loop.watch(self._fd, writable=self._flush)
        else:
            self._loop.unwatch(self._fd)


class ProcessTrainer:
    """A trainer in its own session and process group; the kernel kills it if the host dies.

    ``clean`` filters its output for the log; None: it is written as it is.

    ``invocation`` is the command, its environment and the command that kills its container.
    Raises SpawnError.
    """

    clean: Optional[ScriptOutput] = None

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
                preexec_fn=die_with(os.getpid()),
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
        """Queue one line; False if the trainer accepts no more."""
        return self._commands.send(line)

    def close_input(self) -> None:
        """Close the trainer's standard input: then it exits by itself."""
        self._commands.close()

    def poll(self) -> Optional[int]:
        """The exit status, negative for a signal; None while the trainer runs."""
        return self._process.poll()

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Signal the trainer and its descendants, and kill its container, which is not a child."""
        if self._kill_command and self.poll() is None:
            self._killer = self._killer or _start_silent(self._kill_command)
        if self.poll() is None:
            reaper.kill_all(reaper.descendants(self.pid))  # also those that left the group
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def close(self) -> None:
        """Kill the trainer if it still runs, wait for it, and close the pipes."""
        self.kill()
        self._commands.close()
        for process in filter(None, (self._process, self._killer)):
            try:
                process.wait(_WAIT_S)
            except subprocess.TimeoutExpired:
                pass  # stuck in a system call; the signal takes effect when that returns
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


def process_trainer(
    job: Job, loop: Loop, on_container: Optional[Callable[[Sequence[str]], None]] = None
) -> ProcessTrainer:
    """Start the job's trainer as a child process, which is the default.

    ``on_container(command)`` gets the command that kills the trainer's container, for the case that
    this process is killed; it is empty without a container. Raises SpawnError or ContainerError.
    """
    paths = find_paths(job.trainer_command, job.config.get("trainer.paths"))
    name = "nanotrain-{}-{:.0f}".format(os.path.basename(job.folder), 1000 * time.time())
    invocation = trainer_invocation(job.trainer_command, job.env, name)
    if on_container is not None:
        on_container(invocation.kill)
    return ProcessTrainer(invocation, job.cwd, loop, paths)


class ThreadTrainer:
    """A trainer in a thread of the host's process, connected by pipes. A thread cannot be killed.

    ``serve(commands, events)`` runs a whole training over two binary files and returns its exit
    status.
    """

    stderr: Optional[int] = None
    clean: Optional[ScriptOutput] = None
    paths = _SAME

    def __init__(self, serve: "Callable[[BinaryIO, BinaryIO], int]", loop: Loop) -> None:
        self.pid = os.getpid()
        self._loop = loop
        self._status: Optional[int] = None
        self._is_abandoned = False
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
        """Queue one line; False if the trainer accepts no more."""
        return self._commands.send(line)

    def close_input(self) -> None:
        """Close the pipe for commands: then the trainer ends by itself."""
        self._commands.close()

    def poll(self) -> Optional[int]:
        """The exit status; None while the thread runs."""
        return self._status

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Abandon the thread, which ends when it next uses its pipes."""
        self._commands.close()
        if self._status is None:
            self._status = -number
            self._is_abandoned = True

    def close(self) -> None:
        """Close the pipes, and wait a limited time for the thread unless it is abandoned."""
        self._commands.close()
        if not self._is_abandoned:
            self._thread.join(_WAIT_S)
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
                    pass  # the host has closed the other end
            self._loop.wake()


def _start_silent(command: List[str]) -> Optional["subprocess.Popen[bytes]"]:
    null = subprocess.DEVNULL
    try:
        return subprocess.Popen(
            command, stdin=null, stdout=null, stderr=null, start_new_session=True
        )
    except OSError:
        return None


def die_with(parent: int) -> Callable[[], None]:
    """A function for the child process: the kernel kills it when the host dies (prctl(2))."""
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: a child must load nothing

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
