"""The kernel's files of a few boards, as they lie under ``/proc``, ``/sys`` and ``/etc``.

The figures are our own; the paths and forms are those of each release.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

Files = dict[str, str]


def _zones(zones: Mapping[str, str], trips: Mapping[str, tuple[tuple[str, int], ...]]) -> Files:
    files = {}
    for number, (kind, value) in enumerate(zones.items()):
        zone = f"sys/class/thermal/thermal_zone{number}/"
        files.update({zone + "type": kind, zone + "temp": value})
        for point, (what, degrees) in enumerate(trips.get(kind, ())):
            files[f"{zone}trip_point_{point}_type"] = what
            files[f"{zone}trip_point_{point}_temp"] = str(degrees)
    return files


def _cooling(devices: Mapping[str, int]) -> Files:
    files = {}
    for number, (kind, state) in enumerate(devices.items()):
        device = f"sys/class/thermal/cooling_device{number}/"
        files.update({device + "type": kind, device + "cur_state": str(state)})
        files[device + "max_state"] = "10"
    return files


def _devfreq(name: str, now: int, low: int, high: int, listed: str = "") -> Files:
    folder = f"sys/class/devfreq/{name}/"
    clocks = {"cur_freq": now, "min_freq": low, "max_freq": high}
    files = {folder + file: str(mhz * 1000000) for file, mhz in clocks.items()}
    if listed:
        files[folder + "available_frequencies"] = listed
    return files


def _cpu(cores: int, now: int, low: int, high: int, top: int) -> Files:
    files = {}
    for core in range(cores):
        folder = f"sys/devices/system/cpu/cpu{core}/cpufreq/"
        for file, mhz in [
            ("scaling_cur_freq", now), ("scaling_min_freq", low), ("scaling_max_freq", high),
            ("cpuinfo_max_freq", top),
        ]:  # fmt: skip
            files[folder + file] = str(mhz * 1000)
    return files


def _hwmon_rails(*rails: tuple[str, int, int]) -> Files:
    """JetPack 5 and later: label, mV, mA."""
    folder = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon4/"
    files = {folder + "in7_label": "sum of shunt voltages", folder + "in7_input": "40"}
    for number, (label, millivolts, milliamperes) in enumerate(rails, 1):
        files[f"{folder}in{number}_label"] = label
        files[f"{folder}in{number}_input"] = str(millivolts)
        files[f"{folder}curr{number}_input"] = str(milliamperes)
    return files


def _memory(total_mb: int, available_mb: int, mapped_mb: int | None, swap_mb: int = 0) -> Files:
    kib = {"MemTotal": total_mb, "MemFree": available_mb - 300, "MemAvailable": available_mb,
           "Buffers": 50, "Cached": 350,
           "SwapTotal": swap_mb, "SwapFree": swap_mb // 2}  # fmt: skip
    if mapped_mb is not None:
        kib["NvMapMemUsed"] = mapped_mb
    return {"proc/meminfo": "".join(f"{name}: {mb * 1024} kB\n" for name, mb in kib.items())}


def nano() -> Files:
    """Jetson Nano, JetPack 4.6: NVIDIA's own kernel 4.9."""
    zones = {
        "AO-therm": "44000", "CPU-therm": "39500", "GPU-therm": "38000", "PLL-therm": "37500",
        "PMIC-Die": "100000", "thermal-fan-est": "38750",
    }  # fmt: skip
    trips = {
        "CPU-therm": (("critical", 102500), ("hot", 98500), ("passive", 97000)),
        "GPU-therm": (("active", -25000), ("critical", 103000), ("passive", 98000)),
        "PMIC-Die": (("critical", 120000),),
    }
    rails = "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/"
    power = {"POM_5V_IN": 4210, "POM_5V_GPU": 1480, "POM_5V_CPU": 760}
    files: Files = {
        "proc/device-tree/compatible": "nvidia,p3450-0000\0nvidia,jetson-nano\0nvidia,tegra210\0",
        "proc/device-tree/model": "NVIDIA Jetson Nano Developer Kit\0",
        "etc/nv_tegra_release": "# R32 (release), REVISION: 7.1, GCID: 1, BOARD: t210ref\n",
        "proc/stat": "cpu0 10 0 0 90\ncpu1 10 0 0 90\ncpu2 10 0 0 90\ncpu3 10 0 0 90\n",
        "proc/buddyinfo": (
            "Node 0, zone      DMA      5      4      3      2      1      0      0      0\n"
            "Node 0, zone   Normal     50     40     30     20     10      5      3      0\n"
        ),
        "sys/devices/gpu.0/load": "973\n",
        "sys/devices/pwm-fan/cur_pwm": "51",
        "etc/nvpmodel.conf": "< POWER_MODEL ID=0 NAME=MAXN >\n< POWER_MODEL ID=1 NAME=5W >\n",
        **_zones(zones, trips),
        **_cooling({"pwm-fan": 3, "cpu-balanced": 0, "gpu-balanced": 2, "core_dvfs_floor": 1}),
        **_devfreq("57000000.gpu", 921, 76, 921, "76800000 460800000 921600000"),
        **_cpu(4, 1428, 102, 1479, 1479),
        **_memory(3956, 812, 640, 1978),
    }
    for number, (name, milliwatts) in enumerate(power.items()):
        files[f"{rails}rail_name_{number}"] = name
        files[f"{rails}in_power{number}_input"] = str(milliwatts)
        files[f"{rails}in_voltage{number}_input"] = "5000"
        files[f"{rails}in_current{number}_input"] = str(milliwatts // 5)
    return files


def xavier_nx() -> Files:
    """Jetson Xavier NX, JetPack 5.1: kernel 5.10, 15 W with four of six cores on."""
    zones = {
        "CPU-therm": "51000", "GPU-therm": "49500", "AUX-therm": "48000", "AO-therm": "49000",
        "PMIC-Die": "50000", "iwlwifi_1": "x",
    }  # fmt: skip
    trips = {
        "CPU-therm": (("passive", 95500), ("critical", 100500)),
        "GPU-therm": (("hot", 97000),),
    }
    return {
        "proc/device-tree/compatible": "nvidia,p3509-0000+p3668-0000\0nvidia,tegra194\0",
        "proc/device-tree/model": "NVIDIA Jetson Xavier NX Developer Kit\0",
        "etc/nv_tegra_release": "# R35 (release), REVISION: 4.1, GCID: 2, BOARD: t186ref\n",
        "proc/stat": "".join(f"cpu{core} 10 0 0 90\n" for core in range(4)),
        "sys/devices/system/cpu/present": "0-5\n",  # two are off
        "proc/buddyinfo": "Node 0, zone   Normal  9 8 7 6 5 4 3 2 1 1 356\n",
        "sys/devices/platform/gpu.0/load": "990\n",
        "sys/class/hwmon/hwmon2/name": "pwmfan",
        "sys/class/hwmon/hwmon2/pwm1": "255",
        **_zones(zones, trips),
        **_cooling({"cpufreq-cpu0": 7, "cpu-throttle-alert": 0, "gpu-throttle-alert": 0}),
        **_devfreq("17000000.gv11b", 1109, 114, 1109, "114750000 1109250000"),
        **_devfreq("15340000.vic", 600, 115, 601),
        **_cpu(4, 1420, 1190, 1420, 1907),
        **_hwmon_rails(
            ("VDD_IN", 5000, 2700), ("VDD_CPU_GPU_CV", 5000, 1900), ("VDD_SOC", 5000, 300)
        ),
        **_memory(6854, 4100, 1100),
    }


def xavier_nx_jetpack4() -> Files:
    """The same board under JetPack 4.6: kernel 4.9, power in mW by iio."""
    rails = "sys/bus/i2c/drivers/ina3221x/7-0040/iio:device0/"
    power = {"VDD_IN": 13500, "VDD_CPU_GPU_CV": 9500, "VDD_SOC": 1500}
    files = {name: text for name, text in xavier_nx().items() if "ina3221" not in name}
    files["etc/nv_tegra_release"] = "# R32 (release), REVISION: 6.1, GCID: 2, BOARD: t186ref\n"
    del files["sys/devices/platform/gpu.0/load"]
    files["sys/class/devfreq/17000000.gv11b/device/load"] = "990\n"
    for number, (name, milliwatts) in enumerate(power.items()):
        files[f"{rails}rail_name_{number}"] = name
        files[f"{rails}in_power{number}_input"] = str(milliwatts)
    return files


def orin_nano(jetpack: int) -> Files:
    """Jetson Orin Nano, JetPack 5 (kernel 5.10) or 6 (5.15): names of zones and GPU differ."""
    zones = {
        "CPU-therm" if jetpack == 5 else "cpu-thermal": "52812",
        "GPU-therm" if jetpack == 5 else "gpu-thermal": "51031",
        "CV0-therm" if jetpack == 5 else "cv0-thermal": "-256000",
        "SOC0-therm" if jetpack == 5 else "soc0-thermal": "50500",
        "tj-therm" if jetpack == 5 else "tj-thermal": "52812",
    }
    kinds = list(zones)
    trips = {
        kinds[0]: (("passive", 99000), ("critical", 104500)),
        kinds[4]: (("active", 51000), ("active", 74000), ("critical", 105000)),
    }
    gpu = "17000000.ga10b" if jetpack == 5 else "17000000.gpu"
    load = "platform" if jetpack == 5 else "platform/bus@0"
    release = ("R35", "3.1") if jetpack == 5 else ("R36", "4.3")
    return {
        "proc/device-tree/compatible": "nvidia,p3768-0000+p3767-0005\0nvidia,tegra234\0",
        "proc/device-tree/model": "NVIDIA Jetson Orin Nano Developer Kit\0",
        "etc/nv_tegra_release": "# {} (release), REVISION: {}, GCID: 3\n".format(*release),
        "proc/stat": "".join(f"cpu{core} 10 0 0 90\n" for core in range(6)),
        "proc/buddyinfo": "Node 0, zone    DMA32  0 0 0 0 0 0 0 0 0 0 2\n",
        f"sys/devices/{load}/{gpu}/load": "455\n",
        **_zones(zones, trips),
        **_cooling({"pwm-fan": 4, "cpu-throttle-alert": 1, "soc0-throttle-alert": 0,
                    f"devfreq-{gpu}": 0}),
        **_devfreq(gpu, 306, 306, 624, "306000000 408000000 510000000 612000000 624750000"),
        **_cpu(6, 729, 729, 1510, 1510),
        **_hwmon_rails(
            ("VDD_IN", 5080, 1504), ("VDD_CPU_GPU_CV", 5080, 520), ("VDD_SOC", 5080, 296)
        ),
        **_memory(7620, 5200, 96),
    }  # fmt: skip


BOARDS: Mapping[str, Files] = {
    "nano": nano(),
    "xavier nx": xavier_nx(),
    "xavier nx, JetPack 4": xavier_nx_jetpack4(),
    "orin nano, JetPack 5": orin_nano(5),
    "orin nano, JetPack 6": orin_nano(6),
    "a PC without anything": {},
}


def plant(root: Path, files: Files) -> str:
    """Write the files below ``root``; the root as telemetry takes it."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return str(root)
