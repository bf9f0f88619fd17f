"""The list of the processes that hold the most memory, in the region of the board."""

from __future__ import annotations

from dataclasses import replace

import pytest
from batches import Rows
from drawn_states import state_of
from drawn_states import text_of as padded_text_of

from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.drawing.lines import Line, width_of
from nanotrain_tui.drawing.regions.board import draw_board
from nanotrain_tui.drawing.regions.memory_users import TITLE, draw_memory_users
from nanotrain_tui.drawing.setup.board import draw_board as draw_setup_board
from nanotrain_tui.drawing.setup.state import BoardState
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.telemetry.memory_users import MemoryUser

USERS = (
    MemoryUser(10, "python3 nanotrain_tui.trainer", 1434.0),
    MemoryUser(11, "gnome-shell", 210.4),
    MemoryUser(12, "a-program-with-a-very-long-name-that-does-not-fit-in-the-list", 12.0),
    MemoryUser(13, "sshd", 0.4),
)


def text_of(lines: list[Line]) -> list[str]:
    return [line.rstrip() for line in padded_text_of(lines)]


def measured() -> RunState:
    rows = Rows().begin().steps([3.0] * 5)
    return state_of(rows.sample(source="psutil", cpu_load_percent=33, ram_used_mb=700))


def test_size_and_name_the_largest_first() -> None:
    lines = text_of(draw_memory_users(USERS, 40, 9, UNICODE))
    assert lines[:3] == [
        TITLE, "  1.4 GB  python3 nanotrain_tui.trainer", "  210 MB  gnome-shell",
    ]  # fmt: skip
    assert lines[3].endswith("…")
    assert len(lines) == 4  # less than a megabyte is no news
    assert text_of(draw_memory_users(USERS, 40, 3, UNICODE)) == lines[:3]


@pytest.mark.parametrize("height", [0, 1, 2])
def test_one_process_alone_is_not_listed(height: int) -> None:
    assert draw_memory_users(USERS, 40, height, UNICODE) == []


def test_a_wide_panel_has_them_beside_the_gauges_and_a_narrow_one_below() -> None:
    state = replace(measured(), memory_users=USERS)
    for width in (60, 100):
        lines = text_of(draw_board(state, width, 11, UNICODE))
        (at,) = [y for y, line in enumerate(lines) if TITLE in line]
        assert (lines[at].startswith(TITLE), at > 1) == (width == 60, width == 60)
        assert any("gnome-shell" in line for line in lines)
        assert len(lines) <= 11
        assert max(width_of(line) for line in draw_board(state, width, 11, UNICODE)) <= width


def test_a_strip_has_no_room_for_them() -> None:
    state = replace(measured(), memory_users=USERS)
    assert not any("memory" in line for line in text_of(draw_board(state, 80, 4, UNICODE)))


def test_set_up_lists_them_below_the_gauges() -> None:
    state = measured()
    board = BoardState(gauges=state.gauges, source="psutil", memory_users=USERS)
    lines = text_of(draw_setup_board(board, 60, 10, UNICODE))
    at = lines.index(TITLE)
    assert lines[at - 1] == "from psutil"
    assert lines[at + 2] == "  210 MB  gnome-shell"
    assert TITLE not in text_of(draw_setup_board(board, 60, 3, UNICODE))
