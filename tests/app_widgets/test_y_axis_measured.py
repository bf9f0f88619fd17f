"""The y axis of two runs that were measured with real MNIST: the later evaluations fill it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, until
from batches import Rows
from drawn_states import accuracy_chart, state_of, text_of

from nanotrain_tui.app.widgets.panels import MetricChart
from nanotrain_tui.drawing.chart import plot_chart
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.follow.run_state import RunState

#: 1,000 steps of the preset ``tutorial``: accuracies in hundredths of a percent. The evaluations
#: are those of steps 1, 101 ... 901 and 1,000; the training has the means of 25 steps each.
TUTORIAL = [3472, 8902, 9126, 9193, 9249, 9315, 9318, 9347, 9368, 9406, 9422]
TUTORIAL_TRAINING = [
    6740,
    8210,
    8680,
    8710,
    8820,
    8910,
    9040,
    8910,
    9050,
    9160,
    9080,
    9130,
    9190,
    9160,
    9110,
    9270,
    9200,
    9250,
    9200,
    9240,
    9320,
    9280,
    9320,
    9270,
    9290,
    9330,
    9390,
    9290,
    9290,
    9390,
    9480,
    9380,
    9420,
    9390,
    9410,
    9450,
    9370,
    9440,
    9400,
    9430,
]
#: 8,000 steps of the preset ``sane``: the evaluations are those of steps 1, 101 ... 7,901 and of
#: each thousandth step, the training has the means of 100 steps each.
SANE = [
    3632,
    9211,
    9421,
    9520,
    9590,
    9656,
    9697,
    9690,
    9698,
    9729,
    9720,
    9719,
    9757,
    9752,
    9758,
    9770,
    9738,
    9781,
    9777,
    9797,
    9800,
    9800,
    9800,
    9803,
    9814,
    9786,
    9797,
    9816,
    9793,
    9775,
    9811,
    9811,
    9788,
    9788,
    9827,
    9816,
    9816,
    9828,
    9813,
    9780,
    9821,
    9817,
    9808,
    9797,
    9799,
    9828,
    9801,
    9822,
    9828,
    9806,
    9810,
    9807,
    9831,
    9826,
    9834,
    9834,
    9819,
    9821,
    9807,
    9806,
    9814,
    9825,
    9839,
    9825,
    9792,
    9818,
    9825,
    9827,
    9825,
    9821,
    9807,
    9823,
    9821,
    9811,
    9826,
    9837,
    9834,
    9838,
    9822,
    9831,
    9835,
    9824,
    9800,
    9811,
    9836,
    9819,
    9829,
    9863,
]
SANE_TRAINING = [
    8610,
    9310,
    9470,
    9510,
    9570,
    9650,
    9720,
    9750,
    9720,
    9740,
    9760,
    9750,
    9860,
    9850,
    9840,
    9830,
    9840,
    9830,
    9900,
    9910,
    9890,
    9890,
    9860,
    9890,
    9920,
    9920,
    9930,
    9920,
    9940,
    9900,
    9940,
    9960,
    9940,
    9930,
    9940,
    9920,
    9960,
    9970,
    9940,
    9960,
    9950,
    9960,
    9980,
    9980,
    9970,
    9970,
    9940,
    9960,
    9980,
    9980,
    9970,
    9960,
    9980,
    9970,
    9970,
    9980,
    9970,
    9970,
    9960,
    9930,
    9990,
    9990,
    9970,
    9980,
    9980,
    9970,
    9990,
    9980,
    9990,
    9990,
    9970,
    9980,
    9980,
    9990,
    9980,
    9980,
    9960,
    9970,
    9990,
    9990,
]


def steps_of(steps: int) -> list[int]:
    """The steps after which an evaluation was made: after each 100, and with each checkpoint."""
    return sorted({*range(1, steps + 1, 100), *range(1000, steps + 1, 1000)})


def measured(steps: int, evaluated: Sequence[int], trained: Sequence[int]) -> RunState:
    """The recording, with the noise that batches of 100 examples have."""
    noise = random.Random(5)
    apart = steps // len(trained)
    rows = Rows().begin(steps=steps)
    for step, tested in zip(steps_of(steps), evaluated, strict=True):
        shares = [trained[min(i // apart, len(trained) - 1)] / 1e4 for i in range(rows.step, step)]
        right = [sum(noise.random() < share for _ in range(100)) / 100 for share in shares]
        rows.steps([0.5] * len(right), right)
        rows.evaluated(0.5, tested / 1e4)
    return state_of(rows.event("finished"))


RUNS: Any = [
    pytest.param(1000, TUTORIAL, TUTORIAL_TRAINING, (80, 24), id="tutorial-80x24"),
    pytest.param(8000, SANE, SANE_TRAINING, (120, 40), id="sane-120x40"),
]


@pytest.mark.parametrize(("steps", "evaluated", "trained", "size"), RUNS)
async def test_the_evaluations_from_step_101_span_half_of_the_rows_of_the_chart(
    steps: int, evaluated: list[int], trained: list[int], size: tuple[int, int]
) -> None:
    state = measured(steps, evaluated, trained)
    backend = FakeBackend()
    session = backend.add("mnist-1")
    session._state = state
    app = make_app(backend, session="mnist-1")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.link.state.step == steps)
        width, height = app.dashboard.query_one("#upper-chart", MetricChart).content_size
    across, rows = width - 6, height - 2  # without labels, title and x axis
    assert rows >= 4
    chart = accuracy_chart(state)
    scale = plot_chart(chart, across, rows, UNICODE).scale
    later = [value / 1e4 for value in evaluated[1:]]
    places = [scale.row(value, rows) for value in later]
    assert max(places) - min(places) + 1 >= rows / 2
    assert scale.position(max(later)) - scale.position(min(later)) >= 0.5
    drawn = text_of(plot_chart(chart, across, rows, ASCII).rows)
    spots = [y for y, line in enumerate(drawn) if "o" in line]
    assert spots[-1] - spots[0] + 1 >= rows / 2
    assert not scale.log and len(scale.labels(rows, chart.label)) >= 2
