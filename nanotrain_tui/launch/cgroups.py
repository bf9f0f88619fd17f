"""The memory that the limits of this process's control groups leave.

Source: the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
"""

import os
import re
from pathlib import PurePosixPath
from typing import List, Optional

from nanotrain_tui.telemetry.sysfs import read_int, read_text

_MOUNT = "sys/fs/cgroup"
# The files with limit and use, and the cache in the use that the kernel can free: versions 2 and 1.
_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
# 0::/user.slice in version 2, 5:cpu,memory:/docker/1a2b in version 1
_OWN_GROUP = re.compile(r"^\d+:(?:|(?:[^:\n]*,)?memory(?:,[^:\n]*)?):/?(.*)$", re.MULTILINE)


def left_by_cgroups(root: str = "/") -> List[float]:
    """MB that each limit leaves, from this process's own group up to the root group."""
    found = _OWN_GROUP.search(read_text(os.path.join(root, "proc/self/cgroup")) or "")
    if found is None:
        return []
    group = PurePosixPath(found.group(1).strip())
    folders = [
        os.path.join(root, _MOUNT, controller, str(place))
        for place in (group, *group.parents)
        for controller in ("", "memory")
    ]
    left = [_left_in(folder) for folder in folders]
    return [mb for mb in left if mb is not None]


def _left_in(folder: str) -> Optional[float]:
    for limit_file, use_file, cache_name in _FILES:
        limit = read_int(os.path.join(folder, limit_file))
        use = read_int(os.path.join(folder, use_file))
        if limit is not None and use is not None:
            stat = read_text(os.path.join(folder, "memory.stat"), 1 << 16) or ""
            cache = re.search(rf"^{cache_name} (\d+)$", stat, re.MULTILINE)
            return max(0.0, (limit - use + (int(cache.group(1)) if cache else 0)) / (1 << 20))
    return None
