"""Reads the first NVIDIA GPU of a PC or server through NVML (package ``nvidia-ml-py``).

Source of the functions and constants: NVIDIA, "NVML API Reference".
"""

import importlib
import os
from typing import Any, Callable, List, NamedTuple, Optional, Union

from .thermal import Trip

_MIB = 1 << 20
_CLOCK_SM = 1  # NVML_CLOCK_SM
_THRESHOLD_SHUTDOWN, _THRESHOLD_SLOWDOWN = 0, 1  # NVML_TEMPERATURE_THRESHOLD_...
_HEAT = 0x20 | 0x40  # nvmlClocksThrottleReason SwThermalSlowdown, HwThermalSlowdown
_DRIVER_SIGNS = ("proc/driver/nvidia", "dev/nvidiactl", "dev/dxg")  # dxg: in WSL


class GpuReading(NamedTuple):
    """The values of one GPU; ``None`` for what this GPU or driver does not report."""

    load_percent: Optional[int] = None
    memory_used_mb: Optional[int] = None
    memory_total_mb: Optional[int] = None
    temperature_c: Optional[int] = None
    power_mw: Optional[int] = None
    freq_mhz: Optional[int] = None
    fan_percent: Optional[int] = None
    throttled: Optional[bool] = None  # slowed down because of heat


class NvmlGpu:
    """An open GPU. If the driver is unloaded all values become ``None``; nothing is raised."""

    def __init__(self, nvml: Any, handle: Any, name: str) -> None:
        self.name = name
        self._nvml = nvml
        self._handle = handle

    def read(self) -> GpuReading:
        """The present values."""
        nvml = self._nvml
        rates = self._call("nvmlDeviceGetUtilizationRates")
        memory = self._call("nvmlDeviceGetMemoryInfo")
        reasons = self._call("nvmlDeviceGetCurrentClocksThrottleReasons")
        return GpuReading(
            None if rates is None else int(rates.gpu),
            None if memory is None else int(memory.used) // _MIB,
            None if memory is None else int(memory.total) // _MIB,
            self._call("nvmlDeviceGetTemperature", nvml.NVML_TEMPERATURE_GPU),
            self._call("nvmlDeviceGetPowerUsage"),
            self._call("nvmlDeviceGetClockInfo", _CLOCK_SM),
            self._call("nvmlDeviceGetFanSpeed"),
            None if reasons is None else bool(reasons & _HEAT),
        )

    def trips(self) -> List[Trip]:
        """The temperatures at which the card slows down and turns off."""
        limits = (("passive", _THRESHOLD_SLOWDOWN), ("critical", _THRESHOLD_SHUTDOWN))
        degrees = [(k, self._call("nvmlDeviceGetTemperatureThreshold", n)) for k, n in limits]
        return [Trip("GPU", kind, float(value)) for kind, value in degrees if value]

    def _call(self, name: str, *arguments: Any) -> Any:
        """The result of an NVML function; ``None`` if the card or this pynvml does not have it."""
        function = getattr(self._nvml, name, None)
        try:
            return function and function(self._handle, *arguments)
        except self._nvml.NVMLError:
            return None

    def close(self) -> None:
        """Shut down NVML."""
        try:
            self._nvml.nvmlShutdown()
        except self._nvml.NVMLError:
            pass


def open_gpu(
    root: str = "/", load: Callable[[str], Any] = importlib.import_module
) -> Union[NvmlGpu, str]:
    """The first GPU, or the reason why there is none, to be put after "no GPU: "."""
    # the module takes 3 MB, so it is not loaded without a driver
    if not any(os.path.exists(os.path.join(root, sign)) for sign in _DRIVER_SIGNS):
        return "no NVIDIA driver is loaded"
    try:
        nvml = load("pynvml")
    except ImportError:
        return "the package nvidia-ml-py is not installed"
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        return "NVML cannot be initialized ({})".format(error)
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(0)
        name = nvml.nvmlDeviceGetName(handle)
    except nvml.NVMLError as error:
        nvml.nvmlShutdown()
        return "NVML finds no GPU ({})".format(error)
    return NvmlGpu(nvml, handle, name.decode() if isinstance(name, bytes) else str(name))
