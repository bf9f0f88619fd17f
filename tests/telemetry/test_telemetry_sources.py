"""Where there is no tegrastats: psutil, /proc, /sys and NVML, each on files or fakes of its own."""

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nanotrain_tui.telemetry import nvml
from nanotrain_tui.telemetry.clocks import JetsonGpu
from nanotrain_tui.telemetry.nvml import GpuReading, NvmlGpu, open_gpu
from nanotrain_tui.telemetry.psutil_source import Memory, ProcSource, PsutilSource
from nanotrain_tui.telemetry.samples import Gpu, Machine
from nanotrain_tui.telemetry.summary import die_temperatures
from nanotrain_tui.telemetry.sysfs import is_jetson
from nanotrain_tui.telemetry.thermal import Thermal, Trip

MIB = 1 << 20


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def loader(**modules: Any) -> Callable[[str], Any]:
    def load(name: str) -> Any:
        if name not in modules:
            raise ImportError(name)
        return modules[name]

    return load


class NVMLError(Exception):
    pass


def fake_nvml(**answers: Any) -> types.SimpleNamespace:
    """A pynvml whose functions give ``answers``, or raise those that are errors.

    A dictionary has the answer for each value of a function's last argument.
    """

    def function(name: str, default: Any) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            answer = answers.get(name, default)
            if isinstance(answer, Exception):
                raise answer
            return answer[arguments[-1]] if isinstance(answer, dict) else answer

        return call

    defaults = {
        "nvmlInit": None, "nvmlShutdown": None, "nvmlDeviceGetHandleByIndex": object(),
        "nvmlDeviceGetName": "Card", "nvmlDeviceGetTemperature": 61,
        "nvmlDeviceGetPowerUsage": 95500, "nvmlDeviceGetClockInfo": {0: 1400, 1: 1500, 2: 7001},
        "nvmlDeviceGetFanSpeed": 30, "nvmlDeviceGetTemperatureThreshold": {0: 98, 1: 93},
        "nvmlDeviceGetCurrentClocksThrottleReasons": 0x41,
        "nvmlDeviceGetUtilizationRates": types.SimpleNamespace(gpu=87, memory=40),
        "nvmlDeviceGetMemoryInfo": types.SimpleNamespace(used=3 * MIB, total=8 * MIB),
    }  # fmt: skip
    functions = {name: function(name, default) for name, default in defaults.items()}
    return types.SimpleNamespace(NVMLError=NVMLError, NVML_TEMPERATURE_GPU=0, **functions)


# /proc


def test_proc_loads_are_differences_and_an_offline_core_is_none(tmp_path: Path) -> None:
    head = "cpu  1 1 1 1\n"
    before = "cpu0 100 0 50 800 50 0 0 0 9 9\ncpu1 5 0 5 90 0 0 0 0 0 0\ncpu3 0 0 0 10 0 0 0 0\n"
    after = "cpu0 130 0 70 840 60 0 0 0 9 9\ncpu3 0 0 0 10 0 0 0 0\nintr 5\n"
    write(tmp_path, {"proc/stat": head + before})
    source = ProcSource(str(tmp_path))
    write(tmp_path, {"proc/stat": head + after})
    assert source.loads() == [50.0, None, None, None]  # core 3 has not ticked


def test_proc_memory(tmp_path: Path) -> None:
    ram = "MemTotal: 4096000 kB\nMemFree: 1 kB\nMemAvailable: 1024000 kB\n"
    write(tmp_path, {"proc/meminfo": ram + "SwapTotal: 2048 kB\nSwapFree: 1024 kB\n"})
    assert ProcSource(str(tmp_path)).memory() == Memory(3000, 4000, 1, 2)
    write(tmp_path, {"proc/meminfo": "MemTotal: 4096000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n"})
    assert ProcSource(str(tmp_path)).memory() == Memory(None, 4000, None, None)


@pytest.mark.parametrize(
    "text", ["", "cpu0\n", "cpu0 x y z w\n", "cpu99999999 1 2 3 4\n", "\n\n\0"]
)
def test_proc_files_that_make_no_sense(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"proc/stat": text, "proc/meminfo": text})
    source = ProcSource(str(tmp_path))
    assert source.loads() == []
    assert source.memory() == Memory(None, None, None, None)


def test_proc_of_this_machine_agrees_with_psutil() -> None:
    psutil = pytest.importorskip("psutil")
    ours, theirs = ProcSource(), PsutilSource(psutil)
    assert len(ours.loads()) >= len(theirs.loads())
    assert ours.memory().ram_total_mb == theirs.memory().ram_total_mb


def test_without_psutil_this_machines_own_files_are_read() -> None:
    def load(name: str) -> object:
        raise ImportError(f"No module named {name!r}")

    class NoGpu:
        source = ""

        def body(self) -> dict[str, Any]:
            return {}

    machine = Machine(0.0, NoGpu(), load=load)  # type: ignore[arg-type]
    assert machine.source == "/proc"
    assert machine.body(0.0)["ram_total_mb"] == ProcSource().memory().ram_total_mb


def test_a_psutil_that_cannot_read_gives_nothing() -> None:
    def refuse(**_: object) -> None:
        raise OSError("no /proc/vmstat")

    broken = types.SimpleNamespace(cpu_percent=lambda percpu: [1.0], virtual_memory=refuse)
    source = PsutilSource(broken)
    assert source.memory() == Memory(None, None, None, None)
    assert source.loads() == [1.0]


def test_psutils_loads_are_dropped_where_a_core_came_or_went() -> None:
    told = iter([[0.0, 0.0], [10.0, 20.0], [10.0, 0.0, 100.0], [10.0, 20.0, 30.0]])
    source = PsutilSource(types.SimpleNamespace(cpu_percent=lambda percpu: next(told)))
    assert [source.loads() for _ in range(3)] == [[10.0, 20.0], [], [10.0, 20.0, 30.0]]


def test_a_jetson_reads_its_own_files_also_where_psutil_is_there(tmp_path: Path) -> None:
    """psutil numbers the cores that are online, and a power mode turns some off."""
    write(tmp_path, {"etc/nv_tegra_release": "# R35", "sys/devices/system/cpu/present": "0-5\n",
                     "proc/stat": "cpu0 0 0 0 0\ncpu3 0 0 0 0\n"})  # fmt: skip
    source = ProcSource(str(tmp_path))
    write(tmp_path, {"proc/stat": "cpu0 1 0 0 9\ncpu3 9 0 0 1\n"})
    assert source.loads() == [10.0, None, None, 90.0, None, None]
    ram = "MemTotal: 4096000 kB\nMemFree: 512000 kB\nBuffers: 102400 kB\nCached: 409600 kB\n"
    write(tmp_path, {"proc/meminfo": ram + "MemAvailable: 2048000 kB\nSwapTotal: ² kB\n"})
    assert source.memory() == Memory(3000, 4000, None, None)  # as tegrastats counts


# /sys


def test_thermal_zones_are_named_as_tegrastats_does(tmp_path: Path) -> None:
    zones = {"CPU-therm": "41500", "GPU-therm": "-256000", "tj-thermal": "39000", "iwlwifi": "x"}
    for number, (kind, value) in enumerate(zones.items()):
        zone = f"sys/class/thermal/thermal_zone{number}/"
        write(tmp_path, {zone + "type": kind + "\n", zone + "temp": value + "\n"})
    assert Thermal(str(tmp_path)).read() == {
        "CPU": 41.5, "GPU": None, "tj": 39.0, "iwlwifi": None
    }  # fmt: skip


def test_the_hotter_of_a_pcs_two_cpu_sensors_and_its_disk(tmp_path: Path) -> None:
    write(tmp_path, {
        "sys/class/thermal/thermal_zone0/type": "x86_pkg_temp",
        "sys/class/thermal/thermal_zone0/temp": "51000",
        "sys/class/hwmon/hwmon2/name": "coretemp",
        "sys/class/hwmon/hwmon2/temp1_input": "52000",
        "sys/class/hwmon/hwmon3/name": "nvme",
        "sys/class/hwmon/hwmon3/temp1_input": "70000",
    })  # fmt: skip
    found = Thermal(str(tmp_path)).read()
    assert found == {"CPU": 52.0, "disk": 70.0}
    assert die_temperatures({"temperatures_c": found}) == {"CPU": 52.0}  # the guard's


def test_no_sensors(tmp_path: Path) -> None:
    assert Thermal(str(tmp_path)).read() == {}
    assert len(Thermal(str(tmp_path))) == 0


@pytest.mark.parametrize(
    ("text", "load"), [("421\n", 42.1), ("0", 0.0), ("1000", 100.0), ("4000", None), ("x", None)]
)
def test_a_jetsons_gpu_load_is_in_thousandths(tmp_path: Path, text: str, load: float) -> None:
    assert JetsonGpu(str(tmp_path)).load_percent() is None
    write(tmp_path, {"sys/devices/gpu.0/load": text})
    assert JetsonGpu(str(tmp_path)).load_percent() == load


def test_how_a_jetson_is_recognized(tmp_path: Path) -> None:
    assert not is_jetson(str(tmp_path))
    write(tmp_path, {"proc/device-tree/compatible": "nvidia,p3450\0nvidia,tegra210\0"})
    assert is_jetson(str(tmp_path))


# NVML


def test_nvml_reads_the_first_gpu(tmp_path: Path) -> None:
    write(tmp_path, {"dev/nvidiactl": ""})
    gpu = open_gpu(str(tmp_path), loader(pynvml=fake_nvml()))
    assert isinstance(gpu, NvmlGpu)
    assert gpu.name == "Card"
    assert gpu.read() == GpuReading(87, 3, 8, 61, 95500, 1500, 30, True)
    gpu.close()


@pytest.mark.parametrize(
    ("reasons", "is_slowed"),
    [(0, False), (0x20, True), (0x40, True), (0x1, False), (0x4, False), (0x8, False),
     (0x80, False), (0x9F, False), (0xFF, True)],
)  # fmt: skip
def test_a_gpu_is_throttled_where_heat_slows_it_down(
    tmp_path: Path, reasons: int, is_slowed: bool
) -> None:
    """Not where it idles, or has reached its limit of power."""
    write(tmp_path, {"dev/nvidiactl": ""})
    fake = fake_nvml(nvmlDeviceGetCurrentClocksThrottleReasons=reasons)
    gpu = open_gpu(str(tmp_path), loader(pynvml=fake))
    assert isinstance(gpu, NvmlGpu) and gpu.read().throttled is is_slowed


def test_nvml_that_fails_later_is_never_an_exception(tmp_path: Path) -> None:
    write(tmp_path, {"dev/nvidiactl": ""})
    lost = NVMLError("GPU is lost")
    questions = (
        "UtilizationRates", "MemoryInfo", "Temperature", "PowerUsage", "ClockInfo", "FanSpeed",
        "CurrentClocksThrottleReasons",
    )  # fmt: skip
    failing = fake_nvml(
        nvmlDeviceGetName=b"Old",
        nvmlShutdown=lost,
        **{"nvmlDeviceGet" + question: lost for question in questions},
    )
    gpu = open_gpu(str(tmp_path), loader(pynvml=failing))
    assert isinstance(gpu, NvmlGpu) and gpu.name == "Old"
    assert gpu.read() == GpuReading()
    gpu.close()


def test_why_there_is_no_gpu(tmp_path: Path) -> None:
    assert open_gpu(str(tmp_path), loader()) == "no NVIDIA driver is loaded"
    write(tmp_path, {"dev/nvidiactl": ""})
    root, error = str(tmp_path), NVMLError("Driver Not Loaded")
    assert open_gpu(root, loader()) == "the package nvidia-ml-py is not installed"
    none = open_gpu(root, loader(pynvml=fake_nvml(nvmlInit=error)))
    assert none == "NVML cannot be initialized (Driver Not Loaded)"
    none = open_gpu(root, loader(pynvml=fake_nvml(nvmlDeviceGetHandleByIndex=error)))
    assert none == "NVML finds no GPU (Driver Not Loaded)"


def test_the_real_pynvml_has_what_is_asked_for() -> None:
    real = pytest.importorskip("pynvml")
    assert not [name for name in vars(fake_nvml()) if not hasattr(real, name)]
    assert nvml._CLOCK_SM == real.NVML_CLOCK_SM
    assert nvml._THRESHOLD_SHUTDOWN == real.NVML_TEMPERATURE_THRESHOLD_SHUTDOWN
    assert nvml._THRESHOLD_SLOWDOWN == real.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN
    thermal = (real.nvmlClocksThrottleReasonSwThermalSlowdown,
               real.nvmlClocksThrottleReasonHwThermalSlowdown)  # fmt: skip
    assert sum(thermal) == nvml._HEAT


# Together


def test_a_pc_with_a_gpu(tmp_path: Path) -> None:
    write(tmp_path, {
        "dev/nvidiactl": "",
        "proc/stat": "cpu0 10 0 0 90\n",
        "proc/meminfo": "MemTotal: 8192000 kB\nMemAvailable: 4096000 kB\n",
        "sys/class/hwmon/hwmon0/name": "k10temp",
        "sys/class/hwmon/hwmon0/temp1_input": "48000",
    })  # fmt: skip
    load = loader(pynvml=fake_nvml())
    machine = Machine(0.0, Gpu(str(tmp_path), load), str(tmp_path), load)
    write(tmp_path, {"proc/stat": "cpu0 40 0 0 160\n"})
    assert machine.describe() == (
        "CPU, memory and temperatures come from /proc; the GPU (Card) is read through NVML"
    )
    assert "cpus" not in machine.body(0.05)  # too soon for a difference
    assert machine.body(1.0) == {
        "source": "/proc + NVML",
        "cpus": [{"load_percent": 30.0}],
        "cpu_load_percent": 30.0,
        "ram_used_mb": 4000,
        "ram_total_mb": 8000,
        "temperatures_c": {"CPU": 48.0},
        "cpu_temperature_c": 48.0,
        "gpu_load_percent": 87,
        "gpu_temperature_c": 61,
        "gpu_memory_used_mb": 3,
        "gpu_memory_total_mb": 8,
        "power_mw": {"GPU": {"now": 95500}},
        "gpu_freq_mhz": 1500,
        "fan_percent": 30,
        "throttling": ["GPU"],
        "mem_available_mb": 4000,
        "sources": {
            **dict.fromkeys(
                ("gpu_load_percent", "gpu_temperature_c", "gpu_memory_used_mb", "power_mw",
                 "gpu_memory_total_mb", "gpu_freq_mhz", "fan_percent", "throttling"), "NVML",
            ),
            "temperatures_c": "sysfs",
            "cpu_temperature_c": "sysfs",
            "mem_available_mb": "/proc",
        },
    }  # fmt: skip
    trips = Gpu(str(tmp_path), load).trips()
    assert trips == [Trip("GPU", "passive", 93.0), Trip("GPU", "critical", 98.0)]


def test_a_jetsons_shared_memory_is_never_its_gpus(tmp_path: Path) -> None:
    write(tmp_path, {"etc/nv_tegra_release": "# R38", "dev/nvidiactl": ""})
    gpu = Gpu(str(tmp_path), loader(pynvml=fake_nvml()))
    body = gpu.body()
    assert body["gpu_load_percent"] == 87
    assert not [key for key in body if "memory" in key]
    gpu.close()


def test_a_jetson_without_tegrastats(tmp_path: Path) -> None:
    write(tmp_path, {"etc/nv_tegra_release": "# R32", "sys/devices/gpu.0/load": "990"})
    gpu = Gpu(str(tmp_path), loader())
    machine = Machine(0.0, gpu, str(tmp_path), loader())
    assert machine.source == "/proc + sysfs"
    told = "CPU and memory come from /proc; the GPU's load comes from its driver"
    assert machine.describe() == told
    assert machine.body(1.0) == {
        "source": "/proc + sysfs",
        "gpu_load_percent": 99.0,
        "sources": {"gpu_load_percent": "sysfs"},
    }


def test_pynvml_is_not_even_loaded_without_a_driver(tmp_path: Path) -> None:
    loaded = "pynvml" in sys.modules
    assert Gpu(str(tmp_path)).missing == "no NVIDIA driver is loaded"
    assert ("pynvml" in sys.modules) is loaded
