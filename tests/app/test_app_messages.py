"""The message line: a message disappears when it is no longer true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from app_fakes import FakeBackend, make_app, message, midway, until
from desk import RATE, Desk
from textual.app import App, ComposeResult

from nanotrain_tui.app.widgets.bars import MessageLine
from nanotrain_tui.follow.run_state import Diverged


class OneLine(App[None]):
    def compose(self) -> ComposeResult:
        yield MessageLine()


async def test_a_message_goes_with_its_condition_and_the_next_one_has_none() -> None:
    true = True
    app = OneLine()
    async with app.run_test():
        line = app.query_one(MessageLine)
        line.say("two values staged", holds=lambda: true)
        line.check()
        assert "two values staged" in str(line.render())
        true = False
        line.check()
        assert str(line.render()).strip() == ""
        line.say("two values staged", holds=lambda: true)
        line.say("saved")
        line.check()
        assert "saved" in str(line.render())


async def test_how_to_start_disappears_when_a_session_runs() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        assert message(app).startswith("r: train with these values")
        await pilot.press("s")
        assert message(app) == "No session is running. Press r to start one."
        app.link.attach(backend.add("brisk-otter").name)
        await until(pilot, lambda: message(app) == "Attached to brisk-otter.")


async def test_what_is_staged_disappears_when_the_session_takes_it_elsewhere() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        await pilot.press("e", *"0.005", "enter")
        await until(pilot, lambda: "1 value staged" in message(desk.app))
        desk.session.edit({RATE: 0.005}, who="ada@elsewhere")
        await until(pilot, lambda: message(desk.app) == "")


async def test_an_edit_on_its_way_disappears_when_the_session_refuses_it() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.answers.clear()
        await pilot.press("space")
        await until(pilot, lambda: message(desk.app) == "Pausing at the next step …")
        await pilot.press("space")
        assert message(desk.app).startswith("Already waiting to pause")
        desk.session.answers.set()
        await until(pilot, lambda: message(desk.app).startswith("pause: done"))


async def test_a_divergence_that_is_over_is_no_message() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.change(diverged=Diverged(400, "loss", "nan", "continue", ""))
        await until(pilot, lambda: "has been nan since step 400" in message(desk.app))
        desk.session.change(diverged=None)
        await until(pilot, lambda: message(desk.app) == "")


async def test_a_recording_that_can_be_read_again_is_no_message() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.broken = "the recording cannot be read"
        await until(pilot, lambda: "cannot be read" in message(desk.app))
        desk.session.broken = ""
        desk.session.change(step=500)
        await until(pilot, lambda: message(desk.app) == "")


@pytest.mark.parametrize("state", ["finished", "stopped"])
async def test_the_end_of_a_session_is_no_message_when_it_goes_on(state: str) -> None:
    """Another person resumes the session that is shown."""
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.change(state=state)
        await until(pilot, lambda: f"{state} at step" in message(desk.app))
        desk.app.link.followed(replace(desk.session.state, state="running"))
        assert message(desk.app) == ""


async def test_a_problem_of_the_form_disappears_when_it_is_solved() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key, text in (("name", "sgd"), ("momentum", "0.9"), ("nesterov", "on")):
            app.model.accept(f"optimizer.{key}", text)
        app.model.accept("optimizer.momentum", "off")
        app.form_changed()
        await pilot.press("r")
        assert message(app).startswith("Cannot start: optimizer.nesterov")
        app.model.accept("optimizer.momentum", "0.9")
        app.form_changed()
        assert message(app) == ""


@pytest.mark.parametrize("leaves", ["#keys", "#message", "#log", "#scrubber"])
async def test_a_report_while_the_dashboard_closes_is_dropped(leaves: str) -> None:
    backend = FakeBackend()
    backend.add("brisk-otter").change(**midway())
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.step == 412)
        assert app.dashboard.is_whole
        await app.dashboard.query_one(leaves).remove()
        assert not app.dashboard.is_whole
