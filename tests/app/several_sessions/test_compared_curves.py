"""The curves of a comparison are told apart without colours, and share one y axis."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from drawn_states import text_of
from recorded import Recording

from nanotrain_tui.drawing.compare.marks import marks_of
from nanotrain_tui.drawing.compare.marks import text_of as marks_text
from nanotrain_tui.drawing.compare.overlay import (
    Shown,
    curves_of,
    draw_overlay,
    place_text,
    value_at,
)
from nanotrain_tui.drawing.compare.tables import comparison
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs
from nanotrain_tui.drawing.lines import RUN_ROLES, run_role
from nanotrain_tui.drawing.metric_text import difference
from nanotrain_tui.drawing.ranges import telling_range
from nanotrain_tui.drawing.scale import LABEL_CELLS
from nanotrain_tui.follow.compare.read import read_run
from nanotrain_tui.follow.compare.runs import AXES, ComparedRun
from nanotrain_tui.follow.trace import Trace, corners
from nanotrain_tui.session.events import signs
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


def test_long_names_leave_room_for_each_letter_and_for_the_figures(
    runs: list[ComparedRun],
) -> None:
    name = "a-name-as-long-as-the-name-of-a-session-can-be-".ljust(64, "x")
    named = [replace(one, name=name) for one in runs]
    head = text_of(draw_overlay(named, Shown(ACCURACY), 80, 14, UNICODE))[0]
    assert all(f" {letter} a-name-" in head for letter in "ABC")
    results = text_of(comparison(named, 80))[:4]
    assert all(figure in results[i] for i, figure in enumerate(["time", "90", "80", "70"]))
    assert max(map(len, results)) <= 80


def test_the_first_values_of_a_short_run_do_not_set_the_axis() -> None:
    long = Trace([[(100.0 * i, 0.97 + i / 10_000) for i in range(1, 101)]])
    short = Trace([[(1.0, 0.1), (101.0, 0.8), (201.0, 0.91)]])
    low, high = telling_range(curves_of([long, short]))
    assert 0.85 < low <= 0.91 and high >= 0.97
    assert telling_range(curves_of([short]))[1] == 0.91


RATE = MetricPart("learning_rate")


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_a_jump_of_the_learning_rate_is_no_slope(tmp_path: Path, axis: str, glyphs: Glyphs) -> None:
    made = Recording(tmp_path).started(steps=10).steps(5)
    made.rate /= 2
    run = read_run(made.steps(5).finished())
    rows = text_of(draw_overlay([run], Shown(RATE, axis), 80, 12, glyphs))[1:-1]
    plot = [row[LABEL_CELLS + 1 :] for row in rows]
    high, low = plot[0].rstrip(), plot[-1]
    assert len(high.strip()) >= 30 and len(low.strip()) >= 30, "two long levels"
    between = {len(row.rstrip()) for row in plot[1:-1]} - {0}
    filled = [row for row in plot[1:-1] if row.strip()]
    assert all(len(row.strip()) == 1 for row in filled), "the jump is one column"
    assert len(between) == 1 and abs(between.pop() - len(high)) <= 1
    assert len(low) - len(low.lstrip()) >= len(high) - 1


def test_corners_make_steps_of_a_held_trace() -> None:
    assert corners([(1.0, 5.0), (3.0, 6.0), (4.0, 6.0)]) == [
        (1.0, 5.0), (3.0, 5.0), (3.0, 6.0), (4.0, 6.0), (4.0, 6.0),
    ]  # fmt: skip
    assert corners([]) == []


def marked(home: Path, count: int, **events: int) -> ComparedRun:
    """A session of so many steps, and events of a kind after these steps."""
    made = Recording(home).started()
    for step in range(100, count + 1, 100):
        made.steps(100).evaluated(loss=0.5, accuracy=0.9)
        for kind in (kind for kind, at in events.items() if at == step):
            changes = {"model.dropout": [0.0, 0.3]} if kind == "edited" else None
            made.event(kind, who="ann@nano", **({"changes": changes} if changes else {}))
    return read_run(made.finished())


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_events_are_marked_on_the_axis_in_the_colour_of_their_session(
    tmp_path: Path, glyphs: Glyphs
) -> None:
    runs = [marked(tmp_path, 1000, edited=300, paused=500), marked(tmp_path, 800, paused=300)]
    axis = draw_overlay(runs, Shown(ACCURACY), 86, 12, glyphs)[-1]
    found = [(span.text, span.role) for span in axis if span.role in RUN_ROLES]
    edit, pause = (glyphs.sign(signs()[kind]) for kind in ("edited", "paused"))
    assert found == [(edit, "run1"), (pause, "run1")], "an edit weighs more than a pause"
    marks = marks_of(runs, "step", 1000.0, 80)
    assert sorted(marks) == [24, 40]
    first, second = marks_text(marks[24], glyphs).split("; ")
    assert first == f"A {edit} step 300, 0:00: dropout off → 0.3 by ann@nano"
    assert second.startswith(f"B {pause} step 300, 0:00: paused after step 300")


def test_events_at_the_ends_are_above_the_labels(tmp_path: Path) -> None:
    runs = [marked(tmp_path, 1000, paused=1000), marked(tmp_path, 800)]
    *_, above, axis = draw_overlay(runs, Shown(ACCURACY), 86, 12, UNICODE)
    assert axis[-1].text.endswith("1,000 steps")
    assert "‖" in "".join(text_of([above])) and "‖" not in "".join(text_of([axis]))


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
