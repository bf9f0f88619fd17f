"""An edit draws the form once and checks the configuration once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, until
from desk import RATE, Desk
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.form import model as model_module
from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.widgets.form_list import FormList


class Counts:
    """How often the form was made into rows and drawn, and the configuration checked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.checked = self.rows = self.drawn = 0
        self._count(monkeypatch, model_module, "check", "checked")
        self._count(monkeypatch, FormModel, "rows", "rows")
        self._count(monkeypatch, FormList, "reload", "drawn")

    def _count(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, count: str) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any) -> Any:
            setattr(self, count, getattr(self, count) + 1)
            return original(*args)

        monkeypatch.setattr(owner, name, counted)

    def take(self) -> tuple[int, int, int]:
        """Checks, rows and drawings since the last call."""
        found = (self.checked, self.rows, self.drawn)
        self.checked = self.rows = self.drawn = 0
        return found


async def typed(pilot: Pilot[None], app: NanotrainApp, value: str) -> None:
    """Type a value into the open editor and apply it."""
    await pilot.press("enter", *["backspace"] * 10, *value, "enter")
    await until(pilot, lambda: not app.dashboard.editing)


async def test_a_step_of_a_field_without_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.dashboard.form.go_to(RATE)
        await pilot.pause()
        counts = Counts(monkeypatch)
        await pilot.press("plus")
        await pilot.pause()
        assert counts.take() == (1, 1, 1)


async def test_a_typed_value_without_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.dashboard.form.go_to(RATE)
        await pilot.pause()
        counts = Counts(monkeypatch)
        await typed(pilot, app, "0.5")
        assert app.model.value(RATE) == 0.5 and counts.take() == (1, 1, 1)


@pytest.mark.parametrize("staged", [False, True])
async def test_a_typed_value_of_a_live_session(
    staged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        if staged:  # then later edits join it
            desk.app.model.accept("train.batch_size", "64")
        desk.go(RATE)
        await pilot.pause()
        desk.session.answers.clear()  # an answer is another change, and drawn by itself
        counts = Counts(monkeypatch)
        await typed(pilot, desk.app, "0.5")
        assert counts.take() == (1, 1, 1)
        assert desk.mark(RATE) == ("*" if staged else ">")
        desk.session.answers.set()


async def test_a_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(FakeBackend())
    async with app.run_test(size=(80, 24)) as pilot:
        counts = Counts(monkeypatch)
        await pilot.press("p", "down", "enter")
        await pilot.pause()
        assert app.model.preset_label == "sane"
        assert counts.take() == (1, 1, 1)
