"""Temperatures and a Jetson's GPU load from ``/sys``: what needs no program and no package."""

import os
import re
from typing import Dict, List, Optional, Tuple

# Drivers of CPU sensors on PCs and boards whose thermal zones do not name the CPU.
_CPU_CHIPS = ("coretemp", "k10temp", "zenpower", "cpu_thermal")
_CPU_ZONES = ("x86_pkg_temp", "cpu_thermal", "cpu-thermal", "soc_thermal", "soc-thermal")
_ZONE_SUFFIX = re.compile(r"[-_]therm(?:al)?$")
_MAX_ZONES = 64


def is_jetson(root: str = "/") -> bool:
    """Whether this is a Tegra, whose CPU and GPU share one memory."""
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
    """A file that holds one whole number; ``None`` if it does not."""
    try:
        return int(read_text(path, 32) or "")
    except ValueError:
        return None


class Thermal:
    """The temperature sensors, found once and then only read."""

    def __init__(self, root: str = "/") -> None:
        self._sensors = _zones(os.path.join(root, "sys/class/thermal"))
        self._sensors += _chips(os.path.join(root, "sys/class/hwmon"))

    def read(self) -> Dict[str, float]:
        """Degrees Celsius by zone, ``CPU`` and ``GPU`` named as tegrastats does."""
        temperatures: Dict[str, float] = {}
        for name, path in self._sensors:
            value = read_int(path)
            if value is not None and value > -100000:  # in thousandths; a gated zone reads -256000
                temperatures[name] = max(value / 1000, temperatures.get(name, -100.0))
        return temperatures

    def __len__(self) -> int:
        return len(self._sensors)


def _zones(folder: str) -> List[Tuple[str, str]]:
    sensors = []
    for zone in _numbered(folder, "thermal_zone"):
        kind = read_text(os.path.join(zone, "type"))
        if kind:
            name = "CPU" if kind in _CPU_ZONES else _ZONE_SUFFIX.sub("", kind)
            sensors.append((name, os.path.join(zone, "temp")))
    return sensors


def _chips(folder: str) -> List[Tuple[str, str]]:
    """The first input of each CPU chip: the package (coretemp) or the control value (k10temp)."""
    return [
        ("CPU", os.path.join(chip, "temp1_input"))
        for chip in _numbered(folder, "hwmon")
        if read_text(os.path.join(chip, "name")) in _CPU_CHIPS
    ]


def _numbered(folder: str, prefix: str) -> List[str]:
    try:
        names = [name for name in os.listdir(folder) if name.startswith(prefix)]
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names, key=_by_number)[:_MAX_ZONES]]


def _by_number(name: str) -> Tuple[int, str]:
    digits = re.sub(r"[^0-9]", "", name)
    return (int(digits or 0), name)


class JetsonGpu:
    """The load of a Jetson's GPU, as its driver tells it in thousandths."""

    _PATHS = (
        "sys/devices/gpu.0/load",  # Nano, TX1, TX2, Xavier
        "sys/devices/platform/gpu.0/load",
        "sys/class/devfreq/17000000.gpu/device/load",  # Orin
    )

    def __init__(self, root: str = "/") -> None:
        paths = (os.path.join(root, path) for path in self._PATHS)
        self._path = next((path for path in paths if read_int(path) is not None), None)

    def load_percent(self) -> Optional[float]:
        """Load in percent; ``None`` where there is none."""
        value = read_int(self._path) if self._path else None
        return value / 10 if value is not None and 0 <= value <= 1000 else None
