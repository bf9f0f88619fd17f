"""The description of the machine in a recording."""

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from boards import BOARDS, plant

from nanotrain_tui.host import environment
from nanotrain_tui.telemetry.board import describe_board


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    environment.describe_environment.cache_clear()
    yield
    environment.describe_environment.cache_clear()


def test_a_boards_mode_and_clocks_are_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(tmp_path, {**BOARDS["nano"], "var/lib/nvpmodel/status": "pmode:0001"})
    asked = []

    def describe() -> object:
        asked.append(root)
        return describe_board(root)

    monkeypatch.setattr(environment, "describe_board", describe)
    recorded = environment.describe_environment()
    wanted = {
        "board": "NVIDIA Jetson Nano Developer Kit", "l4t": "32.7.1",
        "power_mode": "5W", "power_mode_id": 1, "clocks_locked": False,
        "gpu_max_mhz": 921, "gpu_top_mhz": 921, "cpu_max_mhz": 1479, "cpu_top_mhz": 1479,
    }  # fmt: skip
    assert {key: recorded[key] for key in wanted} == wanted
    environment.describe_environment()
    assert len(asked) == 1  # nvpmodel may take its two seconds once, not at every resume


def test_what_a_pc_does_not_tell_is_null(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "describe_board", lambda: describe_board(str(tmp_path)))
    recorded = environment.describe_environment()
    absent = ("board", "l4t", "power_mode", "power_mode_id", "clocks_locked", "gpu_max_mhz",
              "gpu_top_mhz", "cpu_max_mhz", "cpu_top_mhz")  # fmt: skip
    assert [recorded[key] for key in absent] == [None] * len(absent)
    assert recorded["memory_mb"] > 0
    assert recorded["cpus"] == os.cpu_count()
    assert recorded["host_python"] == platform.python_version()
    assert recorded["byte_order"] == sys.byteorder
