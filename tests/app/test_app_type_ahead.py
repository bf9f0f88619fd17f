"""Keys that come all at once do what they do one by one."""

from __future__ import annotations

import asyncio

import pytest
from app_fakes import FakeBackend, burst, make_app, message, midway, until
from textual.widgets import Input

from nanotrain_tui.app.screens.jump import Jump
from nanotrain_tui.app.screens.pick_list import PickList

pytestmark = pytest.mark.slow


async def test_a_field_is_found_typed_and_applied_in_one_burst() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "f", "l", "enter", *"/2", "enter", "f", "b", "enter", *"50", "enter", "down")
        await until(pilot, lambda: app.model.value("train.batch_size") == 50)
        await until(pilot, lambda: app.dashboard.form.key == "train.steps")
        assert app.model.value("optimizer.learning_rate") == 5e-5
        assert app.screen is app.dashboard and not app.dashboard.editing


async def test_a_machine_that_is_slow_sends_no_key_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        loop = asyncio.get_running_loop()
        now = loop.time
        with monkeypatch.context() as slow:
            slow.setattr(loop, "time", lambda: now() * 1000)  # a second is over at the next look
            burst(app, "f", "l", "enter", *"/2", "enter", "f", "b", "enter", *"50", "enter", "down")
            for _ in range(100_000):
                if app.dashboard.form.key == "train.steps":
                    break
                await asyncio.sleep(0)
            else:
                raise AssertionError("the keys were not answered")
        await pilot.pause()
        assert app.model.value("optimizer.learning_rate") == 5e-5
        assert app.model.value("train.batch_size") == 50


async def test_a_choice_is_picked_in_one_burst() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "f", "o", "enter", "down", "enter", "f", "a", "enter", "down", "down", "enter")
        await until(pilot, lambda: app.model.value("model.activation") == "tanh")
        assert app.model.value("optimizer.name") == "sgd"


async def test_a_question_gets_its_answer_in_one_burst() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    session.change(**midway())
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.model.live)
        burst(app, " ", "s", "n", "s", "y")
        await until(pilot, lambda: session.sent == ["pause", "stop"])


async def test_the_palette_takes_what_is_typed_ahead() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "ctrl+p", *"dropout")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await until(pilot, lambda: app.focused.value == "dropout")  # type: ignore[union-attr]


async def test_pages_and_text_reach_a_list_that_is_not_drawn_yet() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, "ctrl+p", "pagedown", "pageup", *"seed", "enter")
        await until(pilot, lambda: app.dashboard.editing)
        assert app.dashboard.form.key == "train.seed"


async def test_a_hundred_keys_lose_none() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        burst(app, *["f", "p", *["down"] * 5] * 20, "f")
        # The first of them brings up that screen as the last one does: wait for all.
        await until(
            pilot, lambda: isinstance(app.screen, Jump) and app.type_ahead._settling is None
        )
        assert app.dashboard.form.key == "model.activation"
        burst(app, "escape", "?", "escape", "p")
        await until(pilot, lambda: isinstance(app.screen, PickList))
        assert message(app)
