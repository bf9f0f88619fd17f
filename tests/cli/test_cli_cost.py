"""The CPU time of monitoring, as ``nanotrain doctor`` reports it."""

import json
from pathlib import Path

import pytest
from recorded import Recording

from nanotrain_tui.cli import cost
from nanotrain_tui.cli.cost import Cost, check_cost, dashboard_cost, host_cost
from nanotrain_tui.config import Folders, find_folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return find_folders({"NANOTRAIN_HOME": str(tmp_path / "home")})


def recorded(folders: Folders, data: str, *cpu_seconds: float) -> None:
    recording = Recording(folders.home, data).started()
    for minute, cpu_s in enumerate(cpu_seconds):
        recording.recorder.sample(60.0 * minute, 0, {"source": "x", "host_cpu_s": cpu_s})
    recording.finished()


def test_the_cost_of_the_host_is_measured_over_the_last_minutes(folders: Folders) -> None:
    assert host_cost(folders) is None
    recorded(folders, "mnist", *(0.5 * minute for minute in range(20)))
    found = host_cost(folders)
    assert found is not None and found[0] == "mnist-1"
    assert found[1] == Cost(5.0, 600.0) and found[1].per_minute == 0.5
    check = check_cost(folders)
    assert check.status == "ok" and "host with telemetry 0.5 (mnist-1)" in check.found


def test_a_host_that_takes_much_cpu_time_is_a_warning(folders: Folders) -> None:
    recorded(folders, "mnist", 0.0, 9.0)
    assert check_cost(folders).status == "warn" and "interval_s" in check_cost(folders).advice


@pytest.mark.parametrize("values", [(), (1.0,), ("x", None)])
def test_a_session_without_the_measurement_is_skipped(
    folders: Folders, values: tuple[float]
) -> None:
    recorded(folders, "mnist", *values)
    assert host_cost(folders) is None and check_cost(folders).status == "ok"


def test_the_cost_of_the_dashboard_is_saved(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 120.0])
    monkeypatch.setattr(cost.time, "monotonic", lambda: next(times))
    used = iter([1.0, 5.0])
    monkeypatch.setattr(cost.time, "process_time", lambda: next(used))
    with dashboard_cost(folders):
        pass
    assert "dashboard 2.0 (the last one)" in check_cost(folders).found
    file = folders.cache / "dashboard-cost.json"
    assert json.loads(file.read_text()) == {"cpu_s": 4.0, "elapsed_s": 120.0}
    for damage in ("", "[]", '{"cpu_s": "x", "elapsed_s": 1}', '{"cpu_s": 1, "elapsed_s": 0}'):
        file.write_text(damage)
        assert "during the first session" in check_cost(folders).found


def test_a_cache_that_cannot_be_written_is_no_error(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file is in the way")
    cost._save(folders.cache / "x", Cost(1.0, 60.0))


def test_what_lasted_a_short_time_says_nothing(folders: Folders) -> None:
    file = folders.cache / "dashboard-cost.json"
    cost._save(file, Cost(1.0, cost.MIN_ELAPSED_S - 0.001))
    assert not file.exists()
    cost._save(file, Cost(1.0, cost.MIN_ELAPSED_S))
    assert json.loads(file.read_text()) == {"cpu_s": 1.0, "elapsed_s": cost.MIN_ELAPSED_S}
    recording = Recording(folders.home, "short").started()
    for t in (0.0, cost.MIN_ELAPSED_S):
        recording.recorder.sample(t, 0, {"source": "x", "host_cpu_s": t})
    recording.finished()
    assert host_cost(folders) == ("short-1", Cost(cost.MIN_ELAPSED_S, cost.MIN_ELAPSED_S))
