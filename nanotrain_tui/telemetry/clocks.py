"""Reads load and clocks of a Jetson's GPU, CPU and memory controller from their drivers."""

import os
import re
from typing import Dict, NamedTuple, Optional

from .sysfs import folders, read_int, read_text

_DEVFREQ = "sys/class/devfreq"
_CPUFREQ = "sys/devices/system/cpu"
# 57000000.gpu (Nano, TX1), 17000000.gp10b (TX2), .gv11b (Xavier), .ga10b or .gpu (Orin), and
# gpu-gpc-0 (Thor)
_GPU = re.compile(r".*\.(?:gpu|gm20b|gp10b|gv11b|ga10b|gb10b)|gpu(?:-gpc-?\d+)?")
_LOADS = (
    "sys/devices/gpu.0/load",
    "sys/devices/platform/gpu.0/load",
    "sys/devices/platform/bus@0/17000000.gpu/load",
    "sys/devices/platform/17000000.gpu/load",
    "sys/devices/platform/17000000.ga10b/load",
)
# Only root can read these on most releases.
_EMC_CLOCKS = (
    "sys/kernel/debug/bpmp/debug/clk/emc/rate",
    "sys/kernel/debug/clk/emc/clk_rate",
    "sys/kernel/debug/tegra_bwmgr/emc_rate",
)
_EMC_ACTIVITY = "sys/kernel/actmon_avg_activity/mc_all"  # kHz of the controller's clock in use


class ClockRange(NamedTuple):
    """Clocks in MHz; ``None`` for what cannot be read."""

    now_mhz: Optional[int] = None
    min_mhz: Optional[int] = None
    max_mhz: Optional[int] = None  # allowed by the power mode
    top_mhz: Optional[int] = None  # the highest of the hardware

    @property
    def locked(self) -> Optional[bool]:
        """Whether the clock is fixed, as by ``jetson_clocks``."""
        if self.min_mhz is None or self.max_mhz is None:
            return None
        return self.min_mhz == self.max_mhz


class JetsonGpu:
    """Reads the GPU's load (a file in thousandths) and clock."""

    def __init__(self, root: str = "/") -> None:
        gpus = [f for f in folders(os.path.join(root, _DEVFREQ)) if _GPU.fullmatch(_name(f))]
        self._devfreq = gpus[0] if gpus else None
        loads = [os.path.join(root, path) for path in _LOADS]
        loads += [os.path.join(gpu, "device/load") for gpu in gpus]
        self._load = next((path for path in loads if read_int(path) is not None), None)

    def load_percent(self) -> Optional[float]:
        """Load in percent; ``None`` if it cannot be read."""
        value = read_int(self._load) if self._load else None
        return value / 10 if value is not None and 0 <= value <= 1000 else None

    def freq_mhz(self) -> Optional[int]:
        """The present clock in MHz."""
        return _mhz(self._devfreq, "cur_freq") if self._devfreq else None

    def max_mhz(self) -> Optional[int]:
        """The highest clock that the power mode allows, in MHz."""
        return _mhz(self._devfreq, "max_freq") if self._devfreq else None

    def clock_range(self) -> ClockRange:
        """The present clock and its limits."""
        folder = self._devfreq
        if folder is None:
            return ClockRange()
        listed = (read_text(os.path.join(folder, "available_frequencies")) or "").split()
        known = [int(hertz) for hertz in listed if hertz.isdecimal()]
        top = max(known) // 1000000 if known else None
        return ClockRange(
            _mhz(folder, "cur_freq"), _mhz(folder, "min_freq"), _mhz(folder, "max_freq"), top
        )


class MemoryController:
    """Reads the memory controller's clock and load, if this user may read them."""

    def __init__(self, root: str = "/") -> None:
        clocks = (os.path.join(root, path) for path in _EMC_CLOCKS)
        self._clock = next((path for path in clocks if read_int(path) is not None), None)
        self._activity = os.path.join(root, _EMC_ACTIVITY)

    def read(self) -> Dict[str, int]:
        """``emc_freq_mhz`` and ``emc_load_percent``, if they are known."""
        hertz = read_int(self._clock) if self._clock else None
        if not hertz or hertz < 0:
            return {}
        found = {"emc_freq_mhz": hertz // 1000000}
        busy_khz = read_int(self._activity)
        if busy_khz is not None and 0 <= busy_khz * 1000 <= hertz:
            found["emc_load_percent"] = round(100 * busy_khz * 1000 / hertz)
        return found


class AllowedClocks:
    """Reads the highest clocks that the present power mode allows."""

    def __init__(self, root: str = "/") -> None:
        self._gpu = JetsonGpu(root)
        # of the first core, which is always online
        self._cpu = os.path.join(root, _CPUFREQ, "cpu0/cpufreq/scaling_max_freq")

    def read(self) -> Dict[str, int]:
        """``gpu_max_mhz`` and ``cpu_max_mhz``, if they are known."""
        kilohertz = read_int(self._cpu)
        found = {
            "gpu_max_mhz": self._gpu.max_mhz(),
            "cpu_max_mhz": None if kilohertz is None or kilohertz < 0 else kilohertz // 1000,
        }
        return {name: mhz for name, mhz in found.items() if mhz}


def cpu_clock_range(root: str = "/") -> ClockRange:
    """The clocks of the fastest core that is online."""
    ranges = []
    for core in folders(os.path.join(root, _CPUFREQ), "cpu"):
        folder = os.path.join(core, "cpufreq")
        names = ("scaling_cur_freq", "scaling_min_freq", "scaling_max_freq", "cpuinfo_max_freq")
        kilohertz = [read_int(os.path.join(folder, name)) for name in names]
        if kilohertz[3] is not None:
            ranges.append(ClockRange(*(khz and khz // 1000 for khz in kilohertz)))
    return max(ranges, key=lambda one: one.top_mhz or 0) if ranges else ClockRange()


def _name(folder: str) -> str:
    return os.path.basename(folder)


def _mhz(folder: str, file: str) -> Optional[int]:
    hertz = read_int(os.path.join(folder, file))
    return None if hertz is None or hertz < 0 else hertz // 1000000
