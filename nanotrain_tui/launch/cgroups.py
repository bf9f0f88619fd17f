"""What the limits on this process's control groups leave of the memory.

Source: the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
"""

import re
from pathlib import Path

from nanotrain_tui.telemetry.sysfs import read_int, read_text

_MOUNT = "sys/fs/cgroup"
# Limit, use and the cache in it that is given back: in version 2 and in version 1.
_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
# 0::/user.slice in version 2, 5:cpu,memory:/docker/1a2b in version 1
_OURS = re.compile(r"^\d+:(?:|(?:[^:\n]*,)?memory(?:,[^:\n]*)?):/?(.*)$", re.MULTILINE)


def left_by_cgroups(root: str = "/") -> list[float]:
    """MB that each limit leaves, from this process's own group up to the root of all."""
    found = _OURS.search(read_text(str(Path(root, "proc/self/cgroup"))) or "")
    if found is None:
        return []
    group = Path(found[1].strip())
    folders = [
        Path(root, _MOUNT, mount, place)
        for place in (group, *group.parents)
        for mount in ("", "memory")
    ]
    left = (_left_in(folder) for folder in folders)
    return [mb for mb in left if mb is not None]


def _left_in(folder: Path) -> float | None:
    for limit_file, use_file, cache_name in _FILES:
        limit, use = read_int(str(folder / limit_file)), read_int(str(folder / use_file))
        if limit is not None and use is not None:
            stat = read_text(str(folder / "memory.stat"), 1 << 16) or ""
            cache = re.search(rf"^{cache_name} (\d+)$", stat, re.MULTILINE)
            return max(0.0, (limit - use + (int(cache[1]) if cache else 0)) / (1 << 20))
    return None
