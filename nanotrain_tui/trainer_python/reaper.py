"""Ends all that a process has started, also what has left its group and its parent.

The kernel hands orphans to the nearest ancestor that asked for them (a "subreaper", Linux 3.4), so
whoever adopts them must be above the process that may die. This file is imported, and run as a
program of its own: it loads no other module of ours.

    python reaper.py LEASH WITHIN_S COMMAND ...

runs a command to its end, at most WITHIN_S seconds (0: no limit). When the other end of the
socket LEASH (a descriptor) closes, because its owner has died or wants no more, everything is
killed. Exits as the command does; where that cannot be run, its errno is written to LEASH.
"""

import ctypes
import os
import resource
import select
import signal
import sys
import time
from typing import Dict, Iterable, List, Optional, Set

_PR_SET_CHILD_SUBREAPER = 36
# What Python or we have changed: a new program shall have what it would have from a shell.
_CHANGED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ)
_LEFT_TO_THEMSELVES = ("conmon",)  # podman's: it ends with its container, and removes it
_PATIENCE_S = 10.0
_LOOK_EVERY_S = (
    0.005,
    0.5,
)  # a killed process is gone in milliseconds, one stuck in the kernel not


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies; without Linux nothing happens."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (OSError, AttributeError):
        pass


def end_descendants() -> None:
    """Kill every child, grandchild and so on, and return when none is left.

    Those that cannot be killed, of another user, must go by themselves; they are left in the end.
    """
    wait_s, longest_s = _LOOK_EVERY_S
    leave_at = time.monotonic() + _PATIENCE_S
    while _reap():
        killed = kill_all(descendants())
        if not killed and time.monotonic() > leave_at:
            return
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, longest_s)


def kill_all(pids: Iterable[int]) -> int:
    """Kill these processes but those that may not or need not be killed; how many were."""
    killed = 0
    for pid in pids:
        try:
            if _name_of(pid) not in _LEFT_TO_THEMSELVES:
                os.kill(pid, signal.SIGKILL)
                killed += 1
        except OSError:
            pass  # gone meanwhile, or another user's
    return killed


def run_within(command: List[str], seconds: float) -> None:
    """Run a command that is not waited for any longer."""
    pid = os.fork()
    if not pid:
        _become(command)
    deadline = time.monotonic() + seconds
    while not os.waitpid(pid, os.WNOHANG)[0] and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S[0])


def descendants(of: Optional[int] = None) -> List[int]:
    """All processes below one (this one), by what the kernel says of parents now."""
    children: Dict[int, List[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            parent = _parent_of(entry)
            if parent is not None:
                children.setdefault(parent, []).append(int(entry))
    found: Set[int] = set()
    left = [os.getpid() if of is None else of]
    while left:
        new = [pid for pid in children.get(left.pop(), []) if pid not in found]
        found.update(new)
        left += new
    return sorted(found)


def exit_as(status: int) -> None:
    """End this process as another did, by its wait status, without a core dump of our own."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def _reap() -> bool:
    """Collect children that have ended; whether any is left that has not."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if not pid:
            return True


def _name_of(pid: int) -> str:
    try:
        with open("/proc/{}/comm".format(pid), encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


def _parent_of(pid: str) -> Optional[int]:
    try:
        with open("/proc/{}/stat".format(pid), "rb") as file:
            # behind the name, which may hold anything: state and parent
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None  # it ended meanwhile


def _run(leash: int, within_s: float, command: List[str]) -> int:
    """Run a command until it ends, the leash breaks or its time is up: its wait status."""
    adopt_orphans()
    os.set_inheritable(leash, False)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    pid = os.fork()
    if not pid:
        _become(command, leash)
    _close_standard_streams()  # only the command shall hold those pipes open
    deadline = time.monotonic() + within_s if within_s else None
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready = select.select([leash, woken], [], [], left)[0]
        if leash in ready or not ready:
            status = signal.SIGKILL  # as a wait status: ended by this signal
            break
        os.read(woken, 64)
    end_descendants()
    return int(status)


def _become(command: List[str], report: int = -1) -> None:
    """In a new process: run the command in a session of its own; writes an errno to ``report``."""
    try:
        os.setsid()
        for number in _CHANGED:
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)
    except OSError as error:
        if report >= 0:
            os.write(report, str(error.errno).encode())
    finally:
        os._exit(127)


def _close_standard_streams() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    exit_as(_run(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
