"""The gauges: the quantities of telemetry, and how to read them from a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nanotrain_tui.follow.json_values import finite_number, mapping
from nanotrain_tui.follow.run_state import Gauge
from nanotrain_tui.follow.series import Series
from nanotrain_tui.session.recording.records import Segment
from nanotrain_tui.telemetry.summary import DISK_ZONE, die_temperatures

CAPACITY = 256  # bins of a gauge: a sparkline is never wider
MOST_CORES = 1024  # more can only be a damaged value
LATEST_S = 1 << 40  # a later session time can only be a damaged value


@dataclass(frozen=True, slots=True)
class Source:
    """How to read a quantity from the body of a sample."""

    key: str
    unit: str
    divide: float = 1.0  # the recorded value is divided by this
    total: str | None = None  # the key of the maximum possible value
    peak: str | None = None  # the key of the highest value so far
    derive: Callable[[Mapping[str, Any]], float | None] | None = None  # used instead of ``key``

    def of(self, body: Mapping[str, Any]) -> float | None:
        """The quantity in its unit; None if the sample does not have it."""
        return self.derive(body) if self.derive is not None else self.figure(body, self.key)

    def figure(self, body: Mapping[str, Any], key: str | None) -> float | None:
        """The value of a key, in the unit of the quantity; None if there is none."""
        value = finite_number(body.get(key)) if key else None
        return None if value is None else value / self.divide


def hottest(body: Mapping[str, Any]) -> float | None:
    """The temperature in °C of the hottest zone of the chip, which the heat guard watches."""
    return max(die_temperatures(body).values(), default=None)


def disk_temperature(body: Mapping[str, Any]) -> float | None:
    """The temperature in °C of the hottest disk."""
    return finite_number(mapping(body.get("temperatures_c")).get(DISK_ZONE))


# The most important ones first: a small panel shows only these.
GAUGES: Mapping[str, Source] = {
    "gpu_load": Source("gpu_load_percent", "%"),
    "tf_memory": Source("tf_memory_mb", "MB", peak="tf_memory_peak_mb"),
    "gpu_mapped": Source("gpu_mapped_mb", "MB"),
    "ram": Source("ram_used_mb", "MB", total="ram_total_mb"),
    "gpu_temperature": Source("gpu_temperature_c", "°C"),
    "power": Source("power_total_mw", "W", divide=1000.0),
    "cpu_temperature": Source("cpu_temperature_c", "°C"),
    "cpu_load": Source("cpu_load_percent", "%"),
    "emc_load": Source("emc_load_percent", "%"),
    "gpu_memory": Source("gpu_memory_used_mb", "MB", total="gpu_memory_total_mb"),
    "die_temperature": Source("temperatures_c", "°C", derive=hottest),
    "swap": Source("swap_used_mb", "MB", total="swap_total_mb"),
    "disk_temperature": Source("temperatures_c", "°C", derive=disk_temperature),
}


class GaugeFold:
    """Collects the gauges of a session over session time."""

    def __init__(self) -> None:
        self._series = {name: Series(CAPACITY) for name in GAUGES}
        self._body: Mapping[str, Any] = {}
        self._newest_t: float | None = None  # session time of the newest sample
        self._began: datetime | None = None  # the newest segment, by the clock of the board
        self._began_t = 0.0

    def begin(self, segment: Segment) -> None:
        """A segment begins. A time of day that cannot be read is unknown."""
        try:
            self._began = datetime.fromisoformat(segment.wall)
        except (TypeError, ValueError):
            self._began = None
        self._began_t = segment.t

    def add(self, t: float, body: Mapping[str, Any]) -> None:
        """Add the body of a sample at ``t`` seconds of session time."""
        self._body, self._newest_t = body, finite_number(t)
        if finite_number(t) is None or not 0 <= t < LATEST_S:
            return
        for name, source in GAUGES.items():
            value = source.of(body)
            if value is not None:
                self._series[name].add(int(t), value)

    @property
    def throttling(self) -> tuple[str, ...]:
        """The parts that the newest sample reports as slowed down because of heat."""
        names = self._body.get("throttling")
        return tuple(map(str, names)) if isinstance(names, list) else ()

    @property
    def cores(self) -> tuple[float | None, ...]:
        """The load of each core in percent in the newest sample; None: the core is off."""
        cores = self._body.get("cpus")
        if not isinstance(cores, list):
            return ()
        return tuple(
            finite_number(core.get("load_percent")) if isinstance(core, Mapping) else None
            for core in cores[:MOST_CORES]
        )

    @property
    def measured_at(self) -> datetime | None:
        """When the newest sample was measured; None if it is not known."""
        if self._newest_t is None or self._began is None:
            return None
        try:
            return self._began + timedelta(seconds=self._newest_t - self._began_t)
        except (OverflowError, ValueError):  # a damaged time
            return None

    @property
    def source(self) -> str | None:
        """The program that measured the newest sample: "tegrastats", "psutil" ..."""
        source = self._body.get("source")
        return source if isinstance(source, str) else None

    def gauges(self) -> dict[str, Gauge]:
        """All gauges, with the values of the newest sample."""
        return {name: self._gauge(name, source) for name, source in GAUGES.items()}

    def _gauge(self, name: str, source: Source) -> Gauge:
        return Gauge(
            unit=source.unit,
            now=source.of(self._body),
            total=source.figure(self._body, source.total),
            peak=source.figure(self._body, source.peak),
            curve=self._series[name].curve(),
        )
