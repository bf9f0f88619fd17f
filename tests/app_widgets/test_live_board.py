"""The region of the board: its title, the strip of gauges, and the panel."""

from dataclasses import replace

import pytest
from batches import Rows
from drawn_states import TEGRA, hot_rows, roles_of, state_of, text_of

from nanotrain_tui.drawing.gauges import Heat, gauge_role
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import Span, width_of
from nanotrain_tui.drawing.regions.board import Cell, _cell, draw_board, draw_strip
from nanotrain_tui.drawing.regions.rule import draw_rule
from nanotrain_tui.follow.run_state import Gauge, HeatLimits, RunState

NANO = {"board": "NVIDIA Jetson Nano Developer Kit", "power_mode": "MAXN", "l4t": "32.7.1"}


def measured(**body: object) -> RunState:
    return state_of(Rows().begin().steps([3.0] * 5).sample(**{**TEGRA, **body}))


def test_a_low_region_has_the_gauges_side_by_side() -> None:
    lines = text_of(draw_board(measured(cpu_load_percent=33), 80, 3, UNICODE))
    assert lines[0].startswith("─ Board  from tegrastats; last 1 min ──")
    first, second = (line.split() for line in lines[1:])
    assert first[:2] == ["GPU", "87%"] and first[7:10] == ["RAM", "2.35/3.9", "GB"]
    assert second[:2] == ["CPU", "33%"] and second[7:10] == ["power", "6.2", "W"]
    assert {len(line) for line in lines} == {80}


def test_a_gauge_that_is_not_measured_takes_no_space() -> None:
    rows = Rows().begin().steps([3.0]).sample(source="psutil", cpu_load_percent=5, ram_used_mb=700)
    lines = text_of(draw_strip(state_of(rows), 80, 2, UNICODE))
    assert lines[0].split()[:2] == ["CPU", "5%"] and lines[1].split()[:3] == ["RAM", "700", "MB"]
    assert draw_strip(state_of(Rows().begin()), 80, 2, UNICODE) == []


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [1, 10, 20, 30, 44, 60, 80, 120])
def test_the_region_fits_in_every_size(width: int, glyphs: object) -> None:
    state = measured(cpu_load_percent=33, swap_used_mb=1, swap_total_mb=9, cpus=[None] * 4)
    for height in range(12):
        lines = text_of(draw_board(state, width, height, glyphs))  # type: ignore[arg-type]
        assert len(lines) <= height and {len(line) for line in lines} <= {width}


def test_the_limits_of_the_board_colour_a_temperature() -> None:
    for degrees, role in ((40, ""), (52, "warning"), (61, "error")):
        state = replace(measured(gpu_temperature_c=degrees), heat_limits=HeatLimits(51, 60, 40))
        spans = [span for line in draw_strip(state, 80, 2, UNICODE) for span in line]
        (found,) = [span for span in spans if f"{degrees} °C" in span.text]
        assert found.role == (role or "value") and ("!" in found.text) == bool(role)


def test_what_limits_the_training_is_in_the_title_of_the_strip() -> None:
    lines = draw_board(state_of(hot_rows()), 80, 3, UNICODE)
    assert text_of(lines)[0].endswith("─ limited by heat: gpu slowed down at 50 °C ")
    assert "warning" in roles_of(lines[:1])


def test_the_title_names_the_machine_and_its_power_mode() -> None:
    rows = Rows().segment(environment=NANO).event("started", steps=100, batch_size=10)
    starting = state_of(rows.steps([1.0]).sample(**TEGRA))
    title = text_of(draw_board(starting, 80, 3, UNICODE))[0]
    assert title.startswith("─ Board ──") and "─ warming up: compiling the fi" in title
    state = state_of(rows.steps([1.0] * 5))
    assert state.board == "Jetson Nano, MAXN"
    title = text_of(draw_board(state, 80, 3, UNICODE))[0]
    assert title.startswith("─ Board  Jetson Nano, MAXN, from tegrastats; last 1 min ─")
    assert text_of(draw_board(state, 60, 9, UNICODE))[0].startswith("─ Board  Jetson Nano, MAXN ─")


def test_the_telemetry_of_an_ended_session_is_dated() -> None:
    rows = Rows().begin().steps([3.0] * 5, seconds=9.0).sample(**TEGRA).event("finished")
    title = text_of(draw_board(state_of(rows), 80, 3, UNICODE))[0]
    assert "last measured 2026-05-06 07:08, from tegrastats" in title


def test_a_panel_has_the_load_of_each_core() -> None:
    cores = [{"load_percent": 100.0}, None, {"load_percent": 0.0}]
    lines = text_of(draw_board(measured(cpus=cores), 60, 12, UNICODE))
    (found,) = [line for line in lines if line.startswith("CPU cores")]
    assert found.split()[2:] == ["█", "100%", "—", "off", "▁", "0%"]
    many = text_of(draw_board(measured(cpus=[{"load_percent": 99.0}] * 12), 60, 12, UNICODE))
    assert any(line.startswith("CPU cores   ████████████ ") for line in many)


def test_a_rule_leaves_out_what_has_no_room() -> None:
    note = (Span("limited by the GPU", "value"),)

    def drawn(width: int) -> str:
        return text_of([draw_rule("Board", note, width, UNICODE, "from psutil")])[0]

    assert drawn(50) == "─ Board  from psutil ───────── limited by the GPU "
    assert drawn(34) == "─ Board ────── limited by the GPU "
    assert drawn(26) == "─ Board  from psutil ─────"
    assert drawn(12) == "─ Board ────" and drawn(5) == "─ Bo…"


@pytest.mark.parametrize(
    ("name", "now", "total", "role"),
    [
        ("ram", 92.0, 100.0, "warning"), ("ram", 91.9, 100.0, ""), ("ram", 99.0, None, ""),
        ("swap", 99.0, 100.0, ""),
    ],
)  # fmt: skip
def test_memory_is_warned_of_from_92_percent_on(
    name: str, now: float, total: float | None, role: str
) -> None:
    assert gauge_role(name, Gauge("MB", now, total), Heat(None, ())) == role


@pytest.mark.parametrize("spark", [0, 12])
def test_a_figure_without_a_name_is_as_wide_as_the_others_of_its_column(spark: int) -> None:
    column = [Cell("power", "power", "5.0 W", ""), Cell("energy", "", "0.51 J/step", "")]
    state = measured(power_mw={"total": 5000})
    drawn = [_cell(state, column, cell, spark, UNICODE) for cell in column]
    assert width_of(drawn[0]) == width_of(drawn[1])
