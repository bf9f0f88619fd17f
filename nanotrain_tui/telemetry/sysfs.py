"""Reads small files of the kernel; a file that is missing or invalid is not an error."""

import os
import re
from typing import List, Optional, Tuple

_MOST = 64  # devices of a kind


def is_jetson(root: str = "/") -> bool:
    """Whether this is a Jetson: a Tegra, whose CPU and GPU share one memory."""
    compatible = read_text(os.path.join(root, "proc/device-tree/compatible")) or ""
    release = os.path.join(root, "etc/nv_tegra_release")
    return "nvidia,tegra" in compatible or os.path.exists(release)


def read_text(path: str, limit: int = 4096) -> Optional[str]:
    """The start of a small file, stripped of blanks and NULs; ``None`` if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(limit).decode("utf-8", "replace").strip(" \t\r\n\0")
    except OSError:
        return None


def read_int(path: str) -> Optional[int]:
    """The whole number in a file; ``None`` if the file does not hold one."""
    try:
        return int(read_text(path, 32) or "")
    except ValueError:
        return None


def folders(folder: str, prefix: str = "") -> List[str]:
    """Paths of the entries of a folder that begin with ``prefix``, sorted by number.

    At most 64; empty if the folder cannot be read.
    """
    try:
        names = [name for name in os.listdir(folder) if name.startswith(prefix)]
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names, key=_by_number)[:_MOST]]


def _by_number(name: str) -> Tuple[int, str]:
    digits = re.sub(r"[^0-9]", "", name)
    return (int(digits or 0), name)
