"""Reads temperatures, trip points, throttling and the fan from the kernel's files.

Source: Linux, Documentation/driver-api/thermal/sysfs-api. Zones have the names that tegrastats
prints.
"""

import os
import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from .summary import DISK_ZONE
from .sysfs import folders, is_jetson, read_int, read_text

# Drivers of CPU sensors on PCs and boards whose thermal zones do not name the CPU.
_CPU_CHIPS = ("coretemp", "k10temp", "zenpower", "cpu_thermal")
_DISK_CHIPS = ("nvme", "drivetemp")
_CPU_ZONES = ("x86_pkg_temp", "cpu_thermal", "cpu-thermal", "soc_thermal", "soc-thermal")
_ZONE_SUFFIX = re.compile(r"[-_](?:therm(?:al)?|tegra)$")
_FAN_ZONE = "thermal-fan-est"  # the mean of CPU and GPU, which tegrastats calls "thermal"
_CONSTANT = re.compile(r"pmic", re.IGNORECASE)  # always reads 50 or 100 degrees
_LIMITS = ("passive", "hot", "critical")  # an "active" trip point starts a fan
_LOWEST_LIMIT_C, _HIGHEST_LIMIT_C = 40.0, 130.0  # other trip points are placeholders
_MOST_TRIPS = 16

# Cooling devices that slow something down; the rest are fans, voltage floors and chargers.
_ALERT = re.compile(r"(.+)-throttle-alert|(cpu|gpu|emergency)-balanced|(tegra-heavy)")
_CAPPED = re.compile(r"(?:thermal-)?(cpufreq|devfreq)[-_]?(.*)|(Processor)")


class Trip(NamedTuple):
    """A trip point: the board slows down there (passive, hot) or turns off (critical)."""

    zone: str
    kind: str  # "passive", "hot" or "critical"
    temperature_c: float


class Thermal:
    """Reads the temperature sensors, which are searched once."""

    def __init__(self, root: str = "/") -> None:
        self._sensors = [(name, os.path.join(zone, "temp")) for name, zone in _zones(root)]
        self._sensors += _chips(os.path.join(root, "sys/class/hwmon"))

    def read(self) -> Dict[str, Optional[float]]:
        """Degrees Celsius by zone, with tegrastats' names ``CPU`` and ``GPU``.

        A zone that is powered off is ``None``: it reads -256000, or cannot be read.
        """
        temperatures: Dict[str, Optional[float]] = {}
        for name, path in self._sensors:
            value = read_int(path)
            before = temperatures.setdefault(name, None)
            if value is not None and -100000 < value < 200000:  # in thousandths
                degrees = value / 1000
                temperatures[name] = degrees if before is None else max(before, degrees)
        return temperatures

    def __len__(self) -> int:
        return len(self._sensors)


def read_trips(root: str = "/") -> List[Trip]:
    """The trip points of all zones that limit something, the lowest first."""
    trips = []
    for name, zone in _zones(root):
        for number in range(_MOST_TRIPS):
            point = os.path.join(zone, "trip_point_{}_".format(number))
            kind, value = read_text(point + "type"), read_int(point + "temp")
            if kind is None:
                break
            if kind in _LIMITS and value is not None:
                degrees = value / 1000
                if _LOWEST_LIMIT_C <= degrees <= _HIGHEST_LIMIT_C:
                    trips.append(Trip(name, kind, degrees))
    return sorted(trips, key=lambda trip: trip.temperature_c)


class Throttling:
    """Reads what the kernel slows down because of heat; the devices are searched once."""

    def __init__(self, root: str = "/") -> None:
        alerts, capped = [], []
        for device in folders(os.path.join(root, "sys/class/thermal"), "cooling_device"):
            kind = read_text(os.path.join(device, "type")) or ""
            state = os.path.join(device, "cur_state")
            alert, cap = _ALERT.fullmatch(kind), _CAPPED.fullmatch(kind)
            if alert:
                alerts.append((_first(alert.groups()), state))
            elif cap:
                capped.append((cap.group(2) or _first(cap.groups()), state))
        # alerts are preferred, because a power mode caps clocks as well
        self._devices = alerts or capped

    def read(self) -> Optional[List[str]]:
        """The names of what is slowed down now; ``None`` if it cannot be read."""
        states = [(name, read_int(path)) for name, path in self._devices]
        known = [(name, state) for name, state in states if state is not None]
        return sorted({name for name, state in known if state > 0}) if known else None


class Fan:
    """Reads the fan's duty cycle: from pwm-fan on JetPack 4, from hwmon's pwmfan on 5 and later."""

    def __init__(self, root: str = "/") -> None:
        paths = [os.path.join(root, "sys/devices/pwm-fan/cur_pwm")]
        for chip in folders(os.path.join(root, "sys/class/hwmon"), "hwmon"):
            if read_text(os.path.join(chip, "name")) == "pwmfan":
                paths.append(os.path.join(chip, "pwm1"))
        self._path = next((path for path in paths if read_int(path) is not None), None)

    def percent(self) -> Optional[int]:
        """The duty cycle in percent; ``None`` if there is no fan."""
        value = read_int(self._path) if self._path else None
        return round(100 * value / 255) if value is not None and 0 <= value <= 255 else None


def _first(groups: Tuple[Optional[str], ...]) -> str:
    return next(group for group in groups if group)


def _zones(root: str) -> List[Tuple[str, str]]:
    """The name and the folder of every zone that measures something."""
    zones = []
    generic = () if is_jetson(root) else _CPU_ZONES
    for zone in folders(os.path.join(root, "sys/class/thermal"), "thermal_zone"):
        kind = read_text(os.path.join(zone, "type"))
        if kind and not _CONSTANT.match(kind):
            name = "CPU" if kind in generic else _ZONE_SUFFIX.sub("", kind)
            zones.append(("thermal" if kind == _FAN_ZONE else name, zone))
    return zones


def _chips(folder: str) -> List[Tuple[str, str]]:
    """The first input of each CPU chip and each disk.

    It is the package (coretemp), the control value (k10temp), the whole disk (nvme, drivetemp).
    """
    zones = dict.fromkeys(_CPU_CHIPS, "CPU")
    zones.update(dict.fromkeys(_DISK_CHIPS, DISK_ZONE))
    chips = [(read_text(os.path.join(chip, "name")), chip) for chip in folders(folder, "hwmon")]
    return [
        (zones[name], os.path.join(chip, "temp1_input")) for name, chip in chips if name in zones
    ]
