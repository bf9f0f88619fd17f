"""Reads CPU load and memory of any Linux machine, through psutil or from ``/proc``."""

import os
import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .meminfo import read_meminfo
from .sysfs import is_jetson, read_text

_MIB = 1 << 20
_RANGE_END = re.compile(r"[0-9]{1,4}$")  # of "0-5"
_CORE_LINE = re.compile(r"^cpu([0-9]{1,4})((?: [0-9]{1,20}){4,})", re.MULTILINE)


class Memory(NamedTuple):
    """Memory and swap in MiB; "used" does not count the kernel's caches."""

    ram_used_mb: Optional[int]
    ram_total_mb: Optional[int]
    swap_used_mb: Optional[int]
    swap_total_mb: Optional[int]


class PsutilSource:
    """Reads through psutil."""

    name = "psutil"

    def __init__(self, psutil: Any) -> None:
        self._psutil = psutil
        # a load is measured since the previous call, so make the first call here
        self._cores = len(psutil.cpu_percent(percpu=True))

    def loads(self) -> List[Optional[float]]:
        """Load of each core in percent since the last call; empty if it is not known."""
        before = self._cores
        try:
            loads = list(self._psutil.cpu_percent(percpu=True))
        except (OSError, RuntimeError):
            return []
        self._cores = len(loads)
        # after a core went online or offline psutil compares the wrong cores
        return loads if len(loads) == before else []

    def memory(self) -> Memory:
        """Memory now."""
        try:
            ram = self._psutil.virtual_memory()
            swap = self._psutil.swap_memory()
        except (OSError, RuntimeError):
            return Memory(None, None, None, None)
        return Memory(
            (ram.total - ram.available) // _MIB,
            ram.total // _MIB,
            swap.used // _MIB if swap.total else None,
            swap.total // _MIB or None,
        )


class ProcSource:
    """Reads from ``/proc``; a Jetson's used memory is counted as tegrastats does."""

    name = "/proc"

    def __init__(self, root: str = "/") -> None:
        self._is_jetson = is_jetson(root)
        self._present = os.path.join(root, "sys/devices/system/cpu/present")
        self._stat = os.path.join(root, "proc/stat")
        self._meminfo = os.path.join(root, "proc/meminfo")
        self._times: Dict[int, Tuple[int, int]] = {}
        self.loads()

    def loads(self) -> List[Optional[float]]:
        """Load of each core in percent since the last call, ``None`` for an offline core."""
        before, self._times = self._times, _core_times(read_text(self._stat, 1 << 20) or "")
        if not before or not self._times:
            return []
        last = _RANGE_END.search(read_text(self._present) or "")
        count = max(int(last.group()) if last else 0, *self._times) + 1
        loads: List[Optional[float]] = [None] * count
        for core, (busy, total) in self._times.items():
            busy_before, total_before = before.get(core, (busy, total))
            if total > total_before:
                fraction = (busy - busy_before) / (total - total_before)
                loads[core] = round(100 * min(max(fraction, 0.0), 1.0), 1)
        return loads

    def memory(self) -> Memory:
        """Memory now."""
        kib = read_meminfo(self._meminfo)
        total, available = kib.get("MemTotal"), kib.get("MemAvailable")
        if self._is_jetson and "MemFree" in kib:
            available = sum(kib.get(name, 0) for name in ("MemFree", "Buffers", "Cached"))
        swap, free = kib.get("SwapTotal"), kib.get("SwapFree")
        return Memory(
            (total - available) // 1024 if total and available is not None else None,
            total // 1024 if total else None,
            (swap - free) // 1024 if swap and free is not None else None,
            swap // 1024 if swap else None,
        )


def _core_times(stat: str) -> Dict[int, Tuple[int, int]]:
    """Busy and total ticks of each online core, from /proc/stat (proc(5))."""
    times = {}
    for name, text in _CORE_LINE.findall(stat):
        ticks = [int(tick) for tick in text.split()[:8]]  # later columns are part of user
        idle = sum(ticks[3:5])  # idle and iowait
        times[int(name)] = (sum(ticks) - idle, sum(ticks))
    return times
