"""What this machine is, read once, for ``nanotrain doctor``."""

import os
import re
import shutil
import subprocess
from typing import List, NamedTuple, Optional

from .sysfs import is_jetson, read_text

_NVPMODEL_TIMEOUT_S = 5.0


class SwapArea(NamedTuple):
    """One area of swap, sizes in MiB; ``kind`` is "zram", "file" or "partition"."""

    name: str
    kind: str
    total_mb: int
    used_mb: int


class BoardInfo(NamedTuple):
    """``None`` for what this machine does not tell, and for what only a Jetson has elsewhere."""

    is_jetson: bool
    model: Optional[str]  # "NVIDIA Jetson Nano Developer Kit"
    l4t: Optional[str]  # "32.7.1"
    power_mode: Optional[str]  # "MAXN"
    swap: List[SwapArea]  # empty: no swap


def describe_board(root: str = "/") -> BoardInfo:
    """The machine whose files are under ``root``. Runs ``nvpmodel -q``, for 5 s at most."""
    return BoardInfo(
        is_jetson(root),
        read_text(os.path.join(root, "proc/device-tree/model")) or None,
        _l4t_version(root),
        _power_mode(root),
        _swap_areas(root),
    )


def _l4t_version(root: str) -> Optional[str]:
    """From ``# R32 (release), REVISION: 7.1, GCID: ...``."""
    text = read_text(os.path.join(root, "etc/nv_tegra_release")) or ""
    found = re.search(r"R(\d+) \(release\), REVISION: (\d+(?:\.\d+)*)", text, re.ASCII)
    return "{}.{}".format(*found.groups()) if found else None


def _power_mode(root: str) -> Optional[str]:
    """From nvpmodel's ``NV Power Mode: MAXN``."""
    program = shutil.which(os.path.join(root, "usr/sbin/nvpmodel"))
    if program is None:
        return None
    try:
        answer = subprocess.run(
            [program, "-q"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_NVPMODEL_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(rb"NV Power Mode: *(\S[^\r\n]*)", answer.stdout)
    return found.group(1).decode("utf-8", "replace").strip() if found else None


def _swap_areas(root: str) -> List[SwapArea]:
    """From the lines ``NAME TYPE SIZE USED PRIORITY`` of ``/proc/swaps``, sizes in KiB."""
    areas = []
    for line in (read_text(os.path.join(root, "proc/swaps"), 1 << 16) or "").splitlines()[1:]:
        words = line.split()
        if len(words) >= 4 and words[2].isdigit() and words[3].isdigit():
            name, kind, total, used = words[:4]
            if os.path.basename(name).startswith("zram"):
                kind = "zram"
            areas.append(SwapArea(name, kind, int(total) // 1024, int(used) // 1024))
    return areas
