"""Ends all that a process has started, also what has left its group and its parent.

The kernel gives orphans to the nearest ancestor that is a "subreaper" (Linux 3.4), so the
subreaper must be above the process that may die. This file is imported, and it also runs as a
program of its own: it loads no other module of ours.

    python reaper.py LEASH WITHIN_S COMMAND ...

runs a command to its end, at most WITHIN_S seconds (0: no limit). When the other end of the
socket LEASH (a descriptor) closes, because its owner died or closed it, everything is killed.
Exits as the command does. Where the command cannot be run, its errno is written to LEASH.
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
# Signals that Python or we handle; a new program gets the defaults, as from a shell.
_RESET_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ)
_NOT_KILLED = ("conmon",)  # podman's: it ends with its container, and removes it
_GIVE_UP_AFTER_S = 10.0
# The first and the longest pause: most processes end in milliseconds, one in the kernel may not.
_CHECK_EVERY_S = (0.005, 0.5)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies; does nothing outside Linux."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (OSError, AttributeError):
        pass


def end_descendants(spared: int = 0) -> None:
    """Kill every child, grandchild and so on, and return when none is left.

    The process ``spared`` and its own descendants stay, and nobody waits for them. Processes of
    another user cannot be killed: after 10 s it returns where only those are left.
    """
    wait_s, longest_s = _CHECK_EVERY_S
    give_up_at = time.monotonic() + _GIVE_UP_AFTER_S
    while _reap():
        kept = {spared, *descendants(spared)} if spared else set()
        others = [pid for pid in descendants() if pid not in kept]
        if kept and not others:
            return
        killed = kill_all(others)
        if not killed and time.monotonic() > give_up_at:
            return
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, longest_s)


def kill_all(pids: Iterable[int]) -> int:
    """Kill these processes where that is allowed and needed; returns how many were killed."""
    killed = 0
    for pid in pids:
        try:
            if _name_of(pid) not in _NOT_KILLED:
                os.kill(pid, signal.SIGKILL)
                killed += 1
        except OSError:
            pass  # it has ended, or is another user's
    return killed


def run_within(command: List[str], seconds: float) -> None:
    """Run a command and wait for its end, at most this long."""
    pid = os.fork()
    if not pid:
        _become(command)
    deadline = time.monotonic() + seconds
    while not os.waitpid(pid, os.WNOHANG)[0] and time.monotonic() < deadline:
        time.sleep(_CHECK_EVERY_S[0])


def descendants(of: Optional[int] = None) -> List[int]:
    """All processes below ``of`` (default: this process), by the kernel's present parents."""
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
    """Collect the children that have ended; returns whether any is still running."""
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
            # state and parent follow the name, which may hold any character
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None  # it has ended


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
    _close_standard_streams()  # only the command may keep those pipes open
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
        for number in _RESET_SIGNALS:
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
