"""Prints telemetry samples as CSV, or as a table of 80 columns."""

import csv
import shutil
import sys
from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Any

from nanotrain_tui.cli.exit_status import note
from nanotrain_tui.cli.output import say
from nanotrain_tui.telemetry.flat import flat, natural

FIRST = ("time", "timestamp", "source")  # columns
# Columns that live CSV always has, because a GPU may sleep during the first sample.
LIVE = (
    "cpu_load_percent", "cpu_temperature_c", "gpu_freq_mhz", "gpu_load_percent",
    "gpu_temperature_c", "mem_available_mb", "power_total_mw", "ram_total_mb", "ram_used_mb",
    "swap_total_mb", "swap_used_mb", "throttling",
)  # fmt: skip
HEADER = "TIME        GPU  MHz   CPU  RAM MB         FREE  SWAP  GPU C  CPU C   POWER"


def names_of(sample: Mapping[str, Any]) -> Iterable[str]:
    """The columns of a sample, such as ``power_mw.VDD_IN.now``, also of its null values."""
    columns = {key: 0 if value is None else value for key, value in sample.items()}
    columns["temperatures_c"] = dict.fromkeys(sample.get("temperatures_c") or (), 0)
    cores = sample.get("cpus") or []
    running = next(filter(None, cores), None)  # a core that is off gets the same columns
    columns["cpus"] = [core or running for core in cores]
    return (name for name, _ in flat(columns))


class CsvRows:
    """Prints CSV with the columns ``names``, or with those of the first sample and ``always``."""

    def __init__(self, names: list[str] | None = None, always: Iterable[str] = ()) -> None:
        self._names = None if names is None else _ordered(names)
        self._always = always
        self._out = csv.writer(sys.stdout, lineterminator="\n")
        self._has_header = False
        self._has_warned = False

    def show(self, sample: Mapping[str, Any]) -> None:
        values = dict(flat(sample))
        if self._names is None:
            self._names = _ordered([*names_of(sample), *self._always])
        if not self._has_header:
            self._has_header = True
            self._out.writerow(self._names)
        self._out.writerow([values.get(name, "") for name in self._names])
        if not self._has_warned:
            self._warn_of(values.keys() - self._names)

    def _warn_of(self, missing: Set[str]) -> None:
        if missing:
            self._has_warned = True
            first, *others = _ordered(missing)
            names = f"{first} has" if not others else f"{first} and {len(others)} more have"
            note(f"{names} no column: not in the first sample. --json prints all values.")


class PlainRows:
    """Prints one line per sample; on a terminal, repeats the header on every screen."""

    def __init__(self) -> None:
        self._shown = 0
        self._source: str | None = None

    def show(self, sample: Mapping[str, Any]) -> None:
        if sample.get("source") != self._source:
            self._source = sample.get("source")
            say(f"# from {self._source}")
            self._shown = 0
        page = max(5, shutil.get_terminal_size().lines - 2) if sys.stdout.isatty() else 0
        if self._shown == 0 or (page and self._shown % page == 0):
            say(HEADER)
        self._shown += 1
        say(_line(sample))


def _ordered(names: Iterable[str]) -> list[str]:
    unique = set(names)
    return [name for name in FIRST if name in unique] + sorted(
        unique.difference(FIRST), key=natural
    )


def _line(sample: Mapping[str, Any]) -> str:
    def number(key: str, form: str = "{:.0f}", divide: float = 1) -> str:
        value = sample.get(key)
        return "-" if value is None else form.format(value / divide)

    ram = number("ram_used_mb")
    if sample.get("ram_total_mb") is not None:
        ram += "/" + number("ram_total_mb")
    cells = (
        (f"{datetime.now():%H:%M:%S}", -9),
        (number("gpu_load_percent", "{:.0f}%"), 6),
        (number("gpu_freq_mhz"), 5),
        (number("cpu_load_percent", "{:.0f}%"), 6),
        (" " * 2 + ram, -15),
        (number("mem_available_mb"), 6),
        (number("swap_used_mb"), 6),
        (number("gpu_temperature_c", "{:.1f}"), 7),
        (number("cpu_temperature_c", "{:.1f}"), 7),
        (number("power_total_mw", "{:.1f} W", 1000), 8),
    )
    return "".join(
        f"{text:>{size}}" if size > 0 else f"{text:<{-size}}" for text, size in cells
    ).rstrip()
