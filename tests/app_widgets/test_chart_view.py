"""The view that all charts share, changed by keys in any order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.drawing.chart_view import LEAST_STEPS, SMOOTHINGS, ChartView

ENDS = st.integers(0, 10**7)
MOVES = st.lists(st.sampled_from(["in", "out", "left", "right", "all", "begin", "end"]) | ENDS)


def after(moves: list[str | int], newest: int, end: int) -> list[ChartView]:
    views = [ChartView()]
    for move in moves:
        view = views[-1]
        if move in ("in", "out"):
            views.append(view.zoomed(move == "in", newest, (0, end)))
        elif move in ("left", "right"):
            views.append(view.panned(-1 if move == "left" else 1, newest, (0, end)))
        elif move == "all":
            views.append(view.whole())
        else:
            step = {"begin": 0, "end": newest}.get(str(move), move)
            views.append(view.moved(int(step), newest, (0, end)))
    return views


@given(MOVES, ENDS, ENDS)
def test_any_keys_leave_a_view_inside_the_session(
    moves: list[str | int], one: int, other: int
) -> None:
    newest, end = sorted((one, other))
    for view in after(moves, newest, end):
        first, last = view.shown((0, end))
        assert 0 <= first <= last <= end
        assert last - first >= min(LEAST_STEPS, end)
        assert 0 <= view.at(newest) <= newest
        assert view.window is None or view.window == (first, last)


@given(MOVES, ENDS, ENDS, ENDS)
def test_a_moved_cursor_is_in_sight(
    moves: list[str | int], one: int, other: int, step: int
) -> None:
    newest, end = sorted((one, other))
    view = after(moves, newest, end)[-1].moved(step, newest, (0, end))
    first, last = view.shown((0, end))
    assert first <= view.at(newest) <= last and view.at(newest) == min(step, newest)


@given(MOVES, ENDS, ENDS)
def test_panning_keeps_the_width_and_the_cursor_in_sight(
    moves: list[str | int], one: int, other: int
) -> None:
    newest, end = sorted((one, other))
    view = after(moves, newest, end)[-1]
    for direction in (-1, 1):
        panned = view.panned(direction, newest, (0, end))
        begin, stop = view.shown((0, end))
        first, last = panned.shown((0, end))
        assert last - first == stop - begin
        assert view.window is None or panned.at(newest) <= last


@given(st.integers(64, 10**7), st.integers(0, 10**7))
def test_zooming_in_and_out_again_shows_all(end: int, step: int) -> None:
    view = ChartView().moved(step, end, (0, end))
    deep = view
    for _ in range(30):
        deep = deep.zoomed(True, end, (0, end))
        first, last = deep.shown((0, end))
        assert first <= deep.at(end) <= last
    assert last - first == LEAST_STEPS
    for _ in range(30):
        deep = deep.zoomed(False, end, (0, end))
    assert deep == view


def test_a_window_outlives_a_session_cut_short() -> None:
    view = ChartView(window=(900, 1000), cursor=950)
    assert view.shown((0, 100)) == (92, 100) and view.at(40) == 40
    assert view.shown((0, 4)) == (0, 4)


def test_smoothing_stops_at_its_ends_and_axes_go_round() -> None:
    view = ChartView()
    for weight in (*SMOOTHINGS[1:], SMOOTHINGS[-1]):
        view = view.smoothed(True)
        assert view.smoothing == weight
    for _ in SMOOTHINGS:
        view = view.smoothed(False)
    assert view == ChartView()
    assert [view.scaled().scale, view.scaled().scaled().scale] == ["zero", "log"]
    assert view.scaled().scaled().scaled() == view == view.along().along().along()
    assert view.toggled("ram").hidden == {"ram"} and view.toggled("ram").toggled("ram") == view
