"""Reads which processes hold the most memory: proc(5), ``statm`` and ``cmdline``."""

import os
import time
from typing import Callable, List, NamedTuple, Optional, Tuple

from .sysfs import read_text

EVERY_S = 10.0  # reading all processes takes milliseconds; the largest rarely change
MOST = 8  # processes that are kept
_INTERPRETERS = ("python", "bash", "sh", "perl", "node", "ruby", "java")
_LONGEST = 200  # characters of a name


class MemoryUser(NamedTuple):
    """A process and the memory that it does not share with others.

    On a Jetson, memory that the GPU driver allocates for a process is not part of it.
    """

    pid: int
    name: str  # the program; after an interpreter also its script or module
    mb: float  # of 2**20 bytes


class MemoryUsers:
    """The largest users of memory, read again when the last reading is old."""

    def __init__(self, root: str = "/", clock: Callable[[], float] = time.monotonic) -> None:
        self._root, self._clock = root, clock
        self._users: Tuple[MemoryUser, ...] = ()
        self._read_at: Optional[float] = None

    def read(self) -> Tuple[MemoryUser, ...]:
        """At most ``MOST`` processes, the largest first, as of the last ``EVERY_S`` seconds."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= EVERY_S:
            self._read_at = now
            self._users = tuple(read_memory_users(self._root))
        return self._users


def read_memory_users(root: str = "/", most: int = MOST) -> List[MemoryUser]:
    """The ``most`` largest processes, the largest first. Those that cannot be read are left out."""
    folder = os.path.join(root, "proc")
    page_mb = os.sysconf("SC_PAGE_SIZE") / float(1 << 20)
    try:
        pids = [int(name) for name in os.listdir(folder) if name.isdecimal()]
    except OSError:
        return []
    held = [(_own_pages(os.path.join(folder, str(pid), "statm")), pid) for pid in pids]
    largest = sorted((one for one in held if one[0] > 0), key=lambda one: (-one[0], one[1]))
    found = []
    for pages, pid in largest[:most]:
        name = _name(os.path.join(folder, str(pid)))
        if name:  # it may have ended since
            found.append(MemoryUser(pid, name, pages * page_mb))
    return found


def _own_pages(path: str) -> int:
    """Resident pages that are not shared; 0 if unknown."""
    fields = (read_text(path, 256) or "").split()
    if len(fields) < 3 or not (fields[1].isdecimal() and fields[2].isdecimal()):
        return 0
    return max(0, int(fields[1]) - int(fields[2]))


def _name(folder: str) -> str:
    """``python3 train.py``, ``python3 nanotrain_tui.trainer``, ``Xorg``; empty if unknown."""
    parts = (read_text(os.path.join(folder, "cmdline")) or "").split("\0")
    program = os.path.basename(parts[0].split(" ")[0]) if parts[0] else ""
    if not program:
        program = read_text(os.path.join(folder, "comm"), 64) or ""
    runs = ""
    if program.startswith(_INTERPRETERS):
        runs = _script_of(parts[1:])
    text = "{} {}".format(program, runs).strip()[:_LONGEST]
    return "".join(one if one.isprintable() else "?" for one in text)


def _script_of(arguments: List[str]) -> str:
    """The script or the module among the arguments of an interpreter; empty if there is none."""
    for place, argument in enumerate(arguments):
        if argument == "-m":
            return arguments[place + 1] if place + 1 < len(arguments) else ""
        if argument == "-c":
            return ""
        if argument and not argument.startswith("-"):
            return os.path.basename(argument)
    return ""
