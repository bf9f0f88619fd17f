"""What does not fit into memory is asked about, and costs one key."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, message, until
from desk import Desk

from nanotrain_tui.app.handlers.memory_question import BATCH, larger_batch
from nanotrain_tui.app.screens.memory_dialog import MemoryDialog
from nanotrain_tui.app.source.backend import LocalBackend
from nanotrain_tui.app.source.refusals import TooLarge
from nanotrain_tui.config import find_folders
from nanotrain_tui.follow.run_state import Gauge

SHORT = TooLarge("Training needs about 1,430 MB and 1,020 MB are available.", 50)


def short_app(error: TooLarge = SHORT) -> Any:
    backend = FakeBackend()
    backend.short_of_memory = error
    return make_app(backend)


async def ask(app: Any, pilot: Any) -> None:
    await pilot.press("r")
    await until(pilot, lambda: isinstance(app.screen, MemoryDialog))


async def test_enter_trains_with_the_batch_that_fits() -> None:
    app = short_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.link.state.name == "session-1")
        assert app.backend.started[0][BATCH] == 50
        assert app.model.value(BATCH) == 50 and app.model.staged() == {}


async def test_a_trains_it_as_it_is() -> None:
    app = short_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(app, pilot)
        await pilot.press("a")
        await until(pilot, lambda: app.link.state.name == "session-1")
        assert app.backend.started[0][BATCH] == 100


async def test_escape_starts_nothing() -> None:
    app = short_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(app, pilot)
        await pilot.press("escape")
        await until(pilot, lambda: message(app) == "Not started.")
        assert app.backend.started == [] and app.link.state.state == "idle"
        assert app.dashboard.form.key == BATCH


async def test_where_no_batch_fits_enter_does_nothing() -> None:
    app = short_app(TooLarge("TensorFlow alone takes about 600 MB.", None))
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(app, pilot)
        await pilot.press("enter")
        assert isinstance(app.screen, MemoryDialog)
        await pilot.press("a")
        await until(pilot, lambda: app.link.state.name == "session-1")


@pytest.mark.parametrize("how", ["r", "f"])
async def test_what_goes_on_is_asked_about_too(how: str) -> None:
    desk = Desk("stopped")
    desk.backend.short_of_memory = SHORT
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("r", how)
        if how == "f":
            await pilot.press("enter")
        await until(pilot, lambda: isinstance(desk.app.screen, MemoryDialog))
        await pilot.press("enter")
        await until(pilot, lambda: desk.backend.resumed or desk.backend.forked)
        changed: list[Mapping[str, Any]] = [changes for _, changes in desk.backend.resumed]
        changed += [config for _, _, config in desk.backend.forked]
        assert [config[BATCH] for config in changed] == [50]


@pytest.mark.parametrize("anyway", [False, True])
def test_the_real_backend_asks_once(anyway: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    need = SimpleNamespace(fits=False, message="too little", fitting_batch=20)
    plan = SimpleNamespace(memory=need, disk=None)
    started: list[object] = []

    def start(plan: object, places: object) -> None:
        started.append(plan)
        raise StartedError

    monkeypatch.setattr("nanotrain_tui.launch.plan.prepare", lambda config, places: plan)
    monkeypatch.setattr("nanotrain_tui.launch.start.start", start)
    backend = LocalBackend(find_folders())
    with pytest.raises(StartedError if anyway else TooLarge) as caught:
        backend.start({}, lambda _: None, anyway)
    assert bool(started) is anyway
    if isinstance(caught.value, TooLarge):
        assert (caught.value.message, caught.value.batch) == ("too little", 20)


MNIST = {"name": "mnist", "shape": [28, 28], "classes": 10, "train": 60000, "test": 10000}


@pytest.mark.parametrize(("left_mb", "warned"), [(100.0, True), (4000.0, False)])
async def test_a_larger_batch_of_a_running_session_is_warned_of(
    left_mb: float, warned: bool
) -> None:
    desk = Desk()
    ram = Gauge("MB", 4000.0 - left_mb, total=4000.0)
    desk.session.change(data=MNIST, gauges={"ram": ram})
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.ready(pilot)
        desk.app.steering.send({BATCH: 20_000})
        await desk.sent(pilot, {BATCH: 20_000})
        notes = [line.text for line in desk.app.dashboard._local]
        assert any("A batch size of 20,000 needs about" in text for text in notes) is warned


@pytest.mark.parametrize("change", [{"data": {}}, {"gauges": {}}, {"gauges": {"ram": Gauge("MB")}}])
def test_nothing_is_said_of_what_is_not_known(change: dict[str, Any]) -> None:
    session = FakeBackend().add("calm-owl")
    session.change(data=MNIST, gauges={"ram": Gauge("MB", 3999.0, total=4000.0)})
    assert larger_batch(session.state, {BATCH: 20_000})
    assert not larger_batch(session.state, {BATCH: 10})
    assert not larger_batch(session.state, {"train.steps": 10})
    session.change(**change)
    assert not larger_batch(session.state, {BATCH: 20_000})


class StartedError(Exception):
    """The session would have been started."""
