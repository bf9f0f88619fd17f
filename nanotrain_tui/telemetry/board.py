"""Describes this machine, for ``nanotrain doctor`` and for the recording of a session."""

import os
import re
import shutil
import subprocess
from typing import Dict, List, NamedTuple, Optional, Tuple

from .clocks import ClockRange, JetsonGpu, cpu_clock_range
from .sysfs import is_jetson, read_text

_NVPMODEL_TIMEOUT_S = 2.0
_DEFAULT = re.compile(r"<\s*PM_CONFIG\s+DEFAULT=(\d+)\s*>", re.ASCII)
_MODEL = re.compile(r"<\s*POWER_MODEL\s+ID=(\d+)\s+NAME=(\S+)\s*>", re.ASCII)


class SwapArea(NamedTuple):
    """One area of swap, sizes in MiB; ``kind`` is "zram", "file" or "partition"."""

    name: str
    kind: str
    total_mb: int
    used_mb: int


class BoardInfo(NamedTuple):
    """A machine; ``None`` for what cannot be read or what this machine does not have."""

    is_jetson: bool
    model: Optional[str]  # "NVIDIA Jetson Nano Developer Kit"
    l4t: Optional[str]  # "32.7.1"
    power_mode: Optional[str]  # "MAXN"
    power_mode_id: Optional[int]  # its number, for nvpmodel -m
    power_modes: Dict[int, str]  # all modes of this board, by number
    gpu: ClockRange
    cpu: ClockRange  # of the fastest core
    swap: List[SwapArea]  # empty: no swap

    @property
    def clocks_locked(self) -> Optional[bool]:
        """Whether the clocks of GPU and CPU are fixed, as by ``jetson_clocks``."""
        known = [clock.locked for clock in (self.gpu, self.cpu) if clock.locked is not None]
        return all(known) if known else None


def describe_board(root: str = "/") -> BoardInfo:
    """The machine whose files are under ``root``. Runs ``nvpmodel -q`` for at most 2 s."""
    modes = _power_modes(root)
    name, number = _power_mode(root)
    if name is None and number is not None:
        name = modes.get(number)
    jetson = is_jetson(root)
    return BoardInfo(
        jetson,
        read_text(os.path.join(root, "proc/device-tree/model")) or None,
        _l4t_version(root),
        name,
        number,
        modes,
        JetsonGpu(root).clock_range() if jetson else ClockRange(),
        cpu_clock_range(root),
        _swap_areas(root),
    )


def _l4t_version(root: str) -> Optional[str]:
    """Parsed from ``# R32 (release), REVISION: 7.1, GCID: ...``."""
    text = read_text(os.path.join(root, "etc/nv_tegra_release")) or ""
    found = re.search(r"R(\d+) \(release\), REVISION: (\d+(?:\.\d+)*)", text, re.ASCII)
    return "{}.{}".format(*found.groups()) if found else None


def _power_mode(root: str) -> Tuple[Optional[str], Optional[int]]:
    """The name and the number of the power mode.

    They come from nvpmodel's line ``NV Power Mode: MAXN`` and the line below it. Otherwise the
    number is read from nvpmodel's status file, or is the default of its configuration if there is
    no such file.
    """
    answer = _ask_nvpmodel(os.path.join(root, "usr/sbin/nvpmodel"))
    found = re.search(r"NV Power Mode: *(\S[^\r\n]*)(?:\r?\n(\d+)\s*$)?", answer, re.ASCII | re.M)
    if found is not None:
        return found.group(1).strip(), int(found.group(2)) if found.group(2) else None
    status = os.path.join(root, "var/lib/nvpmodel/status")
    if os.path.exists(status):
        found = re.search(r"pmode:(\d+)", read_text(status) or "", re.ASCII)
    else:
        found = _DEFAULT.search("\n".join(_configuration(root)))
    return None, int(found.group(1)) if found else None


def _ask_nvpmodel(path: str) -> str:
    program = shutil.which(path)
    if program is None:
        return ""
    try:
        answer = subprocess.run(
            [program, "-q"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_NVPMODEL_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.decode("utf-8", "replace")


def _power_modes(root: str) -> Dict[int, str]:
    """Parsed from the lines ``< POWER_MODEL ID=0 NAME=MAXN >`` of nvpmodel's configuration."""
    found = filter(None, map(_MODEL.search, _configuration(root)))
    return {int(mode.group(1)): mode.group(2) for mode in found}


def _configuration(root: str) -> List[str]:
    """The lines of nvpmodel's configuration, without its comments."""
    text = read_text(os.path.join(root, "etc/nvpmodel.conf"), 1 << 17) or ""
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]


def _swap_areas(root: str) -> List[SwapArea]:
    """Parsed from the lines ``NAME TYPE SIZE USED PRIORITY`` of ``/proc/swaps``, in KiB."""
    areas = []
    text = read_text(os.path.join(root, "proc/swaps"), 1 << 16) or ""
    for line in text.splitlines()[1:]:
        words = line.split()
        if len(words) >= 5 and words[2].isdecimal() and words[3].isdecimal():
            name, kind, total, used = words[:4]
            if os.path.basename(name).startswith("zram"):
                kind = "zram"
            areas.append(SwapArea(name, kind, int(total) // 1024, int(used) // 1024))
    return areas
