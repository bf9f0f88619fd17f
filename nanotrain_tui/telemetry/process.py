"""Reads the CPU time of a process from the kernel: proc(5)."""

import os
from typing import Optional

from .sysfs import read_text


def process_cpu_s(pid: int) -> Optional[float]:
    """CPU seconds used by all threads of a process; None if it cannot be read."""
    stat = read_text("/proc/{}/stat".format(pid)) or ""
    ticks = stat.rpartition(")")[2].split()[11:13]  # utime and stime, after the name
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK") if len(ticks) == 2 else None
