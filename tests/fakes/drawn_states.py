"""Recordings folded into states to draw, networks as functions, and what was drawn as text."""

import math
import random
from collections.abc import Collection

from batches import Rows, batch_of

from nanotrain_tui.drawing.chart_model import Chart
from nanotrain_tui.drawing.charts.table import main_charts
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.drawing.lists.session_columns import layout_of
from nanotrain_tui.drawing.lists.sessions import SIGNS, draw_session
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.function import Axis, Function
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.summary import SessionSummary

TEGRA = {
    "source": "tegrastats",
    "gpu_load_percent": 87,
    "tf_memory_mb": 412,
    "tf_memory_peak_mb": 530,
    "ram_used_mb": 2411,
    "ram_total_mb": 3964,
    "gpu_temperature_c": 51.5,
    "cpu_temperature_c": 50,
    "power_total_mw": 6240,
}


def accuracy_chart(state: RunState) -> Chart:
    return main_charts(state)[0]


def loss_chart(state: RunState) -> Chart:
    return main_charts(state)[1]


def state_of(rows: Rows, name: str = "mnist-12", **seen: bool) -> RunState:
    fold = Fold(name)
    fold.add(batch_of(rows))
    return fold.state(**seen)


def wild() -> Rows:
    """A start like the tutorial's: a loss of thousands, then less than one."""
    rows = Rows().begin()
    for i in range(10):
        rows.steps([4000 * math.exp(-(10 * i + k) / 8) + 0.5 for k in range(10)], [0.1 * i] * 10)
        rows.evaluated(4000 * math.exp(-10 * i / 8) + 0.5, 0.1 * i + 0.01)
    return rows


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def roles_of(lines: list[Line]) -> set[str]:
    return {span.role for line in lines for span in line if span.text.strip()}


def hot_rows() -> Rows:
    body = {**TEGRA, "gpu_temperature_c": 52, "throttling": ["gpu"], "gpu_mapped_mb": 700}
    watching = {"guard": "heat", "action": "watching", "limit": 60.0, "warn": 51.0, "resume": 40.0}
    return Rows().begin().event("guard", **watching).steps([3.0] * 5).sample(**body)


#: Test accuracies at steps 1, 101, 201 ... 901 and 1,000.
HELD_OUT = [0.1, 0.83, 0.905, 0.912, 0.92, 0.926, 0.931, 0.933, 0.936, 0.939, 0.941]


def learned(steps: int = 1000) -> Rows:
    """The recording up to a step, with the noise of batches of 100 examples."""
    noise = random.Random(7)
    rows = Rows().begin(steps=1000)
    for first in range(0, steps, 100):
        count = 1 if first == 0 else 100
        rows.steps(*_batches(rows.step, count, noise))
        rows.evaluated(_loss(rows.step), HELD_OUT[first // 100])
    rows.steps(*_batches(rows.step, steps - rows.step, noise))
    if steps == 1000:
        rows.evaluated(_loss(steps), HELD_OUT[-1])
    return rows


def _batches(done: int, count: int, noise: random.Random) -> tuple[list[float], list[float]]:
    steps = range(done + 1, done + count + 1)
    losses = [_loss(step) * noise.uniform(0.7, 1.3) for step in steps]
    right = [min(1.0, _accuracy(step) + noise.gauss(0, 0.024)) for step in steps]
    return losses, [round(share, 2) for share in right]


def _accuracy(step: int) -> float:
    place = min(step, 999) / 100
    before = int(place)
    return HELD_OUT[before] + (HELD_OUT[before + 1] - HELD_OUT[before]) * (place - before)


def _loss(step: int) -> float:
    return 90 * math.exp(-step / 12) + 0.2 + 3 / (step / 5 + 5)


def drawn_session(
    one: SessionSummary, width: int, glyphs: Glyphs, here: bool, marked: Collection[str]
) -> Line:
    """The line of a session that is alone in its list."""
    layout = layout_of([one], width - SIGNS, glyphs)
    return draw_session(one, layout, width, glyphs, here, marked)


# --- networks as functions: a curve half learned, and two planes ---------------------------

SIDE = 24


def _values(axis: Axis) -> list[float]:
    step = (axis.high - axis.low) / (axis.points - 1)
    return [axis.low + at * step for at in range(axis.points)]


def learned_curve() -> Function:
    """A sine, samples beside it, and a network that has found its left half."""
    axis = Axis("x", -1.0, 1.0, 101)
    truth = [math.sin(2 * math.pi * x) for x in _values(axis)]
    outputs = [y if x < 0 else 0.4 * y for x, y in zip(_values(axis), truth, strict=True)]
    places = [-0.95 + 0.05 * n for n in range(39)]
    samples = [
        (x, math.sin(2 * math.pi * x) + 0.15 * math.sin(37 * n)) for n, x in enumerate(places)
    ]
    return Function((axis,), tuple(samples), tuple(truth), tuple(outputs), 401)


def learned_plane(classes: bool = True) -> Function:
    """A disk of class 1 that the network has found, or a slope that it predicts."""
    axes = (Axis("x", -6.0, 6.0, SIDE), Axis("y", -6.0, 6.0, SIDE))
    across, up = map(_values, axes)
    if classes:
        outputs = [1 / (1 + math.exp(x * x + y * y - 9)) for y in up for x in across]
    else:
        outputs = [(x + y) / 10 for y in up for x in across]
    samples = []
    for n in range(60):
        x, y = 5.5 * math.sin(n * n), 5.5 * math.cos(7 * n)
        target = float(x * x + y * y < 9) if classes else (x + y) / 10
        samples.append((x, y, target))
    return Function(axes, tuple(samples), (), tuple(outputs), 401)
