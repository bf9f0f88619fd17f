"""Finds the bottleneck of a training run from the newest samples of telemetry.

The rules depend on the device that TensorFlow uses. See ``other_load`` for other programs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nanotrain_tui.follow.json_values import finite_number, finite_numbers, mappings
from nanotrain_tui.follow.other_load import Samples, cores_of
from nanotrain_tui.session.state import RUNNING, STARTING

WINDOW_S = 10.0  # only samples of the last seconds are used
MOST_SAMPLES = 12

_BUSY, _QUIET = 90.0, 50.0  # percent of the GPU
_SATURATED = 95.0  # percent of one core
_ALL_BUSY = 85.0  # percent of all cores together
_TRAINS = 0.5  # cores; with less load the trainer is not the cause of a busy core
_MEMORY_BUSY = 80.0  # percent of the bandwidth of the memory controller
_CAPPED = 0.95  # a lower fraction of the maximum clock means that the power mode limits it
_AT_MOST = 1.03  # a higher fraction of the allowed clock means that the limit has changed
_SLOWED = 0.85  # a lower fraction of the allowed clock, at full load, means that heat limits it
_HOT_C = 80.0
_SWAPPING_MB = 32.0  # growth of the used swap within the window
_FULL = 0.05  # fraction of the memory that is left
_SWAP_IN_USE_MB = 200.0


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What limits the speed of the training.

    Numbers in the text are rounded, so that it changes seldom: over a slow connection every change
    costs.
    """

    kind: str  # gpu, cpu, input, memory_bandwidth, swap, heat, power_mode, warming_up
    text: str  # one line, with numbers
    advice: str  # what to try
    figures: Mapping[str, float] = field(default_factory=dict)  # exact numbers by name

    @property
    def sentence(self) -> str:
        """``limited by the GPU: 95% busy``; ``warming up: loading TensorFlow``."""
        return self.text if self.kind == "warming_up" else f"limited by {self.text}"


def find_bottleneck(
    samples: Samples,
    state: str,
    environment: Mapping[str, Any],
    steps_here: int = 0,
    preparing: str = "",
    on_gpu: bool | None = None,
) -> Bottleneck | None:
    """The bottleneck; None if there is no clear one, no sample, or the session does not run.

    ``environment`` is that of the segment. ``steps_here`` is the number of updates in the segment.
    ``preparing`` describes the preparation of the trainer. ``on_gpu``: whether TensorFlow uses a
    GPU; None if its devices are not known.
    """
    if state == STARTING or (state == RUNNING and steps_here < 2):
        doing = "loading TensorFlow" if state == STARTING else "compiling the first steps"
        return _warming_up(preparing or doing, steps_here)
    if state != RUNNING or not samples:
        return None
    seen = _Seen(newest(samples), environment, on_gpu)
    for rule in (_heat, _swap, _bandwidth, _gpu, _cores):
        bottleneck = rule(seen)
        if bottleneck is not None:
            return bottleneck
    return None


def newest(samples: Samples) -> Samples:
    """The samples of the last ``WINDOW_S`` seconds."""
    return [(t, body) for t, body in samples if samples[-1][0] - t <= WINDOW_S]


class _Seen:
    """The samples of the window. A quantity that no sample has is None."""

    def __init__(
        self, samples: Samples, environment: Mapping[str, Any], on_gpu: bool | None
    ) -> None:
        self.bodies = bodies = [body for _, body in samples]
        self.trainer_cores = cores_of(samples, "trainer_cpu_s")
        self.newest = bodies[-1]
        self.on_gpu = on_gpu
        self.has_gpu = on_gpu if on_gpu is not None else bool(environment.get("l4t"))
        self.gpu = self.mean("gpu_load_percent")
        self.gpu_mhz = self.mean("gpu_freq_mhz")
        self.cpu_mhz = _fastest(self.newest.get("cpus"))
        self._environment = environment

    def mean(self, key: str) -> float | None:
        """The mean of a quantity; None if less than half of the samples have it."""
        found = [finite_number(body.get(key)) for body in self.bodies]
        return _mean(found) if 2 * found.count(None) < len(found) else None

    def allowed(self, what: str) -> float | None:
        """The highest clock (MHz) that the power mode allows for the ``gpu`` or ``cpu``.

        It is that of the newest sample, or that at the start of the segment.
        """
        key = f"{what}_max_mhz"
        now = finite_number(self.newest.get(key))
        return finite_number(self._environment.get(key)) if now is None else now

    def capped(self, what: str, mhz: float | None) -> tuple[float, float] | None:
        """The allowed and the maximum clock (MHz) if the power mode limits it; else None."""
        allowed, top = self.allowed(what), finite_number(self._environment.get(f"{what}_top_mhz"))
        if not allowed or not top or allowed >= _CAPPED * top:
            return None
        return (allowed, top) if mhz is None or mhz <= _AT_MOST * allowed else None

    def mode(self, what: str) -> str:
        """The name of the power mode; empty if the mode has changed since the segment began."""
        mode, began = (self._environment.get(key) for key in ("power_mode", f"{what}_max_mhz"))
        return mode if isinstance(mode, str) and self.allowed(what) == finite_number(began) else ""

    @property
    def busiest(self) -> float:
        """The mean load of the busiest core of each sample: a thread may change its core."""
        highest = (max(_loads(body.get("cpus")), default=None) for body in self.bodies)
        return _mean(list(highest)) or 0.0

    def rise(self, key: str) -> float:
        known = finite_numbers(self.bodies, key)
        return known[-1] - known[0] if known else 0.0

    def cores(self) -> list[float]:
        """The mean load of each core that was on in all samples."""
        listed = [body.get("cpus") for body in self.bodies]
        rows: list[list[Any]] = [row for row in listed if isinstance(row, list)]
        loads = []
        for index in range(min((len(row) for row in rows), default=0)):
            cells = [row[index] for row in rows]
            core = [
                finite_number(cell.get("load_percent")) if isinstance(cell, dict) else None
                for cell in cells
            ]
            if all(load is not None for load in core):
                loads.append(_mean(core) or 0.0)
        return loads

    @property
    def gpu_figure(self) -> dict[str, float]:
        return {} if self.gpu is None else {"gpu_load_percent": self.gpu}

    @property
    def hottest(self) -> float | None:
        keys = ("gpu_temperature_c", "cpu_temperature_c")
        found = (finite_number(self.newest.get(key)) for key in keys)
        return max(filter(None, found), default=None)


def _warming_up(doing: str, steps_here: int) -> Bottleneck:
    return Bottleneck(
        "warming_up",
        f"warming up: {doing}",
        "The first steps compile their kernels: seconds on a PC, minutes on a Nano. Please wait.",
        {"steps": float(steps_here)},
    )


def _heat(seen: _Seen) -> Bottleneck | None:
    names = seen.newest.get("throttling")
    hot = seen.hottest
    at = f" at {_five(hot)} °C" if hot is not None else ""
    figures = {} if hot is None else {"temperature_c": hot}
    advice = "Use a fan or a lower power mode: a lower, steady clock is faster than throttling."
    slowed = [str(name) for name in names] if isinstance(names, list) else []
    if seen.on_gpu is False:
        slowed = [name for name in slowed if "gpu" not in name.lower()]
    if slowed:
        return Bottleneck("heat", f"heat: {', '.join(slowed)} slowed down{at}", advice, figures)
    mhz, allowed = seen.gpu_mhz, seen.allowed("gpu")
    if seen.on_gpu is False or hot is None or hot < _HOT_C or (seen.gpu or 0.0) < _BUSY:
        return None
    if not mhz or not allowed or mhz >= _SLOWED * allowed:
        return None
    text = f"heat: the GPU runs at {_ten(mhz)} of {allowed:.0f} MHz{at}"
    return Bottleneck(
        "heat", text, advice, {**figures, "gpu_freq_mhz": mhz, "gpu_max_mhz": allowed}
    )


def _swap(seen: _Seen) -> Bottleneck | None:
    used, rise = finite_number(seen.newest.get("swap_used_mb")), seen.rise("swap_used_mb")
    left = finite_number(seen.newest.get("mem_available_mb"))
    total = finite_number(seen.newest.get("ram_total_mb"))
    full = left is not None and total is not None and left < _FULL * total
    if used is None or not (rise >= _SWAPPING_MB or (full and used >= _SWAP_IN_USE_MB)):
        return None
    figures = {"swap_used_mb": used, "swap_rise_mb": rise}
    room = f", {_ten(left)} MB of memory left" if left is not None else ""
    more = f", {_ten(rise)} MB of them in the last {WINDOW_S:g} s" if rise >= _SWAPPING_MB else ""
    return Bottleneck(
        "swap",
        f"swap: {_ten(used)} MB are swapped out{more}{room}",
        "Use a smaller batch or fewer units, and no desktop. Swap is far slower than memory.",
        figures if left is None else {**figures, "mem_available_mb": left},
    )  # fmt: skip


def _bandwidth(seen: _Seen) -> Bottleneck | None:
    load = seen.mean("emc_load_percent")
    if load is None or load < _MEMORY_BUSY:
        return None
    gpu = "" if seen.gpu is None else f", GPU {_five(seen.gpu)}%"
    return Bottleneck(
        "memory_bandwidth",
        f"memory bandwidth: the controller is at {_five(load)}%{gpu}",
        "Use fewer or smaller layers, XLA (trainer.xla = on), or a larger batch.",
        {"emc_load_percent": load, **seen.gpu_figure},
    )


def _gpu(seen: _Seen) -> Bottleneck | None:
    if seen.on_gpu is False or seen.gpu is None or seen.gpu < _BUSY:
        return None  # on the CPU, a busy GPU is the load of another program: see other_load
    figures = seen.gpu_figure
    clock = f" at {_ten(seen.gpu_mhz)} MHz" if seen.gpu_mhz else ""
    capped = seen.capped("gpu", seen.gpu_mhz)
    if capped is not None:
        return _mode("GPU", seen.gpu, *capped, seen.mode("gpu"))
    advice = "This is the ideal case. A smaller network is faster; a larger batch may be too."
    unknown = ", if TensorFlow uses it" if seen.on_gpu is None else ""
    return Bottleneck(
        "gpu",
        f"the GPU: {_five(seen.gpu)}% busy{clock}{unknown}",
        advice,
        figures if seen.gpu_mhz is None else {**figures, "gpu_freq_mhz": seen.gpu_mhz},
    )


def _cores(seen: _Seen) -> Bottleneck | None:
    cores, gpu_load = seen.cores(), seen.gpu
    # If the GPU is busy or not measured, a busy core may just wait for it.
    waits = (gpu_load or 0.0) >= _QUIET and seen.on_gpu is not False
    if not cores or waits or (seen.has_gpu and gpu_load is None):
        return None
    if seen.trainer_cores is not None and seen.trainer_cores < _TRAINS:
        return None  # another program keeps the core busy
    all_of_them, busiest = sum(cores) / len(cores), seen.busiest
    gpu = "" if gpu_load is None else f", GPU {_five(gpu_load)}%"
    if all_of_them >= _ALL_BUSY:
        capped = seen.capped("cpu", seen.cpu_mhz)
        if capped is not None:
            return _mode("CPU", all_of_them, *capped, seen.mode("cpu"))
        return Bottleneck(
            "cpu",
            f"the CPU: {len(cores)} cores at {_five(all_of_them)}%{gpu}",
            "Use a smaller network, XLA, or a GPU for TensorFlow (see 'nanotrain doctor').",
            {"cpu_load_percent": all_of_them, **({} if gpu_load is None else seen.gpu_figure)},
        )
    if busiest < _SATURATED:
        return None
    if gpu_load is None:
        return Bottleneck(
            "cpu",
            f"one core at {_five(busiest)}%, of {len(cores)}",
            "With a larger batch and trainer.threads = auto, a new session uses more cores.",
            {"core_load_percent": busiest},
        )
    if seen.on_gpu is False:
        return Bottleneck(
            "cpu",
            f"the CPU: one core at {_five(busiest)}%{gpu}",
            "TensorFlow has no GPU. 'nanotrain doctor' explains why and what to do.",
            {"core_load_percent": busiest, "gpu_load_percent": gpu_load},
        )
    return Bottleneck(
        "input",
        f"input: one core at {_five(busiest)}%{gpu}",
        "The GPU waits for data. Use a larger batch.",
        {"core_load_percent": busiest, "gpu_load_percent": gpu_load},
    )


def _mode(what: str, load: float, allowed: float, top: float, mode: str) -> Bottleneck:
    by = f"mode {mode}" if mode else "the power mode"
    return Bottleneck(
        "power_mode",
        f"{by}: {what} {_five(load)}% busy at {allowed:.0f} of {top:.0f} MHz",
        "Use a mode with higher clocks, if the power supply allows it; see 'nanotrain doctor'.",
        {"load_percent": load, "max_mhz": allowed, "top_mhz": top},
    )


def _loads(cpus: Any) -> list[float]:
    """The loads of the cores that are on."""
    return _figures(cpus, "load_percent")


def _fastest(cpus: Any) -> float | None:
    """The highest clock (MHz) of any core."""
    return max(_figures(cpus, "freq_mhz"), default=None)


def _figures(cpus: Any, key: str) -> list[float]:
    return finite_numbers(mappings(cpus), key)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _five(value: float) -> str:
    """Rounded to a multiple of 5, and a percentage to at most 100."""
    return f"{min(5 * round(value / 5), 100) if value < 105 else round(value)}"


def _ten(value: float) -> str:
    return f"{10 * round(value / 10):,}"
