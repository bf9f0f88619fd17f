"""Reads power from a Jetson's INA3221 sensors, which tegrastats shows only to root on some boards.

JetPack 4 has NVIDIA's driver ina3221x (iio: rail_name_N, in_powerN_input in mW). JetPack 5 and
later have the kernel's ina3221 (hwmon: inN_label, inN_input in mV, currN_input in mA). Sources:
Jetson Linux Developer Guide, "Power Management"; Linux, Documentation/hwmon/ina3221.
"""

import os
from typing import Dict, List, NamedTuple, Optional

from .sysfs import folders, read_int, read_text

_DRIVERS = "sys/bus/i2c/drivers"
_CHANNELS = 4  # the sensor has three, numbered from 0 or 1
_UNCONNECTED = ("", "NC")
_MOST_MW = 1000000  # a sensor that reads more than a kilowatt is broken


class _Rail(NamedTuple):
    """The file with the power in mW, or two files whose product is the power."""

    name: str
    power: str
    volts: str
    amperes: str


class PowerRails:
    """Reads the rails of all sensors, which are searched once.

    ``sensors`` is the number of sensors, with those that only root may read.
    """

    def __init__(self, root: str = "/") -> None:
        drivers = os.path.join(root, _DRIVERS)
        iios = _below(os.path.join(drivers, "ina3221x"), "", "iio")
        hwmons = _below(os.path.join(drivers, "ina3221"), "hwmon", "hwmon")
        self.sensors = len(iios) + len(hwmons)
        rails = [rail for iio in iios for rail in _iio_rails(iio)]
        rails += [rail for hwmon in hwmons for rail in _hwmon_rails(hwmon)]
        # a rail may appear twice: iio_device is the same as iio:device0
        self._rails = list({rail.name: rail for rail in rails}.values())

    def __bool__(self) -> bool:
        return bool(self._rails)

    def read(self) -> Dict[str, int]:
        """Power in mW by rail, without rails that cannot be read."""
        power = {}
        for rail in self._rails:
            value = read_int(rail.power) if rail.power else _product(rail)
            if value is not None and 0 <= value < _MOST_MW:
                power[rail.name] = value
        return power


def _below(driver: str, inside: str, prefix: str) -> List[str]:
    """The folders that a driver has created for its devices."""
    devices = folders(driver)
    return [made for device in devices for made in folders(os.path.join(device, inside), prefix)]


def _product(rail: _Rail) -> Optional[int]:
    millivolts, milliamperes = read_int(rail.volts), read_int(rail.amperes)
    if millivolts is None or milliamperes is None:
        return None
    return round(millivolts * milliamperes / 1000)


def _iio_rails(folder: str) -> List[_Rail]:
    rails = []
    for number in range(_CHANNELS):
        name = read_text(os.path.join(folder, "rail_name_{}".format(number))) or ""
        files = ["in_{}{}_input".format(what, number) for what in ("power", "voltage", "current")]
        power, volts, amperes = (os.path.join(folder, file) for file in files)
        if name not in _UNCONNECTED:
            has_power = read_int(power) is not None
            rails.append(_Rail(name, power if has_power else "", volts, amperes))
    return rails


def _hwmon_rails(folder: str) -> List[_Rail]:
    """The channels that have a current; "sum of shunt voltages" is not a rail."""
    rails = []
    for number in range(1, _CHANNELS):
        name = read_text(os.path.join(folder, "in{}_label".format(number))) or ""
        volts = os.path.join(folder, "in{}_input".format(number))
        amperes = os.path.join(folder, "curr{}_input".format(number))
        if name not in _UNCONNECTED and "shunt" not in name and os.path.exists(amperes):
            rails.append(_Rail(name, "", volts, amperes))
    return rails
