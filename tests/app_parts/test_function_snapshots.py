"""The dashboard of sessions whose network is a curve or over a plane, as pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from app_fakes import FakeBackend, FakeSession, make_app, message, midway, until
from drawn_states import learned_curve, learned_plane
from setup_fakes import DATA, findings
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.screens.learned import LearnedScreen
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.widgets.charts import MetricChart
from nanotrain_tui.app.widgets.function_picture import FunctionPicture
from nanotrain_tui.app.widgets.setup_panel import BoardRegion, PlanRegion, SetupPanel
from nanotrain_tui.config import load_presets, resolve

pytestmark = pytest.mark.slow

SIZES = [pytest.param(size, id=f"{size[0]}x{size[1]}") for size in ((80, 24), (120, 40), (200, 50))]
Compare = Callable[..., bool]
PRESETS = load_presets(None)


def session(data: str, **fields: Any) -> dict[str, Any]:
    """The fields of a session of that data at step 412."""
    facts: dict[str, Any] = {"name": data, "train": 400, "test": 100}
    if data == "curve":
        return midway(data=facts, function=learned_curve(), **fields)
    facts |= {"classes": 2, "task": "binary"}
    return midway(data=facts, function=learned_plane(), **fields)


@asynccontextmanager
async def shown_curve() -> AsyncIterator[tuple[NanotrainApp, FakeSession, Pilot[None]]]:
    """An app that shows a session which learns a curve."""
    backend = FakeBackend()
    fake = backend.add("brisk-otter")
    fake.change(**session("curve"))
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.function is not None)
        yield app, fake, pilot


def compare(
    snap_compare: Compare,
    size: tuple[int, int],
    data: str,
    keys: tuple[str, ...] = (),
    theme: str = "dark",
) -> bool:
    backend = FakeBackend()
    config = resolve(PRESETS, {}, sets=[f"data.name={data}"])
    backend.add("brisk-otter", **config).change(**session(data))
    app = make_app(backend, session="brisk-otter", preferences=Preferences(theme=theme))

    async def prepare(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.link.state.function is not None)
        await pilot.press(*keys)
        await pilot.pause()

    return bool(snap_compare(app, terminal_size=size, run_before=prepare))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("data", ["curve", "circle"])
def test_session(snap_compare: Compare, size: tuple[int, int], data: str) -> None:
    assert compare(snap_compare, size, data)


@pytest.mark.parametrize("size", SIZES)
def test_the_form_beside_a_plane(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert compare(snap_compare, size, "circle", ("f", "l"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("data", ["curve", "circle"])
def test_at_large(snap_compare: Compare, size: tuple[int, int], data: str) -> None:
    assert compare(snap_compare, size, data, ("V",))


@pytest.mark.parametrize("theme", ["light", "sixteen"])
@pytest.mark.parametrize("data", ["curve", "circle"])
def test_theme(snap_compare: Compare, theme: str, data: str) -> None:
    assert compare(snap_compare, (80, 24), data, theme=theme)


@pytest.mark.parametrize("data", ["curve", "circle"])
def test_no_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare(snap_compare, (80, 24), data)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("data", ["curve", "circle"])
def test_set_up(snap_compare: Compare, size: tuple[int, int], data: str) -> None:
    """The screen before a session, with a sketch of the data."""
    function = learned_curve() if data == "curve" else learned_plane()
    shape, classes = ([1], 0) if data == "curve" else ([2], 2)
    facts = {
        **DATA, "name": data, "source": f"a {data}, made by nanotrain", "shape": shape,
        "classes": classes, "outputs": 1, "train": 400, "test": 100,
        "task": "binary" if classes else "regression",
    }  # fmt: skip
    backend = FakeBackend()
    backend.findings = findings(facts, pictures=(), function=function._replace(outputs=()))
    app = make_app(backend)

    async def read(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.dashboard.query(SetupPanel))
        panel = app.dashboard.setup
        await pilot.press("f", "t", "enter", *data, "enter")
        await until(pilot, lambda: app.model.text("data.name") == data)
        await until(pilot, lambda: panel.query_one(PlanRegion).outlook.findings is not None)
        await until(pilot, lambda: panel.query_one(BoardRegion).board.source)

    assert snap_compare(app, terminal_size=size, run_before=read)


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 40)])
async def test_the_picture_comes_with_its_session_and_leaves_with_it(size: tuple[int, int]) -> None:
    backend = FakeBackend()
    fake = backend.add("brisk-otter")
    fake.change(**midway(function=None))
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.link.state.step == 412)
        picture = app.dashboard.query_one(FunctionPicture)
        upper, lower = app.dashboard.query(MetricChart)
        assert not picture.display and upper.display and lower.display
        for data, lower_is_shown in (("circle", True), ("curve", size[0] >= 110)):
            fake.change(**session(data))
            await until(pilot, lambda: picture.region.height >= 3)
            assert upper.region.height >= 3
            await until(pilot, lambda: bool(lower.region.height) == lower_is_shown)  # noqa: B023
            fake.change(**midway(function=None))
            await until(pilot, lambda: not picture.region.height and lower.region.height)


async def test_a_curve_is_drawn_again_with_each_evaluation_only() -> None:
    async with shown_curve() as (app, fake, pilot):
        picture = app.dashboard.query_one(FunctionPicture)
        drawn = []
        picture.redraw = lambda: drawn.append(app.link.state.step)  # type: ignore[method-assign]
        fake.change(step=500, data=app.link.state.data)
        await until(pilot, lambda: app.link.state.step == 500)
        assert drawn == []
        fake.change(step=501, function=learned_curve()._replace(step=501))
        await until(pilot, lambda: drawn == [501])


async def test_the_picture_at_large_opens_closes_and_follows_the_session() -> None:
    async with shown_curve() as (app, fake, pilot):
        await pilot.press("V")
        await until(pilot, lambda: isinstance(app.screen, LearnedScreen))
        picture = app.screen.query_one(FunctionPicture)
        fake.change(step=501, function=learned_curve()._replace(step=501))
        await until(pilot, lambda: picture.state.step == 501)
        await pilot.press("V")
        await until(pilot, lambda: app.screen is app.dashboard)


async def test_a_network_without_a_picture_says_so() -> None:
    backend = FakeBackend()
    backend.add("brisk-otter").change(**midway(function=None))
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.step == 412)
        await pilot.press("V")
        await until(pilot, lambda: "no curve or plane" in message(app))
        assert app.screen is app.dashboard
