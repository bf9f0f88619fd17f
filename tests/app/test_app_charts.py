"""The charts screen and the keys of the charts, pressed; the world behind them is in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from app_fakes import FakeBackend, FakeSession, curve, make_app, message, midway, until
from declared_metrics import curves_of
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.screens.charts import ChartsScreen
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.widgets.charts import ChartWidget
from nanotrain_tui.app.widgets.panels import MetricChart
from nanotrain_tui.drawing.chart_model import ChartContext
from nanotrain_tui.follow.run_state import Preparing
from nanotrain_tui.follow.series import Curve

pytestmark = pytest.mark.slow

SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((120, 40), id="120x40")]


def recorded(**fields: Any) -> dict[str, Any]:
    """Midway through a session, with its learning rate, times and epochs."""
    steps = range(0, 420, 10)
    fields.setdefault(
        "marks", [replace(mark, t=4.0 + 0.07 * mark.step) for mark in midway()["marks"]]
    )
    rate = curve([1e-4 if step < 120 else 5e-5 for step in steps], 10)
    fields["curves"] = {
        **midway()["curves"],
        **curves_of(learning_rate=rate),
        **fields.pop("curves", {}),
    }
    return midway(
        elapsed_s=33.0,
        times=curve([4.0 + 0.07 * step for step in steps], 10),
        epochs=curve([step / 600 for step in steps], 10),
        **fields,
    )


class Charted:
    """An app on one session, and what its charts screen shows."""

    def __init__(self, **fields: Any) -> None:
        self.backend = FakeBackend()
        self.session: FakeSession = self.backend.add("brisk-otter")
        self.session.change(**recorded(**fields))
        self.windows: list[tuple[int, int]] = []
        read = self.session.window

        def window(first: int, last: int) -> Any:
            self.windows.append((first, last))
            return read(first, last)

        self.session.window = window  # type: ignore[method-assign]
        self.app: NanotrainApp = make_app(
            self.backend, session="brisk-otter", preferences=Preferences(theme="dark")
        )

    async def ready(self, pilot: Pilot[None], *keys: str) -> None:
        await until(pilot, lambda: self.app.link.state.step == 412)
        await self.press(pilot, *keys)

    async def press(self, pilot: Pilot[None], *keys: str) -> None:
        await pilot.press(*keys)
        await pilot.pause()
        await pilot.pause()

    def rows(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.rows())


async def test_all_charts_stand_on_one_axis_and_esc_returns() -> None:
    charted = Charted()
    async with charted.app.run_test(size=(120, 48)) as pilot:
        await charted.ready(pilot, "z")
        for title in ("1 Loss", "2 Accuracy", "3 Learning rate", "4 Temperature", "5 Power",
                      "6 RAM", "7 GPU load"):  # fmt: skip
            assert title in charted.text
        assert isinstance(charted.app.screen, ChartsScreen)
        assert "brisk-otter" in charted.rows()[0] and "epoch 0.68" in charted.rows()[0]
        for key in ("escape", "z"):
            await charted.press(pilot, key)
            assert charted.app.screen is charted.app.dashboard
            await charted.press(pilot, "z")


async def test_digits_hide_charts_and_bring_those_out_of_sight() -> None:
    charted = Charted()
    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z")
        assert "Charts 1 to 3 of 7. d: more." in message(charted.app)
        assert "charts 1-3 of 7" in charted.rows()[0] and "4 Temperature" not in charted.text
        await charted.press(pilot, "7")
        assert "GPU load is shown. Press 7 again to hide it." in message(charted.app)
        assert "7 GPU load" in charted.text and "charts 5-7 of 7" in charted.rows()[0]
        await charted.press(pilot, "7")
        assert "GPU load is hidden" in message(charted.app) and "7 GPU load" not in charted.text
        await charted.press(pilot, "7")
        assert "GPU load is shown" in message(charted.app) and "7 GPU load" in charted.text
        for key in "123456":
            await charted.press(pilot, key)
            if "Press" in message(charted.app) and "is shown" in message(charted.app):
                await charted.press(pilot, key)  # it was out of sight
        await charted.press(pilot, "7")
        assert "it is the only chart" in message(charted.app)


async def test_each_chart_is_readable_and_the_others_are_a_page_away() -> None:
    charted = Charted()
    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z")
        titles = [y for y, row in enumerate(charted.rows()) if row[59:60].isdigit()]
        assert len(titles) == 3 and titles[1] - titles[0] >= 6 and titles[2] - titles[1] >= 6
        for key, first, last in (
            ("pagedown", 4, 6), ("pagedown", 5, 7), ("d", 1, 3), ("d", 4, 6), ("pageup", 1, 3),
            ("pageup", 1, 3),
        ):  # fmt: skip
            await charted.press(pilot, key)
            assert message(charted.app) == f"Charts {first} to {last} of 7."
            assert f"charts {first}-{last} of 7" in charted.rows()[0]


async def test_the_wheel_scrolls_the_charts_under_it() -> None:
    charted = Charted()
    app = charted.app
    async with app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z")
        stack = app.screen.query_one(ChartWidget)
        for event, top in ((MouseScrollDown, 1), (MouseScrollDown, 2), (MouseScrollUp, 1)):
            await pilot._post_mouse_events([event], stack, (10, 10))
            await pilot.pause()
            assert app.chart_actions.view.top == top
        assert "charts 2-4 of 7" in charted.rows()[0]


@pytest.mark.parametrize("keys", [["z"], []])
async def test_a_click_puts_the_cursor_where_it_was_clicked(keys: list[str]) -> None:
    charted = Charted()
    app = charted.app
    async with app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, *keys)
        chart = app.screen.query_one(ChartWidget)
        for x in (0, 7, 20, 30):
            app.say("")
            await pilot.click(chart, offset=(chart.first_cell + x, 3))
            await pilot.pause()
            axis = ChartContext(app.link.state, app.chart_actions.view).axis
            assert axis.cell(app.chart_actions.view.at(412), chart.cells_across) == x
            assert charted.rows()[chart.region.y + 3][chart.region.x + chart.first_cell + x] != " "
            assert "step " in message(app)


async def test_a_click_on_a_mark_explains_it_and_one_on_the_rest_follows_the_training() -> None:
    charted = Charted()
    app = charted.app
    async with app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z")
        chart = app.screen.query_one(ChartWidget)
        axis = ChartContext(app.link.state, app.chart_actions.view).axis
        cell = axis.cell(120, chart.cells_across) or 0
        await pilot.click(chart, offset=(chart.first_cell + cell, 3))
        await pilot.pause()
        assert message(app).startswith("▲ step 120, 0:12: learning rate 0.0001 → 5e-05")
        await pilot.click(chart, offset=(chart.first_cell + chart.cells_across - 1, 3))
        await pilot.pause()
        assert app.chart_actions.view.cursor is None
        await pilot.click(chart, offset=(1, 3))  # a label of the axis
        await pilot.pause()
        assert app.chart_actions.view.cursor is None


async def test_what_was_not_recorded_is_said_and_left_out() -> None:
    charted = Charted(gauges={})
    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z")
        assert "Not recorded: Temperature, Power, RAM, GPU load." in message(charted.app)
        await charted.press(pilot, "5")
        assert message(charted.app) == "Power was not recorded."


async def test_without_a_session_there_are_no_charts() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("z")
        await pilot.pause()
        assert app.screen is app.dashboard and "no session" in message(app)


async def test_a_zoom_reads_its_steps_and_draws_them_in_every_chart() -> None:
    charted = Charted()
    app = charted.app
    async with app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "tab")
        await charted.press(pilot, "home")
        await charted.press(pilot, "plus")
        assert message(app) == "Steps 0 to 250. Press 0 to show all."
        await until(pilot, lambda: app.chart_actions.detail)
        assert charted.windows == [(1, 250)]
        for chart in app.dashboard.query(MetricChart):
            assert chart.view == app.chart_actions.view
        # The fake's loss is the step, from 1 to 250; the recorded one is below 3.
        spans = [span.text for line in app.dashboard.lowest_chart.draw(60, 8) for span in line]
        labels = [text.strip(" │") for text in spans if text.endswith("│")]
        assert labels == ["100", "", "", "10", "", "1"]
        await charted.press(pilot, "L")
        assert message(app) == "Steps 62 to 312. Press 0 to show all."
        await charted.press(pilot, "0")
        assert message(app) == "All steps are shown." and not app.chart_actions.detail
        await charted.press(pilot, "H")
        assert "Press + to zoom in" in message(app)


async def test_the_closest_look_and_the_farthest_say_so() -> None:
    charted = Charted()
    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z", *["plus"] * 9)
        assert "the minimum is 8 steps" in message(charted.app)
        await charted.press(pilot, *["minus"] * 9)
        assert "All steps are already shown." in message(charted.app)


async def test_a_window_that_grows_with_the_training_is_read_on() -> None:
    charted = Charted()
    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z", "plus")
        await until(pilot, lambda: charted.windows)
        first, last = charted.windows[0]
        assert last == 412
        charted.session.change(step=450)
        await until(pilot, lambda: charted.windows[-1] == (first, 450))
        charted.session.change(step=300)  # resumed from an earlier checkpoint
        await until(pilot, lambda: charted.windows[-1][1] == 300)


async def test_each_key_says_what_it_did() -> None:
    charted = Charted()
    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z")
        for key, text in (
            ("m", "weight 0.3"), ("m", "weight 0.6"), ("M", "weight 0.3"), ("M", "not smoothed"),
            ("y", "begin at 0"), ("y", "Logarithmic y axes"), ("y", "Automatic y axes"),
            ("b", "the session time"), ("b", "the epochs"), ("b", "the steps"),
            ("up", "checkpoint at step 400"), ("up", "adam → sgd"), ("left", "no event"),
            ("home", "step 0"), ("end", "step 412"), ("1", "Loss is hidden"),
            ("Z", "no action here"),
        ):  # fmt: skip
            await charted.press(pilot, key)
            assert text in charted.rows()[-2], (key, charted.rows()[-2])


async def test_a_loss_below_nought_is_never_logarithmic() -> None:
    charted = Charted(curves=curves_of(loss=curve([2.0, -0.5, 1.0], 100)))
    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z", "y", "y")
        assert message(charted.app) == "Cannot use a logarithmic axis: the loss has the value -0.5."


async def test_the_cursor_goes_through_every_column_and_stops_at_the_newest() -> None:
    charted = Charted()
    keys = charted.app.chart_actions
    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z", "b", "home")
        seen = [0]
        while seen[-1] < 412:
            await pilot.press("right")
            assert keys._cursor > seen[-1]
            seen.append(keys._cursor)
        assert 20 < len(seen) < 60
        await charted.press(pilot, "left")
        assert keys._cursor < 412


async def test_another_session_is_seen_whole_in_the_same_way() -> None:
    charted = Charted()
    app = charted.app
    charted.backend.add("late-wren").change(**recorded())
    async with app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z", "m", "b", "plus")
        app.link.attach("late-wren")
        await until(pilot, lambda: app.link.state.name == "late-wren" and app.link.state.step)
        view = app.chart_actions.view
        assert view.window is None and view.cursor is None
        assert view.smoothing == 0.3 and view.axis == "time"


async def test_a_new_state_writes_the_cells_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    charted = Charted()
    regions: list[Region] = []
    whole: list[Widget] = []
    refresh = Widget.refresh

    def spy(self: Widget, *cells: Region, **how: Any) -> Widget:
        regions.extend(cells)
        if not cells:
            whole.append(self)
        return refresh(self, *cells, **how)

    async with charted.app.run_test(size=(80, 24)) as pilot:
        await charted.ready(pilot, "z")
        screen = charted.app.screen
        assert isinstance(screen, ChartsScreen)
        monkeypatch.setattr(Widget, "refresh", spy)
        screen.show_state(charted.app.link.state)
        assert not regions and not whole
        charted.session.change(elapsed_s=34.0)
        await until(pilot, lambda: charted.app.link.state.elapsed_s == 34.0)
        assert 0 < sum(region.area for region in regions) < 80
        assert not any(isinstance(widget, ChartsScreen) for widget in whole)


@pytest.mark.parametrize("size", [*SIZES, pytest.param((200, 50), id="200x50")])
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([], id="all"),
        pytest.param(["up", "up", "plus"], id="zoomed"),
        pytest.param(["m"] * 4, id="smoothed"),
        pytest.param(["y", "y", "home"], id="log"),
        pytest.param(["b", "up"], id="by-time"),
    ],
)
def test_charts_screen(
    snap_compare: Callable[..., bool], size: tuple[int, int], keys: list[str]
) -> None:
    charted = Charted()

    async def prepare(pilot: Pilot[None]) -> None:
        await charted.ready(pilot, "z", *keys)
        if "plus" in keys:
            await until(pilot, lambda: charted.app.chart_actions.detail)

    assert snap_compare(charted.app, terminal_size=size, run_before=prepare)


@pytest.mark.parametrize("size", SIZES)
async def test_a_session_without_values_says_what_it_waits_for(size: tuple[int, int]) -> None:
    charted = Charted(state="starting", curves={})
    empty = {"curves": {}, "times": Curve(), "epochs": Curve(), "step": 0, "marks": ()}
    charted.session.change(**empty)
    async with charted.app.run_test(size=size) as pilot:
        await until(pilot, lambda: charted.text.count("TensorFlow is loading …") == 1)
        for false in ("64 steps", "training —", "test —", "100%│"):
            assert false not in charted.text
        await charted.press(pilot, "z")
        assert "TensorFlow is loading …" in charted.text and "64 steps" not in charted.text
        await charted.press(pilot, "z")
        charted.session.change(preparing=Preparing("drawing digits", 0.5))
        await until(pilot, lambda: "Drawing digits 50% …" in charted.text)
        charted.session.change(**recorded(state="running", preparing=None))
        await until(pilot, lambda: "⠤⠤ training" in charted.text)
        assert "Drawing" not in charted.text
