"""The machine a session runs on, for its record."""

import os
import platform
import sys
from typing import Any, Dict, Optional

from nanotrain_tui import __version__


def describe_environment() -> Dict[str, Any]:
    """Where and by what this segment is recorded; what it trains with follows in ``ready``."""
    return {
        "nanotrain": __version__,
        "host_python": platform.python_version(),
        "hostname": platform.node(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "board": _first_line("/proc/device-tree/model"),
        "jetpack": _first_line("/etc/nv_tegra_release"),
        "cpus": os.cpu_count(),
        "byte_order": sys.byteorder,
    }


def _first_line(path: str) -> Optional[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline(500).strip().rstrip("\0") or None
    except OSError:
        return None
