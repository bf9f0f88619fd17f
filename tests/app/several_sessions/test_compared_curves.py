"""The curves of a comparison are told apart without colours, and share one y axis."""

from __future__ import annotations

import pytest
from drawn_states import text_of
from recorded import Recording

from nanotrain_tui.drawing.compare.overlay import (
    Shown,
    curves_of,
    draw_overlay,
    place_text,
    value_at,
)
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import run_role
from nanotrain_tui.drawing.metric_text import difference
from nanotrain_tui.drawing.ranges import telling_range
from nanotrain_tui.drawing.scale import LABEL_CELLS
from nanotrain_tui.follow.compare.read import read_run
from nanotrain_tui.follow.compare.runs import AXES, ComparedRun
from nanotrain_tui.follow.trace import Trace
from nanotrain_tui.session.metrics import PERCENT, TEST, UP, Metric, MetricPart

ACCURACY = MetricPart("accuracy", TEST)


@pytest.fixture
def runs(tmp_path: object) -> list[ComparedRun]:
    """Three sessions of 300, 300 and 200 steps, each with a level of its own."""
    found = []
    for level, count in ((0.9, 3), (0.8, 3), (0.7, 2)):
        made = Recording(tmp_path).started()  # type: ignore[arg-type]
        for _ in range(count):
            made.steps(100).evaluated(loss=1 - level, accuracy=level)
        found.append(read_run(made.finished()))
    return found


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_each_line_has_its_letter_at_the_end_and_along_it(
    runs: list[ComparedRun], axis: str, glyphs: object
) -> None:
    lines = draw_overlay(runs, Shown(ACCURACY, axis), 80, 14, glyphs)  # type: ignore[arg-type]
    rows = text_of(lines)[1:-1]
    for letter, end in zip("ABC", (79, 79, 40), strict=True):
        (row,) = (row for row in rows if letter in row)
        assert row.count(letter) == 2 and abs(row.rindex(letter) - end) < 16
    assert {row[LABEL_CELLS] for row in rows} == {glyphs.vertical}  # type: ignore[attr-defined]
    assert len({len(line) for line in text_of(lines)}) == 1


def test_the_title_gives_way_to_the_values_at_the_cursor(runs: list[ComparedRun]) -> None:
    shown = Shown(ACCURACY, cursor=210.0)
    (head, *rows) = text_of(draw_overlay(runs, shown, 80, 14, UNICODE))
    assert head.rstrip() == "step 210  A 90.00%  B 80.00% -10.00  C 70.00% -20.00"
    assert sum(row[6 + 51] == "│" for row in rows) > 6
    early = Shown(ACCURACY, cursor=5.0)
    assert "A —  B —  C —" in text_of(draw_overlay(runs, early, 80, 14, UNICODE))[0]
    narrow = text_of(draw_overlay(runs, shown, 40, 14, UNICODE))[0]
    assert narrow.rstrip() == "step 210  A 90.00%  B 80.00%  C 70.00%"


def test_the_first_values_of_a_short_run_do_not_set_the_axis() -> None:
    long = Trace([[(100.0 * i, 0.97 + i / 10_000) for i in range(1, 101)]])
    short = Trace([[(1.0, 0.1), (101.0, 0.8), (201.0, 0.91)]])
    low, high = telling_range(curves_of([long, short]))
    assert 0.85 < low <= 0.91 and high >= 0.97
    assert telling_range(curves_of([short]))[1] == 0.91


def test_a_difference_has_a_sign_and_needs_two_values() -> None:
    accuracy = Metric("accuracy", "Accuracy", better=UP, format=PERCENT)
    loss = Metric("loss", "Loss")
    assert difference(accuracy, 0.95, 0.93, "-") == "+2.00"
    assert difference(loss, 0.2, 0.218, "-") == "-0.018"
    for pair in ((None, 0.1), (0.1, None), (float("nan"), 0.1), (float("inf"), float("inf"))):
        assert difference(accuracy, *pair, "-") == "-"


def test_places_and_roles() -> None:
    assert place_text(1234.4, "step") == "step 1,234" and place_text(61, "time") == "1:01"
    assert place_text(0.5, "epoch") == "epoch 0.50"
    assert len({run_role(i) for i in range(8)}) == 8
    trace = Trace([[(1.0, 5.0)], [(3.0, 6.0)]])
    assert [value_at(trace, x) for x in (0, 1, 2, 9)] == [None, 5.0, 5.0, 6.0]
