import pytest

from nanotrain_tui.telemetry import summary


@pytest.mark.parametrize(
    ("zones", "cpu", "gpu"),
    [
        ({"CPU": 44.5, "GPU": 41.5, "PMIC": 100.0}, 44.5, 41.5),
        ({"cpu": 50.7, "tj": 60.0}, 50.7, None),
        ({"BCPU": 41.0, "MCPU": 43.0, "GPU": 39.0}, 43.0, 39.0),
        ({"GPU": None, "CPU": 42.0}, 42.0, None),
        ({"PMIC": 100.0, "thermal": 40.0, "Tdiode": 33.0}, None, None),
        ({"cpu-0-0": 30.0, "CPU1": 31.0, "gpu0": 29.0}, 31.0, 29.0),
        ({"CPU": -127.0, "GPU": 9999.0}, None, None),
        ({}, None, None),
    ],
)
def test_temperatures(zones: "dict[str, float | None]", cpu: float, gpu: float) -> None:
    assert summary.cpu_temperature(zones) == cpu
    assert summary.gpu_temperature(zones) == gpu


@pytest.mark.parametrize(
    ("rails", "total"),
    [
        ({"POM_5V_IN": 4122, "POM_5V_GPU": 109, "POM_5V_CPU": 1167}, 4122),
        ({"VDD_CPU_GPU_CV": 500, "VDD_IN": 4800, "VDD_SOC": 1400}, 4800),
        ({"VDD_GPU": 900, "VIN_SYS_5V0": 4000, "VIN": 9000}, 9000),
        # a carrier with its sensors wired in another order: the input is less than a part
        ({"POM_5V_GPU": 8900, "POM_5V_IN": 3200, "POM_5V_CPU": 3100}, None),
        # no rail measures the whole module
        ({"VDD_GPU_SOC": 2400, "VDD_CPU_CV": 400, "VIN_SYS_5V0": 4000}, None),
        ({"GPU": 466, "CPU": 466, "SOC": 932, "SYS5V": 1854}, None),
        ({"VDD_IN": 0, "VDD_SOC": 0}, None),
        ({}, None),
    ],
)
def test_module_power(rails: "dict[str, int]", total: "int | None") -> None:
    assert summary.module_power(rails) == total


def test_cpu_load_is_the_mean_of_the_cores_that_are_online() -> None:
    assert summary.cpu_load([10, None, 21, 4]) == 11.7
    assert summary.cpu_load([None, None]) is None
    assert summary.cpu_load([]) is None
