"""The board, before a session runs."""

import pytest
from setup_fakes import board, gauge_curve

from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import Line, width_of
from nanotrain_tui.drawing.setup.board import draw_board
from nanotrain_tui.drawing.setup.state import BoardState
from nanotrain_tui.follow.board import board_name
from nanotrain_tui.follow.run_state import Gauge


def texts(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line).rstrip() for line in lines]


def drawn(state: BoardState, width: int = 38, height: int = 3) -> list[str]:
    return texts(draw_board(state, width, height, UNICODE))


def test_three_lines() -> None:
    assert drawn(board()) == [
        "GPU   3%   32 °C  CPU  12%   33 °C",
        "RAM 0.7/3.9 GB  1.9 W  swap 0.0/1.9 GB",
        "from tegrastats",
    ]


def test_in_a_narrow_panel_a_temperature_stays_beside_its_load() -> None:
    lines = drawn(board(), 24, 4)
    assert lines[:2] == ["GPU   3%   32 °C", "CPU  12%   33 °C"]
    assert lines[2] == "RAM 0.7/3.9 GB  1.9 W"


def test_a_line_for_each_gauge_where_there_is_room() -> None:
    lines = drawn(board(memory_users=()), 40, 12)
    labels = [line[:9].strip() for line in lines]
    assert labels[:4] == ["GPU load", "GPU temp", "CPU load", "CPU temp"]
    assert labels[4:] == ["RAM", "power", "swap", "cores", "from tegr"]
    assert "▁" in lines[0] and lines[7].endswith("▂▁▃—")


@pytest.mark.parametrize("size", [(38, 3), (60, 12), (20, 2), (5, 1)])
def test_every_size_is_kept(size: tuple[int, int]) -> None:
    for state in (board(), BoardState(), board(throttling=("gpu", "cpu")), BoardState(problem="x")):
        for glyphs in (UNICODE, ASCII):
            lines = draw_board(state, *size, glyphs)
            assert len(lines) <= size[1] and {width_of(line) for line in lines} <= {size[0]}
    assert draw_board(board(), 0, 3, UNICODE) == draw_board(board(), 3, 0, UNICODE) == []


def test_what_is_not_measured_is_not_shown() -> None:
    pc = board(
        gauges={"cpu_load": Gauge("%", 5.0), "ram": Gauge("MB", 8000.0, 16000.0)},
        source="psutil",
    )
    assert drawn(pc, 38, 2) == ["CPU   5%", "RAM 7.8/15.6 GB"]
    assert drawn(pc, 40, 12)[:2] == ["CPU load            5%", "RAM        7.8/15.6 GB"]


def test_no_swap_is_not_shown() -> None:
    gauges = {**board().gauges, "swap": Gauge("MB", 0.0, 0.0)}
    assert "swap" not in "".join(drawn(board(gauges=gauges)))


@pytest.mark.parametrize(("degrees", "role"), [(86.0, ""), (87.0, "warning"), (92.0, "error")])
def test_temperatures_have_the_limits_of_the_board(degrees: float, role: str) -> None:
    gauges = {**board().gauges, "gpu_temperature": Gauge("°C", degrees)}
    (line, *_) = draw_board(board(gauges=gauges), 38, 3, UNICODE)
    (span,) = [span for span in line if f"{degrees:.0f} °C" in span.text]
    assert span.role == role and ("!" in span.text) == bool(role)
    (line, *_) = draw_board(board(gauges=gauges, heat_limits=None), 38, 3, UNICODE)
    assert any(span.role == "warning" for span in line)  # 85 °C is hot on any board


def test_full_memory_is_marked() -> None:
    gauges = {"ram": Gauge("MB", 3800.0, 3956.0, curve=gauge_curve(3800, 1))}
    assert drawn(board(gauges=gauges), 38, 1)[0] == "RAM ! 3.7/3.9 GB"


def test_throttling_and_problems_are_sentences() -> None:
    assert "! slowed down because of heat: gpu." in drawn(board(throttling=("gpu",)))
    problem = "telemetry.tegrastats: there is no program /x"
    assert drawn(BoardState(problem=problem), 60) == [f"! {problem}."]
    assert drawn(BoardState()) == ["reading the board …"]


@pytest.mark.parametrize(
    ("model", "mode", "name"),
    [
        ("NVIDIA Jetson Nano Developer Kit", "10W", "Jetson Nano, 10W"),
        ("NVIDIA Jetson Nano Developer Kit", "", "Jetson Nano"),
        ("NVIDIA Jetson Nano Developer Kit", 7, "Jetson Nano"),
        (" ", "10W", ""),
        (None, None, ""),
    ],
)
def test_the_name_of_a_board_and_its_mode(model: object, mode: object, name: str) -> None:
    assert board_name(model, mode) == name
