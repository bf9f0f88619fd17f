"""Reads the kernel's figures on memory: proc(5), /proc/meminfo and /proc/buddyinfo."""

import os
import re
from typing import Dict, Optional, Tuple

from .sysfs import read_text

_PAGE_MB = 4096 / (1 << 20)
_ZONE = re.compile(r"zone +\w+((?: +\d+)+)", re.ASCII)


def read_meminfo(path: str) -> Dict[str, int]:
    """``/proc/meminfo`` in KiB by name; empty if it cannot be read."""
    kib = {}
    for line in (read_text(path, 1 << 16) or "").splitlines():
        name, _, value = line.partition(":")
        number = value.split()[:1]
        if number and number[0].isdecimal():
            kib[name] = int(number[0])
    return kib


def largest_free_block(root: str = "/") -> Optional[Tuple[int, float]]:
    """The number of free blocks of the largest size, and that size in MB; ``None`` if unknown.

    ``/proc/buddyinfo`` has a column for blocks of 1, 2, 4 ... pages of 4 KiB, summed here over all
    memory zones. tegrastats prints the same as ``lfb NxB``.
    """
    zones = _ZONE.findall(read_text(os.path.join(root, "proc/buddyinfo"), 1 << 16) or "")
    blocks: Dict[int, int] = {}
    for zone in zones:
        for order, count in enumerate(zone.split()):
            blocks[order] = blocks.get(order, 0) + int(count)
    free = [order for order, count in blocks.items() if count]
    return (blocks[max(free)], _PAGE_MB * 2 ** max(free)) if free else None


class SharedMemory:
    """Reads figures on a Jetson's shared memory that tegrastats does not print."""

    def __init__(self, root: str = "/") -> None:
        self._root = root
        self._meminfo = os.path.join(root, "proc/meminfo")

    def read(self, blocks: bool) -> Dict[str, float]:
        """``mem_available_mb`` and ``gpu_mapped_mb``; with ``blocks`` also ``lfb_*``."""
        kib = read_meminfo(self._meminfo)
        found: Dict[str, float] = {}
        # NvMapMemUsed: memory that all programs have mapped for the GPU (NVIDIA, "CUDA for Tegra")
        for key, name in (("mem_available_mb", "MemAvailable"), ("gpu_mapped_mb", "NvMapMemUsed")):
            if name in kib:
                found[key] = kib[name] // 1024
        block = largest_free_block(self._root) if blocks else None
        if block is not None:
            found["lfb_blocks"], found["lfb_mb"] = block
        return found
