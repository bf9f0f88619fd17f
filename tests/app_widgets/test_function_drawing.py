"""The network as a curve or a plane: what is drawn, in every size and character set."""

from __future__ import annotations

import math
from typing import Any

import pytest
from drawn_states import learned_curve, learned_plane, roles_of, text_of

from nanotrain_tui.drawing.function.curve import _along
from nanotrain_tui.drawing.function.region import draw_function
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs
from nanotrain_tui.drawing.lines import width_of
from nanotrain_tui.follow.function import Function
from nanotrain_tui.follow.run_state import RunState

CLASSES = {"classes": 2, "task": "binary"}


def state_of(function: Function | None, **fields: Any) -> RunState:
    return RunState(name="curve-1", seq=1, function=function, **fields)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("colours", [True, False])
@pytest.mark.parametrize("function", [learned_curve(), learned_plane(), learned_plane(False)])
def test_every_size_is_filled_exactly(glyphs: Glyphs, colours: bool, function: Function) -> None:
    for width in (1, 2, 9, 15, 16, 28, 80, 200):
        for height in (1, 2, 3, 4, 12, 40):
            lines = draw_function(state_of(function), width, height, glyphs, colours)
            assert len(lines) == height
            assert {width_of(line) for line in lines} == {width}


def test_nothing_is_drawn_of_other_networks() -> None:
    assert draw_function(state_of(None), 80, 12, UNICODE) == []


def test_a_curve_has_axes_truth_samples_and_network() -> None:
    lines = draw_function(state_of(learned_curve()), 80, 14, UNICODE)
    text = text_of(lines)
    assert text[0].startswith("Curve  step 401  ⠤⠤ network  ⠤⠤ truth  samples")
    assert {"train", "muted", "test"} <= roles_of(lines[1:])
    assert any(line.startswith("    0│") for line in text)
    assert text[-1].startswith("     └-1 ") and text[-1].rstrip().endswith(" x 1")


def test_the_network_is_the_line_and_not_the_truth() -> None:
    function = learned_curve()
    flat = function._replace(outputs=(0.0,) * 101)
    lines = draw_function(state_of(flat), 80, 14, UNICODE)
    rows = [n for n, line in enumerate(lines[1:]) if any(s.role == "train" for s in line)]
    assert len(rows) == 1


def test_the_y_axis_stays_while_the_network_learns() -> None:
    far = learned_curve()._replace(outputs=(50.0,) * 101)
    drawn = [text_of(draw_function(state_of(f), 80, 14, UNICODE)) for f in (learned_curve(), far)]
    assert [line[:6] for line in drawn[0][1:]] == [line[:6] for line in drawn[1][1:]]


def test_values_that_are_not_finite_are_gaps() -> None:
    wild = (math.nan, math.inf, -math.inf) * 33 + (0.0, 0.0)
    for function in (learned_curve()._replace(outputs=wild), learned_curve()._replace(truth=wild)):
        assert len(draw_function(state_of(function), 80, 14, UNICODE)) == 14
    plane = learned_plane()._replace(outputs=(math.nan, math.inf) * 288)
    assert len(draw_function(state_of(plane, data=CLASSES), 80, 14, UNICODE)) == 14


def test_before_the_first_evaluation_truth_and_samples_are_there() -> None:
    function = learned_curve()._replace(outputs=(), step=0)
    lines = draw_function(state_of(function), 80, 14, UNICODE)
    assert "train" not in roles_of(lines[1:]) and {"muted", "test"} <= roles_of(lines[1:])
    assert "step" not in text_of(lines)[0]


def test_a_plane_shows_both_classes_and_their_examples() -> None:
    state = state_of(learned_plane(), data=CLASSES)
    lines = draw_function(state, 40, 21, UNICODE)
    roles = roles_of(lines[1:])
    assert {"plane00", "plane22"} <= roles
    assert {"point00", "point22"} <= roles, "the examples lie on areas of their own class"
    assert not {"point20", "point02"} & roles
    assert text_of(lines)[0].startswith("Plane  step 401  ○ 0  ● 1")
    middle, corner = lines[11], lines[1]
    assert any(span.role.startswith("plane22") for span in middle)
    assert all(span.role[-1] == "0" for span in corner if span.text.strip())


def test_up_is_up() -> None:
    function = learned_plane(classes=False)._replace(samples=())
    lines = draw_function(state_of(function), 40, 21, UNICODE)
    assert lines[1][-1].role == "plane22", "x + y is largest in the upper right corner"
    assert lines[-1][0].role == "plane00"


def test_a_plane_without_colours_is_shades_and_in_ascii_too() -> None:
    state = state_of(learned_plane(), data=CLASSES)
    shades = text_of(draw_function(state, 40, 21, UNICODE, colours=False))[1:]
    assert "▓" in shades[10] and "▓" not in shades[0] and "▀" not in "".join(shades)
    plain = text_of(draw_function(state, 40, 21, ASCII))
    assert all(line.isascii() for line in plain)
    assert "#" in plain[11] and "o" in "".join(plain) and "x" in "".join(plain)


def test_the_middle_follows_the_loss() -> None:
    hinge = {"loss": {"name": "hinge"}}
    low = learned_plane()._replace(outputs=(0.3,) * 576, samples=())
    assert roles_of(draw_function(state_of(low, data=CLASSES), 40, 21, UNICODE)[1:]) == {"plane00"}
    state = state_of(low, data=CLASSES, config=hinge)
    assert roles_of(draw_function(state, 40, 21, UNICODE)[1:]) == {"plane22"}


def test_a_column_shows_the_line_between_the_values_beside_it() -> None:
    assert _along([0.0, 1.0, 4.0], 2) == [0.5, 2.5]
    assert _along([0.0, 1.0], 4) == [0.125, 0.375, 0.625, 0.875]
    assert _along([0.0, math.inf, 4.0], 2) == [None, None] and _along([1.0], 1) == [None]
