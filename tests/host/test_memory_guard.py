"""The memory guard's decisions, sample by sample."""

from typing import Any

import pytest

from nanotrain_tui.host.guard.memory import MemoryGuard, available_mb


def test_low_memory_is_reported_once_until_it_is_relieved() -> None:
    memory = MemoryGuard()
    config = {"guard.memory": "checkpoint", "guard.memory_mb": 0.0}

    def acts(available: float) -> list[str]:
        body = {"mem_available_mb": available, "ram_total_mb": 4000, "swap_used_mb": 1,
                "swap_total_mb": 500}  # fmt: skip
        return [action.action for action in memory.take(body, config)]

    assert acts(201) == []
    assert acts(199) == ["warned", "checkpoint"]
    assert acts(150) == acts(250) == []
    assert acts(301) == ["relieved"]
    config["guard.memory"] = "warn"
    assert acts(100) == ["warned"]
    config["guard.memory"] = "off"
    assert acts(301) == []


@pytest.mark.parametrize(
    ("swap", "says"),
    [
        ({"swap_used_mb": 100, "swap_total_mb": 500}, "available and 400 MB of swap: a smaller"),
        ({"swap_used_mb": 500, "swap_total_mb": 500}, "available and 0 MB of swap: a smaller"),
        ({"swap_used_mb": 0, "swap_total_mb": 0}, "available and there is no swap: a smaller"),
        ({"swap_total_mb": 0}, "available and there is no swap: a smaller"),
        ({"swap_total_mb": 500}, "available: a smaller"),
        ({}, "available: a smaller"),
    ],
)
def test_a_warning_of_low_memory_tells_of_the_swap(swap: dict[str, int], says: str) -> None:
    config = {"guard.memory": "warn", "guard.memory_mb": 100.0}
    (warned,) = MemoryGuard().take({"mem_available_mb": 50, **swap}, config)
    assert warned.message == f"only 50 MB of memory are {says} train.batch_size needs less"


@pytest.mark.parametrize(
    ("body", "left"),
    [({"mem_available_mb": 7, "ram_used_mb": 1, "ram_total_mb": 3}, 7.0),
     ({"ram_used_mb": 1, "ram_total_mb": 3}, 2.0), ({"ram_used_mb": 1}, None), ({}, None)],
)  # fmt: skip
def test_available_memory(body: dict[str, Any], left: float | None) -> None:
    assert available_mb(body) == left
    assert MemoryGuard().take({}, {"guard.memory": "warn", "guard.memory_mb": 5.0}) == []
