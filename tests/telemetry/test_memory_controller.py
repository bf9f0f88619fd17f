"""The clock and the load of the memory controller, where this user may read them."""

from pathlib import Path

import pytest

from nanotrain_tui.telemetry.clocks import _EMC_ACTIVITY, _EMC_CLOCKS, MemoryController


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize("clock", _EMC_CLOCKS)
def test_the_clock_and_its_share_in_use(tmp_path: Path, clock: str) -> None:
    write(tmp_path, clock, "1600000000\n")
    assert MemoryController(str(tmp_path)).read() == {"emc_freq_mhz": 1600}
    write(tmp_path, _EMC_ACTIVITY, "400000\n")  # kHz
    assert MemoryController(str(tmp_path)).read() == {
        "emc_freq_mhz": 1600, "emc_load_percent": 25,
    }  # fmt: skip


def test_what_cannot_be_is_left_out(tmp_path: Path) -> None:
    assert MemoryController(str(tmp_path)).read() == {}
    write(tmp_path, _EMC_CLOCKS[0], "1600000000")
    controller = MemoryController(str(tmp_path))
    for activity in ("-1", "1600001", "busy", ""):
        write(tmp_path, _EMC_ACTIVITY, activity)
        assert controller.read() == {"emc_freq_mhz": 1600}, activity
    for clock in ("0", "-5", ""):
        write(tmp_path, _EMC_CLOCKS[0], clock)
        assert controller.read() == {}, clock
