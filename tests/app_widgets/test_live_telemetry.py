"""What the telemetry panel shows: gauges, limits, what bounds the run."""

import pytest
from batches import Rows, batch_of
from drawn_states import TEGRA, hot_rows, roles_of, state_of, text_of

from nanotrain_tui.drawing.chart import draw_chart
from nanotrain_tui.drawing.charts.table import stacked
from nanotrain_tui.drawing.gauges import gauge_scale
from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.drawing.telemetry import draw_telemetry
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.run_state import Gauge, RunState


def test_telemetry_labels_the_kinds_of_memory_apart() -> None:
    lines = text_of(
        draw_telemetry(state_of(Rows().begin().steps([3.0] * 5).sample(**TEGRA)), 50, 7, UNICODE)
    )
    assert lines[0].split()[:3] == ["GPU", "load", "87%"]
    assert lines[1].startswith("TensorFlow") and "412 MB" in lines[1] and "max 530 MB" in lines[1]
    assert lines[2].startswith("RAM shared") and "2.35/3.9 GB" in lines[2]
    assert "52 °C" in lines[3] and "6.2 W" in lines[4]
    assert lines[6].startswith("from tegrastats")


PC = {
    "source": "psutil", "ram_used_mb": 500, "ram_total_mb": 800, "cpu_load_percent": 33,
    "swap_used_mb": 1, "swap_total_mb": 2048, "temperatures_c": {"CPU": 51.0, "disk": 38.0},
    "cpu_temperature_c": 51.0,
}  # fmt: skip


def test_without_a_jetson_the_panel_shows_what_is_known_and_no_dashes() -> None:
    lines = text_of(
        draw_telemetry(state_of(Rows().begin().steps([3.0] * 5).sample(**PC)), 50, 7, UNICODE)
    )
    assert [line[:11].strip() for line in lines[:5]] == [
        "RAM", "CPU temp", "CPU load", "Swap", "Disk temp",
    ]  # fmt: skip
    assert "500/800 MB" in lines[0] and "38 °C" in lines[4]
    assert lines[5].startswith("from psutil (no tegrastats)")
    assert not any("—" in line for line in lines)


def test_the_last_figures_of_an_ended_session_are_dated_and_muted() -> None:
    rows = Rows().begin().steps([3.0] * 5, seconds=120.0).sample(**PC)
    running = draw_telemetry(state_of(rows), 50, 7, UNICODE)
    assert "last measured" not in text_of(running)[5]
    rows.t += 3600.0
    ended = draw_telemetry(state_of(rows.event("finished")), 50, 7, UNICODE)
    assert text_of(ended)[5].rstrip() == "last measured 2026-05-06 07:10, from psutil"
    values = [row[1] for row in ended[:5]]
    assert {span.role for span in values} == {"muted"}


@pytest.mark.parametrize("t", [1e15, float("nan"), float("inf")])
def test_a_damaged_time_of_the_last_sample_gives_no_date(t: float) -> None:
    rows = Rows().begin().steps([3.0] * 5).sample(**PC)
    rows.t = t
    state = state_of(rows.sample(**PC).event("stopped"))
    assert state.measured_at is None
    assert draw_telemetry(state, 50, 7, UNICODE)


def test_a_gauge_without_a_value_now_is_missing() -> None:
    rows = Rows().begin().sample(**PC).steps([1.0]).sample(source="psutil", ram_used_mb=500)
    lines = text_of(draw_telemetry(state_of(rows), 50, 7, UNICODE))
    assert lines[1].split()[:3] == ["CPU", "temp", "—"]


def test_before_the_first_sample_there_are_no_gauges() -> None:
    lines = text_of(draw_telemetry(RunState(), 50, 7, UNICODE))
    assert [line.strip() for line in lines] == ["no telemetry yet"]


def test_a_hot_disk_is_not_compared_with_the_limits_of_the_chip() -> None:
    state = state_of(hot_rows().sample(**PC))
    (disk,) = [one for one in text_of(draw_telemetry(state, 50, 12, UNICODE)) if "Disk" in one]
    assert "!" not in disk


def test_a_hot_board_and_full_memory_alarm_by_more_than_colour() -> None:
    rows = (
        Rows()
        .begin()
        .steps([3.0] * 5)
        .sample(**{**TEGRA, "gpu_temperature_c": 97, "ram_used_mb": 3900})
    )
    lines = draw_telemetry(state_of(rows), 50, 7, UNICODE)
    assert "! 97 °C" in text_of(lines)[3] and "! 3.81/3.9 GB" in text_of(lines)[2]
    assert "warning" in roles_of(lines)


def test_what_bounds_the_run_takes_the_place_of_the_source() -> None:
    lines = text_of(draw_telemetry(state_of(hot_rows()), 60, 10, UNICODE))
    assert lines[7].rstrip() == "limited by heat: gpu slowed down at 50 °C"
    assert lines[8].startswith("  Use a fan") and len(lines) == 10
    assert len(draw_telemetry(state_of(hot_rows()), 44, 8, UNICODE)) == 8


def test_energy_stands_below_what_bounds_the_run() -> None:
    rows = hot_rows()
    for _ in range(3):
        rows.steps([3.0] * 10, seconds=2.0).sample(**TEGRA)
    lines = text_of(draw_telemetry(state_of(rows), 60, 9, UNICODE))
    assert lines[8].rstrip() == "  1.25 J/step, 80.1 samples/J, 37.4 J in all"
    lines = text_of(draw_telemetry(state_of(rows), 40, 9, UNICODE))
    assert lines[8].rstrip() == "  1.25 J/step, 80.1 samples/J"


def test_memory_has_three_names_and_the_guards_limit_alarms() -> None:
    lines = text_of(draw_telemetry(state_of(hot_rows()), 50, 9, UNICODE))
    labels = [line[:11].strip() for line in lines[1:4]]
    assert labels == ["TensorFlow", "GPU mapped", "RAM shared"]
    assert "! 52 °C" in lines[4]


@pytest.mark.parametrize("highest", [63.0, 50.0, 42.0])
def test_the_guards_limits_are_lines_across_the_temperature(highest: float) -> None:
    """Of the hottest zone, which is the one that counts; the limits also where it is far below."""
    rows = hot_rows()
    for degrees in (38.0, 39.0, 41.0, highest):
        zones = {"temperatures_c": {"CPU": degrees, "GPU": 30.0}, "gpu_temperature_c": 30.0}
        rows.steps([1.0] * 20, seconds=9.0).sample(**{**TEGRA, **zones})
    rows.event("guard", guard="heat", action="paused", message="it is hot")
    charts = {chart.title: chart for chart in stacked(state_of(rows))}
    chart = charts["Temperature"]
    lines = text_of(draw_chart(chart, 60, 12, UNICODE))
    assert sum("──────" in line for line in lines[:-1]) == 2 and "▽" in lines[-2]
    assert chart.last == highest
    lines = text_of(draw_chart(charts["Power"], 60, 12, UNICODE))
    assert not any("──────" in line for line in lines[:-1])


def test_what_is_slowed_down_for_heat_has_a_sign_however_cool_it_is() -> None:
    body = {**TEGRA, "gpu_temperature_c": 40, "cpu_temperature_c": 40}
    for names, sign in (([], "  40 °C"), (["gpu"], "! 40 °C")):
        state = state_of(Rows().begin().steps([1.0]).sample(**body, throttling=names))
        (gpu,) = [
            one for one in text_of(draw_telemetry(state, 50, 9, UNICODE)) if "GPU temp" in one
        ]
        assert sign in gpu


def test_a_low_wide_panel_stands_in_two_columns() -> None:
    lines = text_of(
        draw_telemetry(state_of(Rows().begin().steps([3.0] * 5).sample(**TEGRA)), 80, 4, UNICODE)
    )
    assert lines[0].startswith("GPU load") and "GPU temp" in lines[0]
    assert lines[2].startswith("RAM shared") and "Power" in lines[1]
    assert lines[3].startswith("from tegrastats")


def test_more_gauges_show_where_there_is_room() -> None:
    rows = (
        Rows()
        .begin()
        .steps([3.0] * 5)
        .sample(**TEGRA, cpu_load_percent=33, swap_used_mb=1, swap_total_mb=2048)
    )
    labels = [line[:8].strip() for line in text_of(draw_telemetry(state_of(rows), 50, 12, UNICODE))]
    assert labels[6:9] == ["CPU load", "Swap", "from teg"]


def test_the_load_of_other_programs_has_a_line_of_its_own() -> None:
    rows = Rows().segment().event("configured", config={})
    rows.event("ready", devices=[{"name": "CPU:0", "kind": "CPU"}])
    rows.event("started", step=0, steps=100, batch_size=10)
    cores = [{"load_percent": 99.0}, {"load_percent": 98.0}]
    for second in range(4):
        rows.steps([1.0] * 10)
        body = {**TEGRA, "gpu_load_percent": 99, "cpus": cores, "trainer_cpu_s": 1.9 * second}
        rows.sample(**body)

    def state() -> RunState:
        fold = Fold("m")
        fold.add(batch_of(rows))
        return fold.state()

    drawn = draw_telemetry(state(), 80, 12, UNICODE)
    lines = ["".join(span.text for span in line).strip() for line in drawn]
    assert "limited by the CPU: 2 cores at 100%, GPU 100%" in lines
    assert lines.index("another program keeps the GPU busy: 100%") > 0
    rows.segment(from_step=40).event("configured", config={})
    rows.event("ready", devices=[{"name": "GPU:0", "kind": "GPU"}])
    rows.event("started", step=40, steps=100, batch_size=10)
    rows.steps([1.0] * 10).sample(**TEGRA).steps([1.0]).sample(**TEGRA)
    assert state().other_load is None  # on another machine


def test_a_gauge_with_an_end_has_the_same_scale_in_every_session() -> None:
    """So that bars of the same height mean the same value."""
    for gauge, low, high in (
        (Gauge("%", 3.0), 0.0, 100.0),
        (Gauge("°C", 52.0), 20.0, 100.0),
        (Gauge("MB", 500.0, total=800.0), 0.0, 800.0),
    ):
        scale = gauge_scale(gauge)
        assert (scale.low, scale.high) == (low, high)
    power = gauge_scale(Gauge("W", 6.0, peak=7.2))
    assert power.low == 0.0 and power.high >= 7.2
