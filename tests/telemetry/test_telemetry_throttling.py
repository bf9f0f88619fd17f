"""What the kernel slows down because of heat, and how fast the fan turns."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from boards import plant

from nanotrain_tui.telemetry.thermal import Fan, Throttling


def throttling(root: Path, *devices: tuple[str, str]) -> list[str] | None:
    """What is read where these cooling devices are: their kinds and their states."""
    files = {}
    for number, (kind, state) in enumerate(devices):
        folder = f"sys/class/thermal/cooling_device{number}/"
        files.update({folder + "type": kind, folder + "cur_state": state})
    return Throttling(plant(root, files)).read()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("gpu-throttle-alert", "gpu"), ("soc0-throttle-alert", "soc0"), ("cpu-balanced", "cpu"),
        ("emergency-balanced", "emergency"), ("tegra-heavy", "tegra-heavy"),
        ("cpufreq-cpu0", "cpu0"), ("thermal-cpufreq-0", "0"), ("thermal-cpufreq", "cpufreq"),
        ("devfreq-17000000.gpu", "17000000.gpu"), ("thermal-devfreq-0", "0"),
        ("Processor", "Processor"),
    ],
)  # fmt: skip
def test_a_device_that_slows_something_down_names_it(tmp_path: Path, kind: str, name: str) -> None:
    assert throttling(tmp_path, (kind, "1")) == [name]


@pytest.mark.parametrize("kind", ["pwm-fan", "core_dvfs_floor", "vdd-cpu-balanced", "TCC Offset"])
def test_a_fan_slows_nothing_down(tmp_path: Path, kind: str) -> None:
    assert throttling(tmp_path, (kind, "3")) is None


def test_without_alerts_a_lowered_clock_is_a_sign(tmp_path: Path) -> None:
    found = throttling(tmp_path, ("cpufreq-cpu4", "0"), ("devfreq-gpu", "2"), ("cpufreq-cpu0", "9"))
    assert found == ["cpu0", "gpu"]


def test_with_alerts_a_lowered_clock_is_the_power_mode(tmp_path: Path) -> None:
    devices = [("cpufreq-cpu0", "9"), ("cpu-throttle-alert", "0")]
    assert throttling(tmp_path, *devices) == []


def test_what_cannot_be_read_is_unknown_and_the_rest_is_not(tmp_path: Path) -> None:
    assert throttling(tmp_path / "all", ("cpufreq-cpu0", "")) is None
    assert throttling(tmp_path / "one", ("cpufreq-cpu0", ""), ("cpufreq-cpu4", "0")) == []
    assert throttling(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("pwm", "percent"),
    [("0", 0), ("51", 20), ("255", 100), ("256", None), ("-1", None), ("odd", None), ("", None)],
)
@pytest.mark.parametrize("place", ["sys/devices/pwm-fan/cur_pwm", "sys/class/hwmon/hwmon2/pwm1"])
def test_the_speed_of_the_fan(tmp_path: Path, place: str, pwm: str, percent: int | None) -> None:
    """Its duty cycle is a byte."""
    plant(tmp_path, {place: pwm, "sys/class/hwmon/hwmon2/name": "pwmfan"})
    assert Fan(str(tmp_path)).percent() == percent


def test_a_machine_without_a_fan(tmp_path: Path) -> None:
    files = {"sys/class/hwmon/hwmon0/name": "k10temp", "sys/class/hwmon/hwmon0/pwm1": "51"}
    assert Fan(plant(tmp_path, files)).percent() is None
