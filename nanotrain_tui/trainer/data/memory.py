"""Whether data fits into the memory of this machine, before it is read."""

import re

from .dataset import DataError

_MEMINFO = "/proc/meminfo"


def check_room(needed: int, key: str, name: str, hint: str, meminfo: str = _MEMINFO) -> None:
    """Raises DataError if so many bytes are more than what is available.

    Where the kernel does not say what is available, everything fits.
    """
    try:
        with open(meminfo) as file:
            found = re.search(r"^MemAvailable:\s+(\d+) kB", file.read(), re.MULTILINE)
    except OSError:
        return
    if found and needed > int(found.group(1)) << 10:
        message = "{} takes about {:,} MB of memory, and {:,} MB are available. {}"
        free = int(found.group(1)) >> 10
        raise DataError(key, message.format(name, needed >> 20, free, hint))
