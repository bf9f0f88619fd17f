"""The lists of the dialogs, drawn: what is found, marked and cut."""

from __future__ import annotations

import pytest
from drawn_states import text_of

from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import width_of
from nanotrain_tui.drawing.lists.entries import Columns, Entry, columns_of, draw_entry, found

STEP = Entry("a step", "Step: run one step", "While paused: run one step.", "n .")
STEPS = Entry("f steps", "steps", "The number of steps.", "1000", ("train.steps",), True)
RATE = Entry("f rate", "learning rate", "How far it moves.", "0.1", ("optimizer.learning_rate",))
OFF = Entry("f off", "momentum", "Not used now.", possible=False)
ALL = (STEP, RATE, STEPS, OFF)


def names(typed: str) -> list[str]:
    return [one.name for one in found(ALL, typed)]


def test_all_entries_are_shown_in_their_order_without_a_filter() -> None:
    assert found(ALL, "  ") == list(ALL)


def test_exact_names_come_first_then_beginnings_then_the_rest() -> None:
    assert names("steps") == ["f steps"]
    assert names("step") == ["f steps", "a step"]  # both begin with it; one comes first
    assert names("train.s") == ["f steps"]
    assert names("one") == ["a step"]
    assert names("not used") == ["f off"]
    assert names("xyz") == []


def test_a_line_has_signs_columns_and_a_description() -> None:
    columns = columns_of(ALL)
    line = draw_entry(STEPS, columns, columns.width, UNICODE, in_use=True)
    assert text_of([line]) == [" *steps               1000  The number of steps.       "]
    (here,) = text_of([draw_entry(STEP, columns, columns.width, UNICODE, here=True)])
    assert here.startswith("> Step: run one step  n .")


def test_the_characters_that_match_are_marked_also_under_the_cursor() -> None:
    columns = columns_of(ALL)
    for here, role in ((False, "match"), (True, "cursor-match")):
        line = draw_entry(RATE, columns, 60, UNICODE, "rat", here=here)
        assert [text for text, one in line if one == role] == ["rat"]
    by_description = draw_entry(RATE, columns, 60, UNICODE, "far")
    assert [text for text, role in by_description if role == "match"] == ["far"]
    under = draw_entry(RATE, columns, 60, UNICODE, here=True)
    assert {role for _, role in under} == {"cursor"}


def test_what_cannot_be_used_is_dimmed() -> None:
    line = draw_entry(OFF, columns_of(ALL), 60, UNICODE)
    assert ("momentum", "muted") in [(text.strip(), role) for text, role in line]


@pytest.mark.parametrize("width", [1, 5, 20, 40, 60, 200])
def test_a_line_has_its_width(width: int) -> None:
    for glyphs in (UNICODE, ASCII):
        for one in ALL:
            columns = columns_of(ALL).in_width(width)
            assert width_of(draw_entry(one, columns, width, glyphs, "s")) == width


def test_a_description_without_room_is_left_out() -> None:
    columns = Columns(20, 4, 30)
    assert columns.in_width(60).summary == 30
    assert columns.in_width(45).summary == 15
    assert columns.in_width(40).summary == 0
