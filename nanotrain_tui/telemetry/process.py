"""What a process has used of the CPU, by the kernel's own count."""

import os
from typing import Optional

from .sysfs import read_text


def process_cpu_s(pid: int) -> Optional[float]:
    """CPU-seconds of all threads of a process; None where the kernel does not tell."""
    stat = read_text("/proc/{}/stat".format(pid)) or ""
    ticks = stat.rpartition(")")[2].split()[11:13]  # utime and stime, after the name
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK") if len(ticks) == 2 else None
