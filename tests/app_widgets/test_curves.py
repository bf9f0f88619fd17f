"""The curves of activations and schedules, as the form explains them."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import pytest

from nanotrain_tui.catalog import ACTIVATIONS, FIELDS, SCHEDULES, complete
from nanotrain_tui.drawing.curves import Curve, draw_curve, has_curve, small_curve
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs


def drawn(key: str, glyphs: Glyphs = UNICODE, **values: Any) -> Curve:
    config = complete({name.replace("__", "."): value for name, value in values.items()})
    curve = draw_curve(key, config, 14, 2, glyphs)
    assert curve is not None
    return curve


def test_every_activation_has_its_curve() -> None:
    for name, entry in ACTIVATIONS.items():
        values = [entry.curve(x / 10) for x in range(-40, 41)]
        assert all(math.isfinite(value) for value in values), name
        assert entry.low - 1e-9 <= min(values) and max(values) <= entry.high + 1e-9, name
        for glyphs in (UNICODE, ASCII):
            rows = drawn("model.activation", glyphs, model__activation=name).rows
            assert [len(row) for row in rows] == [14, 14] and any(row.strip() for row in rows)


def test_the_curves_tell_the_functions_apart() -> None:
    shapes = {
        name: tuple(drawn("model.output", model__output=name).rows)
        for name in ("relu", "tanh", "elu", "linear")
    }
    assert len(set(shapes.values())) == 4
    assert shapes["linear"][0][-1].strip() and not shapes["linear"][0][0].strip()


def test_exponential_the_schedule_is_not_drawn_as_the_activation() -> None:
    schedule = drawn("schedule.name", schedule__name="exponential", schedule__decay_rate=0.01)
    activation = drawn("model.activation", model__activation="exponential")
    assert schedule.rows != activation.rows
    assert schedule.rows[0][0].strip() and not schedule.rows[0][-1].strip()  # it falls
    assert small_curve("schedule.name", "exponential") != small_curve(
        "model.activation", "exponential"
    )


def test_every_schedule_has_its_own_curve_in_the_list() -> None:
    assert len({small_curve("schedule.name", name) for name in SCHEDULES}) == len(SCHEDULES)
    assert len(small_curve("schedule.name", "cosine")) == 8


def test_a_schedule_is_drawn_with_the_values_of_the_form() -> None:
    curve = drawn(
        "schedule.decay_rate",
        schedule__name="step",
        schedule__decay_steps=500,
        schedule__decay_rate=0.1,
        optimizer__learning_rate=0.02,
    )
    assert (curve.y, curve.x) == ("0.002..0.02", "1,000 steps")
    assert curve.rows[0][:6].strip() and not curve.rows[0][8:].strip()


def test_a_constant_rate_is_one_figure_and_warm_up_rises_to_it() -> None:
    assert drawn("schedule.name", optimizer__learning_rate=0.5).y == "0.5"
    rising = drawn("schedule.warmup_steps", schedule__warmup_steps=1000)
    assert not rising.rows[0][0].strip() and rising.rows[0][-1].strip()


@pytest.mark.parametrize(
    ("values", "length"),
    [
        ({"train.steps": 1}, "1 step"),
        ({"train.steps": 20_000}, "20,000 steps"),
        ({"train.steps": 1_000_000}, "1M steps"),
        ({"train.epochs": 1}, "1 epoch"),
        ({"train.epochs": 5}, "5 epochs"),
    ],
)
def test_the_x_axis_is_the_run(values: dict[str, Any], length: str) -> None:
    curve = draw_curve("schedule.name", complete({"schedule.name": "cosine", **values}), 14, 2)
    assert curve is not None and curve.x == length


def test_epochs_set_the_length_of_the_run() -> None:
    """100 epochs of 600 steps: the warm-up of 300 steps is invisible; without them it is long."""
    values = {"schedule.warmup_steps": 300, "train.epochs": 100}
    short = draw_curve("schedule.name", complete(values), 14, 2, UNICODE)
    long = draw_curve("schedule.name", complete({"schedule.warmup_steps": 300}), 14, 2, UNICODE)
    assert short is not None and long is not None
    assert short.rows[0][1:].strip() and not long.rows[0][:2].strip()


def test_only_activations_and_schedules_have_a_curve() -> None:
    """The choices of other fields have names of activations too: a loss, an initializer."""
    for key, name in product(FIELDS, (*ACTIVATIONS, *SCHEDULES)):
        expected = (key in ("model.activation", "model.output") and name in ACTIVATIONS) or (
            key.startswith("schedule.")
        )
        assert has_curve(key, name) == expected, (key, name)
