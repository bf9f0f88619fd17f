"""Derives values that all boards have from readings whose names differ between boards.

A value that is not in the readings is ``None``; a guess could raise or suppress an alarm.
"""

import re
from typing import Dict, Iterable, Mapping, Optional

# TX2 has two CPU clusters, Denver (MCPU) and ARM (BCPU). PMIC is a constant and never matches.
_CPU_ZONE = re.compile(r"[bm]?cpu\d*(?:[-_ ].*)?", re.IGNORECASE)
_GPU_ZONE = re.compile(r"gpu\d*(?:[-_ ].*)?", re.IGNORECASE)
_DIE_ZONE = re.compile(r"(?:[bm]?cpu|gpu|soc|cv|tj|aux)\d*(?:[-_ ].*)?", re.IGNORECASE)
DISK_ZONE = "disk"
_HOTTEST_C, _COLDEST_C = 200.0, -60.0  # a sensor outside this range is off or broken

# The rails that measure the whole module; VIN is Thor's.
_MODULE_RAILS = ("POM_5V_IN", "VDD_IN", "VIN")


def cpu_temperature(temperatures_c: Mapping[str, Optional[float]]) -> Optional[float]:
    """The hottest CPU zone in degrees Celsius."""
    return _hottest(_CPU_ZONE, temperatures_c)


def gpu_temperature(temperatures_c: Mapping[str, Optional[float]]) -> Optional[float]:
    """The GPU zone in degrees Celsius; ``None`` while it is powered off."""
    return _hottest(_GPU_ZONE, temperatures_c)


def is_of_the_die(zone: str) -> bool:
    """Whether a thermal zone measures the chip, rather than a Wi-Fi card or the board."""
    return _DIE_ZONE.fullmatch(zone) is not None


def die_temperatures(body: Mapping[str, object]) -> Dict[str, float]:
    """The temperatures of the chip's zones in a sample body, in degrees Celsius by zone.

    ``GPU`` and ``CPU`` are added from other keys if no zone has these names.
    """
    zones = body.get("temperatures_c")
    found = {
        zone: float(value)
        for zone, value in (zones.items() if isinstance(zones, dict) else ())
        if isinstance(value, (int, float)) and _is_real(value) and is_of_the_die(zone)
    }
    named = {zone.upper() for zone in found}
    for zone, key in (("GPU", "gpu_temperature_c"), ("CPU", "cpu_temperature_c")):
        value = body.get(key)  # for example of a graphics card
        if zone not in named and isinstance(value, (int, float)) and _is_real(value):
            found[zone] = float(value)
    return found


def _is_real(degrees: float) -> bool:
    return _COLDEST_C < degrees < _HOTTEST_C


def _hottest(
    zone: "re.Pattern[str]", temperatures_c: Mapping[str, Optional[float]]
) -> Optional[float]:
    known = [
        value
        for name, value in temperatures_c.items()
        if value is not None and _is_real(value) and zone.fullmatch(name)
    ]
    return max(known) if known else None


def module_power(now_mw: Mapping[str, int]) -> Optional[int]:
    """Power of the whole module in mW; ``None`` if no rail measures it.

    AGX Xavier, AGX Orin and Thor without ``VIN`` have no such rail. The sum of their rails is not
    the module's power: ``VDDQ_VDD2_1V8AO`` is fed by ``VIN_SYS_5V0``, and some rails are not
    printed. A rail that reads less than another one is rejected, because some carrier boards wire
    the sensors in another order.
    """
    for name in _MODULE_RAILS:
        if name in now_mw:
            total = now_mw[name]
            return total if total > 0 and total == max(now_mw.values()) else None
    return None


def cpu_load(loads: Iterable[Optional[float]]) -> Optional[float]:
    """The mean load in percent of the cores that are online."""
    known = [load for load in loads if load is not None]
    return round(sum(known) / len(known), 1) if known else None
