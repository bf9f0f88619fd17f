"""Draws the curves of a field's value: an activation function, the learning rate over a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nanotrain_tui.catalog import ACTIVATIONS, FIELDS, SCHEDULES, expected_data, training_part
from nanotrain_tui.catalog.formats import count, plural, short
from nanotrain_tui.catalog.schedules import learning_rate_after
from nanotrain_tui.drawing.glyphs import Glyphs, terminal_glyphs
from nanotrain_tui.drawing.plot import dots_of, plot_line
from nanotrain_tui.drawing.scale import Scale

REACH = 4.0  # activations are drawn from -4 to 4
SMALL = 8  # cells of a curve in a list
_ACTIVATION_KEYS = ("model.activation", "model.output")
_SCHEDULE_KEYS = tuple(key for key in FIELDS if key.startswith("schedule."))


class Curve(NamedTuple):
    """A drawn curve: its rows, and what its axes show."""

    rows: list[str]
    y: str
    x: str


def has_curve(key: str, value: object) -> bool:
    """Whether ``draw_curve`` draws this field with this value."""
    return key in _SCHEDULE_KEYS or (key in _ACTIVATION_KEYS and value in ACTIVATIONS)


def draw_curve(
    key: str, config: Mapping[str, Any], width: int, height: int, glyphs: Glyphs | None = None
) -> Curve | None:
    """Draw the curve of a field in ``height`` rows of ``width`` cells; None if it has none.

    ``config`` has every key that applies. The y axis spans the values of the curve. A schedule, or
    one of its parameters, is drawn as the learning rate of each step of the run.
    """
    if not has_curve(key, config.get(key)):
        return None
    glyphs = glyphs or terminal_glyphs()
    columns = width * dots_of(glyphs)[0]
    if key in _SCHEDULE_KEYS:
        rates = _rates(config, columns)
        rows = _plot(rates, width, height, glyphs)
        ends = dict.fromkeys((short(min(rates)), short(max(rates))))  # one where it is constant
        return Curve(rows, "..".join(ends), _length(config))
    values = _activation_values(str(config[key]), columns)
    return Curve(_plot(values, width, height, glyphs), "y = f(x)", f"x: -{REACH:g}..{REACH:g}")


def small_curve(key: str, choice: str) -> str:
    """Draw a choice in one row of ``SMALL`` cells, for a list; empty if it has no curve."""
    glyphs = terminal_glyphs()
    columns = SMALL * dots_of(glyphs)[0]
    if key == "schedule.name":
        schedule = SCHEDULES[choice]
        usual = {name: FIELDS[f"schedule.{name}"].default for name in schedule.parameters}
        ends = schedule.shown * (1 - 1e-9)
        values = _along(lambda at: schedule.decay(at * ends, usual), columns)
    elif key in _ACTIVATION_KEYS and choice in ACTIVATIONS:
        values = _activation_values(choice, columns)
    else:
        return ""
    return _plot(values, SMALL, 1, glyphs)[0]


def _plot(values: list[float], width: int, height: int, glyphs: Glyphs) -> list[str]:
    low, high = min(values), max(values)
    return plot_line(values, Scale(low if low < high else 0.0, high), width, height, glyphs)


def _along(function: Callable[[float], float], columns: int) -> list[float]:
    """The values of a function of 0..1, one for each column."""
    return [function(i / (columns - 1)) for i in range(columns)]


def _activation_values(name: str, columns: int) -> list[float]:
    curve = ACTIVATIONS[name].curve
    return _along(lambda at: curve(REACH * (2 * at - 1)), columns)


def _rates(config: Mapping[str, Any], columns: int) -> list[float]:
    steps = _steps(config)
    return _along(lambda at: learning_rate_after(config, round(at * (steps - 1)), steps), columns)


def _steps(config: Mapping[str, Any]) -> int:
    """The steps of the run, as the trainer works them out from the epochs."""
    examples = training_part(config, expected_data(config).train)
    if not config["train.epochs"] or not examples:
        return int(config["train.steps"])
    return int(config["train.epochs"] * -(-examples // config["train.batch_size"]))


def _length(config: Mapping[str, Any]) -> str:
    if config["train.epochs"]:
        return plural(config["train.epochs"], "epoch")
    steps = config["train.steps"]
    if steps == 1:
        return "1 step"
    return f"{count(steps) if steps < 100_000 else short(steps)} steps"
