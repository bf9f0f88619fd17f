"""The first NVIDIA GPU of a PC or server, through NVML: package ``nvidia-ml-py``, module pynvml."""

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
    """One GPU's figures; ``None`` for what this GPU or driver does not tell."""

    load_percent: Optional[int] = None
    memory_used_mb: Optional[int] = None
    memory_total_mb: Optional[int] = None
    temperature_c: Optional[int] = None
    power_mw: Optional[int] = None
    freq_mhz: Optional[int] = None
    fan_percent: Optional[int] = None
    throttled: Optional[bool] = None  # slowed down for heat


class NvmlGpu:
    """An open GPU. After the driver has gone away every figure is ``None``, and nothing fails."""

    def __init__(self, nvml: Any, handle: Any, name: str) -> None:
        self.name = name
        self._nvml = nvml
        self._handle = handle

    def read(self) -> GpuReading:
        """The figures of this moment."""
        nvml = self._nvml
        rates = self._ask("nvmlDeviceGetUtilizationRates")
        memory = self._ask("nvmlDeviceGetMemoryInfo")
        reasons = self._ask("nvmlDeviceGetCurrentClocksThrottleReasons")
        return GpuReading(
            None if rates is None else int(rates.gpu),
            None if memory is None else int(memory.used) // _MIB,
            None if memory is None else int(memory.total) // _MIB,
            self._ask("nvmlDeviceGetTemperature", nvml.NVML_TEMPERATURE_GPU),
            self._ask("nvmlDeviceGetPowerUsage"),
            self._ask("nvmlDeviceGetClockInfo", _CLOCK_SM),
            self._ask("nvmlDeviceGetFanSpeed"),
            None if reasons is None else bool(reasons & _HEAT),
        )

    def trips(self) -> List[Trip]:
        """Where the card slows down and where it turns off."""
        limits = (("passive", _THRESHOLD_SLOWDOWN), ("critical", _THRESHOLD_SHUTDOWN))
        degrees = [(k, self._ask("nvmlDeviceGetTemperatureThreshold", n)) for k, n in limits]
        return [Trip("GPU", kind, float(value)) for kind, value in degrees if value]

    def _ask(self, question: str, *details: Any) -> Any:
        """``None`` where the card, or this pynvml, does not tell."""
        ask = getattr(self._nvml, question, None)
        try:
            return ask and ask(self._handle, *details)
        except self._nvml.NVMLError:
            return None

    def close(self) -> None:
        """Let the driver go."""
        try:
            self._nvml.nvmlShutdown()
        except self._nvml.NVMLError:
            pass


def open_gpu(
    root: str = "/", load: Callable[[str], Any] = importlib.import_module
) -> Union[NvmlGpu, str]:
    """The first GPU, or the reason why there is none, as an end of the sentence "no GPU: ..."."""
    # the module costs 3 MB: not loaded where there is nothing to ask
    if not any(os.path.exists(os.path.join(root, sign)) for sign in _DRIVER_SIGNS):
        return "no NVIDIA driver is loaded"
    try:
        nvml = load("pynvml")
    except ImportError:
        return "the package nvidia-ml-py is not installed"
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        return "NVML does not start ({})".format(error)
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(0)
        name = nvml.nvmlDeviceGetName(handle)
    except nvml.NVMLError as error:
        nvml.nvmlShutdown()
        return "NVML finds none ({})".format(error)
    return NvmlGpu(nvml, handle, name.decode() if isinstance(name, bytes) else str(name))
