"""Messages of the charts, the form and the lists: each disappears when it is no longer true."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from app_fakes import FakeBackend, make_app, message, midway, until
from desk import RATE, Desk
from recorded import tutorial_run
from textual.pilot import Pilot

from nanotrain_tui.app.screens.help import Help
from nanotrain_tui.app.screens.sessions import SessionsScreen
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.ports import Reply
from nanotrain_tui.app.widgets.bars import MessageLine
from nanotrain_tui.follow.run_state import Mark, ReplayPosition, RunState


async def to_charts(desk: Desk, pilot: Pilot[None]) -> None:
    await desk.ready(pilot)
    await pilot.press("f4")


async def test_what_the_cursor_is_on_is_no_message_when_the_training_goes_on() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await to_charts(desk, pilot)
        await pilot.press("end")
        step = desk.session.state.step
        assert message(desk.app) == f"step {step:,}: no event."
        desk.session.change(step=step + 1)
        await until(pilot, lambda: message(desk.app) == "")
        await pilot.press("home")
        assert message(desk.app) == "step 0: no event."
        desk.session.change(step=step + 2)
        await until(pilot, lambda: desk.app.link.state.step == step + 2)
        assert message(desk.app) == "step 0: no event.", "the cursor is still there"


async def test_what_the_cursor_is_on_is_no_message_in_another_region() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await to_charts(desk, pilot)
        await pilot.press("home")
        assert message(desk.app) == "step 0: no event."
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(desk.app.screen, Help))
        await pilot.press("escape")
        await until(pilot, lambda: desk.app.screen is desk.app.dashboard)
        assert message(desk.app) == "step 0: no event.", "the cursor is still there"
        await pilot.click("#log")
        await until(pilot, lambda: message(desk.app) == "")


async def test_a_region_is_no_message_in_another_region() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await to_charts(desk, pilot)
        assert message(desk.app) == "Upper chart."
        await pilot.press("tab")
        await until(pilot, lambda: message(desk.app) == "")


async def test_steps_that_are_shown_are_no_message_when_another_session_is_shown() -> None:
    desk = Desk()
    desk.backend.add("calm-fern").change(**midway())
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await to_charts(desk, pilot)
        await pilot.press("plus")
        assert message(desk.app).startswith("Steps ")
        desk.app.chart_actions.follow(desk.backend.sessions["calm-fern"].state)
        desk.app.refresh_keys()
        assert message(desk.app) == ""


@pytest.mark.parametrize("leave", ["z", "escape"])
async def test_the_keys_of_the_charts_screen_are_no_message_on_the_dashboard(leave: str) -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("z")
        await until(pilot, lambda: message(desk.app).startswith("Esc: return"))
        await pilot.press(leave)
        await until(pilot, lambda: desk.app.charts is None and message(desk.app) == "")


async def test_a_field_without_a_next_value_is_no_message_on_another_field() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.dashboard.go_to("model.dropout")
        for key in ("minus", "plus"):
            await pilot.press(*["minus"] * 3)
            assert "there is no previous value" in message(app)
            await pilot.press("down" if key == "minus" else "plus")
            assert "there is no previous value" not in message(app)
            app.dashboard.go_to("model.dropout")


async def test_a_field_that_is_not_used_is_no_message_when_it_is() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form_actions.edit_field("optimizer.momentum")
        await pilot.pause()
        assert "is not used with" in message(app)
        app.model.accept("optimizer.name", "sgd")
        app.form_changed()
        assert message(app) == ""


async def test_how_to_leave_depends_on_the_session() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("ctrl+c")
        assert message(desk.app).startswith("q closes the dashboard (the session keeps running)")
        desk.session.change(state="stopped")
        await until(pilot, lambda: "keeps running" not in message(desk.app))


async def test_a_refusal_of_the_list_is_about_the_sessions_that_are_selected(
    tmp_path: Path,
) -> None:
    for _ in range(3):
        tutorial_run(tmp_path)
    backend = FakeBackend()
    backend.library = Library(tmp_path)
    app = make_app(backend)

    def said() -> str:
        return str(app.screen.query_one(MessageLine).render()).strip()

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and app.screen.rows.shown)
        await pilot.press("c")
        assert said().startswith("Mark 2 to 8 sessions")
        await pilot.press("space")
        assert said() == ""
        await pilot.press("C")
        assert said().startswith("No session is open.")
        await pilot.press("space")
        assert said() == ""


async def test_the_field_that_a_preset_needs_is_no_message_when_the_cursor_leaves_it() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("plus")
        assert message(app) == "Press Enter to select a preset."
        await pilot.press("down")
        assert message(app) == ""
        assert app.dashboard.go_to(RATE)


async def test_an_event_that_a_replay_reaches_makes_the_refusal_untrue() -> None:
    desk = Desk()
    stops = tuple(Mark(step, "edited", "", t) for step, t in ((10, 1.0), (20, 2.0)))

    def at(t: float) -> RunState:
        place = ReplayPosition(t, 9.0, 100, True, 1.0, False, stops)
        return replace(desk.session.state, replay=place)

    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        link = desk.app.link
        link.followed(at(0.2))
        link._replay_answered(Reply(False, why="There is no event before this position."))
        link.followed(at(0.9))
        assert message(desk.app).startswith("There is no event before"), "it plays, and it is true"
        link.followed(at(1.1))
        assert message(desk.app) == ""
