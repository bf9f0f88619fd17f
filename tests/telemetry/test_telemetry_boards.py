"""What is read of each board's own files, whole and damaged."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from boards import BOARDS, plant

from nanotrain_tui.telemetry.board import describe_board
from nanotrain_tui.telemetry.monitor import Monitor
from nanotrain_tui.telemetry.samples import Gpu, Machine
from nanotrain_tui.telemetry.thermal import Trip, read_trips


def no_module(name: str) -> Any:
    raise ImportError(name)


def body_of(root: str) -> dict[str, Any]:
    """What a machine of this root tells after a second of a half load."""
    machine = Machine(0.0, Gpu(root, no_module), root, no_module)
    stat = Path(root, "proc/stat")
    if stat.is_file():
        stat.write_text(stat.read_text(errors="replace").replace(" 10 0 0 90", " 60 0 0 140"))
    return machine.body(1.0)


WANTED: dict[str, dict[str, Any]] = {
    "nano": {
        "source": "/proc + sysfs",
        "cpu_load_percent": 50.0,
        "gpu_load_percent": 97.3,
        "gpu_freq_mhz": 921,
        "gpu_max_mhz": 921,
        "cpu_max_mhz": 1479,
        "ram_total_mb": 3956,
        "ram_used_mb": 3044,
        "mem_available_mb": 812,
        "gpu_mapped_mb": 640,
        "swap_total_mb": 1978,
        "lfb_blocks": 3,
        "lfb_mb": 0.25,
        "temperatures_c": {"AO": 44.0, "CPU": 39.5, "GPU": 38.0, "PLL": 37.5, "thermal": 38.75},
        "cpu_temperature_c": 39.5,
        "gpu_temperature_c": 38.0,
        "power_mw": {
            "POM_5V_IN": {"now": 4210}, "POM_5V_GPU": {"now": 1480}, "POM_5V_CPU": {"now": 760}
        },
        "power_total_mw": 4210,
        "throttling": ["gpu"],
        "fan_percent": 20,
    },
    "xavier nx": {
        "cpus": [{"load_percent": 50.0}] * 4 + [None, None],
        "cpu_load_percent": 50.0,
        "gpu_load_percent": 99.0,
        "gpu_freq_mhz": 1109,
        "ram_total_mb": 6854,
        "gpu_mapped_mb": 1100,
        "lfb_blocks": 356,
        "lfb_mb": 4.0,
        "temperatures_c": {
            "CPU": 51.0, "GPU": 49.5, "AUX": 48.0, "AO": 49.0, "iwlwifi_1": None
        },
        "power_mw": {
            "VDD_IN": {"now": 13500}, "VDD_CPU_GPU_CV": {"now": 9500}, "VDD_SOC": {"now": 1500}
        },
        "power_total_mw": 13500,
        "throttling": [],
        "fan_percent": 100,
    },
    "orin nano, JetPack 5": {
        "gpu_load_percent": 45.5,
        "gpu_freq_mhz": 306,
        "temperatures_c": {
            "CPU": 52.812, "GPU": 51.031, "CV0": None, "SOC0": 50.5, "tj": 52.812
        },
        "power_total_mw": 7640,
        "throttling": ["cpu"],
        "mem_available_mb": 5200,
        "lfb_blocks": 2,
    },
    "orin nano, JetPack 6": {
        "gpu_load_percent": 45.5,
        "gpu_freq_mhz": 306,
        "temperatures_c": {
            "cpu": 52.812, "gpu": 51.031, "cv0": None, "soc0": 50.5, "tj": 52.812
        },
        "cpu_temperature_c": 52.812,
        "gpu_temperature_c": 51.031,
        "power_total_mw": 7640,
        "throttling": ["cpu"],
        "gpu_mapped_mb": 96,
    },
    "a PC without anything": {"source": "/proc"},
}  # fmt: skip
WANTED["xavier nx, JetPack 4"] = WANTED["xavier nx"]


@pytest.mark.parametrize("board", BOARDS)
def test_the_figures_of_a_board(tmp_path: Path, board: str) -> None:
    body = body_of(plant(tmp_path, BOARDS[board]))
    assert {key: body.get(key) for key in WANTED[board]} == WANTED[board]
    if not BOARDS[board]:
        assert body == {"source": "/proc"}


def test_each_figure_says_where_it_came_from(tmp_path: Path) -> None:
    sources = body_of(plant(tmp_path, BOARDS["nano"]))["sources"]
    assert sources["power_mw"] == sources["gpu_load_percent"] == sources["throttling"] == "sysfs"
    assert sources["mem_available_mb"] == sources["gpu_mapped_mb"] == "/proc"
    assert "ram_used_mb" not in sources  # from the first of ``source``


@pytest.mark.parametrize(
    ("board", "lowest"),
    [
        ("nano", Trip("CPU", "passive", 97.0)),
        ("xavier nx", Trip("CPU", "passive", 95.5)),
        ("orin nano, JetPack 5", Trip("CPU", "passive", 99.0)),
        ("orin nano, JetPack 6", Trip("cpu", "passive", 99.0)),
        ("a PC without anything", None),
    ],
)
def test_the_limits_of_a_board(tmp_path: Path, board: str, lowest: Trip | None) -> None:
    trips = read_trips(plant(tmp_path, BOARDS[board]))
    assert (trips[0] if trips else None) == lowest
    assert all(trip.kind != "active" and "PMIC" not in trip.zone for trip in trips)


@pytest.mark.parametrize(
    ("board", "locked", "gpu", "cpu"),
    [
        ("nano", False, (921, 921), (1479, 1479)),
        ("xavier nx", False, (1109, 1109), (1420, 1907)),
        ("orin nano, JetPack 6", False, (624, 624), (1510, 1510)),
        ("a PC without anything", None, (None, None), (None, None)),
    ],
)
def test_the_clocks_of_a_board(
    tmp_path: Path, board: str, locked: bool | None, gpu: Any, cpu: Any
) -> None:
    info = describe_board(plant(tmp_path, BOARDS[board]))
    assert (info.gpu.max_mhz, info.gpu.top_mhz) == gpu
    assert (info.cpu.max_mhz, info.cpu.top_mhz) == cpu
    assert info.clocks_locked is locked


def test_clocks_are_locked_as_jetson_clocks_leaves_them(tmp_path: Path) -> None:
    root = plant(tmp_path, BOARDS["nano"])
    plant(tmp_path, {"sys/class/devfreq/57000000.gpu/min_freq": "921600000"})
    assert describe_board(root).clocks_locked is False  # the CPU is not
    for core in range(4):
        folder = f"sys/devices/system/cpu/cpu{core}/cpufreq/"
        plant(tmp_path, {folder + "scaling_min_freq": "1479000"})
    assert describe_board(root).clocks_locked is True


class Child:
    """A tegrastats that has written one line."""

    def __init__(self, line: str) -> None:
        self.output = [line.encode() + b"\n"]

    def fileno(self) -> int:
        return 99

    def read(self) -> bytes | None:
        return self.output.pop() if self.output else None

    def close(self) -> int | None:
        return None


def completed(root: str, line: str) -> tuple[dict[str, Any], list[str]]:
    """The sample of a board whose tegrastats prints this, and what the monitor has to tell."""
    program = Path(root, "usr/bin/tegrastats")
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monitor = Monitor(None, 1.0, lambda: 0.0, lambda _: Child(line), root)  # type: ignore[arg-type,return-value]
    monitor.start()
    monitor.read()
    body = monitor.poll(1.0)
    monitor.close()
    assert body is not None
    return body, monitor.notes()


def test_a_plain_users_tegrastats_is_completed(tmp_path: Path) -> None:
    line = "RAM 3000/3956MB (lfb 1x4MB) CPU [50%@1428,off] PLL@37C CPU@40C GPU@39C"
    body, _ = completed(plant(tmp_path, BOARDS["nano"]), line)
    assert body["temperatures_c"]["CPU"] == 40.0 and body["ram_used_mb"] == 3000
    assert (body["gpu_load_percent"], body["power_total_mw"]) == (97.3, 4210)
    assert body["source"] == "tegrastats + sysfs" and body["sources"]["power_mw"] == "sysfs"
    assert (body["lfb_blocks"], body["gpu_mapped_mb"]) == (1, 640)


def test_a_thors_load_is_not_noted_as_roots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    root = plant(tmp_path, {"etc/nv_tegra_release": "# R38"})
    line = "RAM 900/12000MB CPU [4%@972] EMC_FREQ 7%@3200 GR3D_FREQ @[314,315] VIN 10mW/20mW"
    body, notes = completed(root, line)
    assert body["gpu_freq_mhz"] == 315 and "gpu_load_percent" not in body
    assert notes == []


def test_a_load_without_a_clock_gets_the_drivers(tmp_path: Path) -> None:
    line = "RAM 3000/3956MB (lfb 1x4MB) CPU [50%@1428,off] EMC_FREQ 0% GR3D_FREQ 42% GPU@39C"
    body, _ = completed(plant(tmp_path, BOARDS["nano"]), line)
    assert (body["gpu_load_percent"], body["gpu_freq_mhz"]) == (42, 921)
    assert "gpu_load_percent" not in body["sources"]
    assert body["sources"]["gpu_freq_mhz"] == "sysfs"


@pytest.mark.parametrize("sensors", [True, False])
def test_power_is_noted_as_roots_if_there_are_sensors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sensors: bool
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    nano = {name: text for name, text in BOARDS["nano"].items() if "ina3221" not in name}
    root = plant(tmp_path, nano)
    if sensors:
        (tmp_path / "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0").mkdir(parents=True)
    body, notes = completed(root, "RAM 3000/3956MB CPU [50%@1428,off] GPU@39C")
    assert "power_mw" not in body
    assert ["the power" in note for note in notes] == [sensors]


UNREADABLE = object()
DAMAGE: st.SearchStrategy[Any] = st.sampled_from(
    ["", "x", "-1", "\0\0", "9" * 40, "-256000", "1 2 3", "\xff\xfe", None, UNREADABLE]
)


@pytest.mark.slow
@settings(max_examples=60)
@given(st.sampled_from([name for name in BOARDS if BOARDS[name]]), st.data())
def test_whatever_is_missing_or_damaged_is_no_exception(board: str, data: st.DataObject) -> None:
    files = dict(BOARDS[board])
    damaged = data.draw(st.dictionaries(st.sampled_from(sorted(files)), DAMAGE, max_size=40))
    files.update(damaged)
    with tempfile.TemporaryDirectory() as folder:
        root = plant(Path(folder), {n: text for n, text in files.items() if isinstance(text, str)})
        for name in damaged:
            if damaged[name] is UNREADABLE:  # for root as well, whom no mode keeps out
                Path(folder, name).mkdir(parents=True)
        body = body_of(root)
        zones = body.get("temperatures_c", {}).values()
        assert all(value is None or -100 < value < 1e6 for value in zones)
        assert body.get("power_total_mw", 1) > 0
        describe_board(root)
        assert all(40 <= trip.temperature_c <= 130 for trip in read_trips(root))


def test_the_first_sixteen_trip_points_of_a_zone_are_read(tmp_path):
    zone = tmp_path / "sys/class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "type").write_text("cpu-thermal\n")
    for number in range(18):
        (zone / f"trip_point_{number}_type").write_text("passive\n")
        (zone / f"trip_point_{number}_temp").write_text(f"{100_000 - 1000 * number}\n")
    assert [trip.temperature_c for trip in read_trips(str(tmp_path))] == list(range(85, 101))
