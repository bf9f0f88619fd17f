"""Describes the machine and the software that a session runs on, for its recording."""

import os
import platform
import sys
from functools import lru_cache
from typing import Any, Dict, Optional

from nanotrain_tui import __version__
from nanotrain_tui.telemetry.board import describe_board
from nanotrain_tui.telemetry.meminfo import read_meminfo


@lru_cache(maxsize=1)
def describe_environment() -> Dict[str, Any]:
    """The environment of a segment; the versions of the trainer's libraries follow in ``ready``.

    It is read once a process. Memory is in MB, clocks are in MHz; unknown values are None. A power
    mode that is changed during the training shows in the clocks of the samples.
    """
    board = describe_board()
    memory_kib = read_meminfo("/proc/meminfo").get("MemTotal")
    return {
        "nanotrain": __version__,
        "host_python": platform.python_version(),
        "hostname": platform.node(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "board": board.model,
        "jetpack": _first_line("/etc/nv_tegra_release"),
        "l4t": board.l4t,
        "cpus": os.cpu_count(),
        "byte_order": sys.byteorder,
        "memory_mb": memory_kib and memory_kib // 1024,
        "power_mode": board.power_mode,
        "power_mode_id": board.power_mode_id,
        "clocks_locked": board.clocks_locked,
        "gpu_max_mhz": board.gpu.max_mhz,
        "gpu_top_mhz": board.gpu.top_mhz,
        "cpu_max_mhz": board.cpu.max_mhz,
        "cpu_top_mhz": board.cpu.top_mhz,
    }


def _first_line(path: str) -> Optional[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline(500).strip().rstrip("\0") or None
    except OSError:
        return None
