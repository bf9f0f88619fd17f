"""A new kind of chart is one module and one row of the table; everything else finds it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from app_fakes import FakeBackend, make_app, message, midway, until

from nanotrain_tui.app.widgets.charts import ChartWidget
from nanotrain_tui.catalog.formats import short
from nanotrain_tui.drawing.chart_model import Chart, ChartContext
from nanotrain_tui.drawing.charts import table
from nanotrain_tui.drawing.charts.row import ChartRow
from nanotrain_tui.drawing.scale import linear_scale
from nanotrain_tui.follow.run_state import RunState

pytestmark = pytest.mark.slow


def rows(state: RunState) -> Sequence[ChartRow]:
    """What the module of a new kind has: its rows, and how to make their charts."""
    return [ChartRow("time.steps", "Session time", chart)]


def chart(context: ChartContext) -> Chart:
    state = context.state
    return Chart(
        key="time.steps",
        title="Session time",
        train=state.times,
        whole=state.times,
        last=state.times.last,
        scale=linear_scale,
        figure=lambda value, missing: short(value, missing) + " s",
        batch_figure=short,
        label=short,
        axis=context.axis,
    )


async def test_a_new_kind_of_chart_is_drawn_numbered_and_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "CHART_KINDS", [table.CHART_KINDS[0], rows])
    backend = FakeBackend()
    curves = midway()["curves"]
    times = next(iter(curves.values()))
    backend.add("brisk-otter").change(**midway(times=times))
    app = make_app(backend, session="brisk-otter")

    def shown() -> str:
        widget = app.charts.query_one(ChartWidget) if app.charts else app.dashboard
        return "\n".join("".join(span.text for span in line) for line in widget._lines)  # type: ignore[union-attr]

    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.step == 412)
        await pilot.press("z")
        await until(pilot, lambda: app.charts is not None and "4 Session time" in shown())
        assert "1 to 4: hide or show a chart" in message(app)
        await pilot.press("4")
        await until(pilot, lambda: "Session time is hidden" in message(app))
        assert "4 Session time" not in shown()
        await pilot.press("5")
        await until(pilot, lambda: "There is no chart 5" in message(app))
