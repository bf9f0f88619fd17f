"""Builds the bodies of samples: from a line of tegrastats, or from the machine's own files.

A body holds only the keys whose values are known:

- source; sources (by key, where a value does not come from the first of ``source``);
- cpus: a list with ``None`` for an offline core, else load_percent and, if known, freq_mhz;
- cpu_load_percent, gpu_load_percent, gpu_freq_mhz, gpu_max_mhz, cpu_max_mhz;
- ram_used_mb, ram_total_mb, swap_used_mb, swap_total_mb, mem_available_mb;
- temperatures_c by zone, ``None`` while a zone is powered off; gpu_temperature_c,
  cpu_temperature_c;
- power_mw by rail: now and, if known, avg; power_total_mw: the whole module;
- gpu_memory_used_mb, gpu_memory_total_mb: a GPU's own memory, never a Jetson's shared memory;
- gpu_mapped_mb: memory that all programs have mapped for the GPU;
- emc_load_percent, emc_freq_mhz: the memory controller;
- lfb_blocks and lfb_mb: the free blocks of the largest size;
- throttling: the names of what is slowed down because of heat; fan_percent.
"""

import importlib
from typing import Any, Callable, Dict, List, Optional, Union

from . import summary
from .clocks import AllowedClocks, JetsonGpu, MemoryController
from .meminfo import SharedMemory
from .nvml import NvmlGpu, open_gpu
from .power import PowerRails
from .psutil_source import ProcSource, PsutilSource
from .sysfs import is_jetson
from .tegrastats import TegrastatsLine
from .thermal import Fan, Thermal, Throttling, Trip

Body = Dict[str, Any]
Importer = Callable[[str], Any]

_MIN_LOAD_WINDOW_S = 0.1  # the kernel counts in ticks of 10 ms


def _known(body: Body) -> Body:
    return {key: value for key, value in body.items() if value is not None and value != {}}


def body_of_line(line: TegrastatsLine) -> Body:
    """The sample body of one line of tegrastats."""
    plain = line.to_dict()
    clock = line.gpu_freq_mhz
    # the driver reports a constant for PMIC, not a measurement
    temperatures = {
        zone: degrees for zone, degrees in line.temperatures_c.items() if zone.upper() != "PMIC"
    }
    return _known({
        "source": "tegrastats",
        "cpus": plain["cpus"],
        "cpu_load_percent": summary.cpu_load(core.load_percent for core in line.cpus or () if core),
        "gpu_load_percent": line.gpu_load_percent,
        # of several clusters the fastest
        "gpu_freq_mhz": max(clock) if isinstance(clock, list) else clock,
        # without root tegrastats prints 0 % and no clock, which means "not known"
        "emc_load_percent": line.emc_load_percent if line.emc_freq_mhz else None,
        "emc_freq_mhz": line.emc_freq_mhz,
        "ram_used_mb": line.ram_used_mb,
        "ram_total_mb": line.ram_total_mb,
        "lfb_blocks": line.lfb_blocks,
        "lfb_mb": line.lfb_block_mb,
        "swap_used_mb": line.swap_used_mb,
        "swap_total_mb": line.swap_total_mb,
        "temperatures_c": temperatures,
        "gpu_temperature_c": summary.gpu_temperature(temperatures),
        "cpu_temperature_c": summary.cpu_temperature(temperatures),
        "power_mw": plain["power_mw"],
        "power_total_mw": summary.module_power({n: rail.now for n, rail in line.power_mw.items()}),
    })  # fmt: skip


class Gpu:
    """Reads the GPU without tegrastats: a Jetson's from its driver, else the first one of NVML.

    ``source`` is "sysfs", "NVML" or ``None``; ``missing`` says why there is no GPU.
    """

    def __init__(self, root: str = "/", load: Importer = importlib.import_module) -> None:
        self._shared_memory = is_jetson(root)
        self._jetson = JetsonGpu(root) if self._shared_memory else None
        self._nvml: Optional[NvmlGpu] = None
        self.source: Optional[str] = None
        self.missing = ""
        if self._jetson is not None and self._jetson.load_percent() is not None:
            self.source = "sysfs"
            return
        opened = open_gpu(root, load)
        if isinstance(opened, NvmlGpu):
            self._nvml = opened
            self.source = "NVML"
        else:
            self.missing = opened

    def describe(self) -> str:
        """A clause that says where the GPU's values come from."""
        if self._nvml is not None:
            return "the GPU ({}) is read through NVML".format(self._nvml.name)
        if self.source:
            return "the GPU's load comes from its driver"
        return "no GPU was found ({})".format(self.missing)

    def body(self) -> Body:
        """The GPU's part of a sample body."""
        if self._nvml is None:
            jetson = self._jetson
            return _known({
                "gpu_load_percent": jetson and jetson.load_percent(),
                "gpu_freq_mhz": jetson and jetson.freq_mhz(),
            })  # fmt: skip
        now = self._nvml.read()
        body: Body = {
            "gpu_load_percent": now.load_percent,
            "gpu_freq_mhz": now.freq_mhz,
            "gpu_temperature_c": now.temperature_c,
            "power_mw": {} if now.power_mw is None else {"GPU": {"now": now.power_mw}},
            "fan_percent": now.fan_percent,
            "throttling": None if now.throttled is None else ["GPU"] * now.throttled,
        }
        if not self._shared_memory:
            body["gpu_memory_used_mb"] = now.memory_used_mb
            body["gpu_memory_total_mb"] = now.memory_total_mb
        return _known(body)

    def trips(self) -> List[Trip]:
        """The card's trip points; those of a Jetson belong to its thermal zones."""
        return self._nvml.trips() if self._nvml is not None else []

    def close(self) -> None:
        """Close NVML."""
        if self._nvml is not None:
            self._nvml.close()


class KernelFiles:
    """Adds to a sample the values that it lacks and that the kernel's files have."""

    def __init__(self, root: str = "/") -> None:
        self._is_jetson = is_jetson(root)
        self._memory = SharedMemory(root)
        self._throttling = Throttling(root)
        self._fan = Fan(root)
        self._rails = PowerRails(root)
        self._controller = MemoryController(root)
        self._allowed = AllowedClocks(root) if self._is_jetson else None

    @property
    def has_power_sensors(self) -> bool:
        """Whether this board measures its power, even if only root may read it."""
        return self._rails.sensors > 0

    def fill(self, body: Body) -> None:
        """Add the missing values, and to ``sources`` where each comes from."""
        lacks_blocks = self._is_jetson and "lfb_mb" not in body
        add(body, "/proc", self._memory.read(lacks_blocks))
        heat = {"throttling": self._throttling.read(), "fan_percent": self._fan.percent()}
        add(body, "sysfs", {key: value for key, value in heat.items() if value is not None})
        if "emc_load_percent" not in body:
            add(body, "sysfs", self._controller.read())
        if self._allowed is not None:
            add(body, "sysfs", dict(self._allowed.read()))
        if self._rails and "power_mw" not in body:
            rails = self._rails.read()
            power = {name: {"now": value} for name, value in rails.items()}
            add(body, "sysfs", {"power_mw": power, "power_total_mw": summary.module_power(rails)})


def add(body: Body, source: str, found: Body) -> None:
    """Add the values that ``body`` lacks, and record their source under ``sources``."""
    for key, value in _known(found).items():
        if key not in body:
            body[key] = value
            body.setdefault("sources", {})[key] = source


class Machine:
    """Builds samples without tegrastats."""

    def __init__(
        self, now: float, gpu: Gpu, root: str = "/", load: Importer = importlib.import_module
    ) -> None:
        self._gpu = gpu
        self._cpu = _cpu_source(root, load)
        self._thermal = Thermal(root)
        self._files = KernelFiles(root)
        self._loads_since = now

    @property
    def source(self) -> str:
        """The sources, for the key ``source``: "psutil + NVML"."""
        return " + ".join(filter(None, [self._cpu.name, self._gpu.source]))

    def describe(self) -> str:
        """A clause that says where the values come from."""
        what = "CPU, memory and temperatures" if len(self._thermal) else "CPU and memory"
        return "{} come from {}; {}".format(what, self._cpu.name, self._gpu.describe())

    def body(self, now: float) -> Body:
        """The body of a new sample; ``now`` is in seconds on a monotonic clock."""
        body: Body = _known(dict(self._cpu.memory()._asdict(), source=self.source))
        if now - self._loads_since >= _MIN_LOAD_WINDOW_S:
            self._loads_since = now
            body.update(_known(_cpu_body(self._cpu.loads())))
        add(body, self._gpu.source or "sysfs", self._gpu.body())
        temperatures = self._thermal.read()
        add(body, "sysfs", {
            "temperatures_c": temperatures,
            "cpu_temperature_c": summary.cpu_temperature(temperatures),
            "gpu_temperature_c": summary.gpu_temperature(temperatures),
        })  # fmt: skip
        self._files.fill(body)
        return body


def _cpu_source(root: str, load: Importer) -> Union[PsutilSource, ProcSource]:
    # psutil reads only this machine, and numbers the online cores: a Jetson turns some off
    if root != "/" or is_jetson(root):
        return ProcSource(root)
    try:
        return PsutilSource(load("psutil"))
    except ImportError:
        return ProcSource(root)


def _cpu_body(loads: List[Optional[float]]) -> Body:
    if not loads:
        return {}
    cpus = [None if load is None else {"load_percent": load} for load in loads]
    return {"cpus": cpus, "cpu_load_percent": summary.cpu_load(loads)}
