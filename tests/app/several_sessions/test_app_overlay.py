"""Other sessions behind the charts of the dashboard: chosen, followed, removed."""

from __future__ import annotations

from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, message, midway, until
from several import Listed, evaluated, letters, world
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.screens.sessions import SessionsScreen
from nanotrain_tui.drawing.backdrop import LETTERS

pytestmark = pytest.mark.slow


async def opened(pilot: Pilot[None], app: NanotrainApp) -> None:
    await until(pilot, lambda: app.link.state.step == 412)


async def toggle(pilot: Pilot[None], app: NanotrainApp, downs: int = 0) -> None:
    """Press the key, and Enter on a row of the list."""
    await pilot.press("C")
    await until(pilot, lambda: isinstance(app.screen, PickList))
    await pilot.press("home", *["down"] * downs, "enter")
    await until(pilot, lambda: app.screen is app.dashboard)


def text(app: NanotrainApp) -> str:
    rows: Any = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in rows)


async def test_a_chosen_session_is_drawn_behind_both_charts_and_followed() -> None:
    app, backend, _ = world("calm-fern")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await toggle(pilot, app)
        assert message(app).startswith("calm-fern is drawn as A.")
        await until(pilot, lambda: text(app).count("A calm-fern") == 2)
        assert "A calm-fern 80.00%" in text(app) and "A calm-fern 0.2" in text(app)
        backend.sessions["calm-fern"].change(curves=evaluated(0.7))
        await until(pilot, lambda: "A calm-fern 70.00%" in text(app))
        await pilot.press("z")
        await until(pilot, lambda: "A calm-fern 70.00%" in text(app) and app.charts is not None)
        await pilot.press("escape")
        await toggle(pilot, app, downs=1)
        assert message(app) == "calm-fern is not drawn any more."
        await until(pilot, lambda: "calm-fern" not in text(app).replace(message(app), ""))


async def test_several_are_told_apart_and_removed_together() -> None:
    app, _, _ = world("calm-fern", "dry-moss")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await toggle(pilot, app, downs=1)
        await toggle(pilot, app, downs=1)  # below "remove all"
        await until(pilot, lambda: len(letters(app)) == 2)
        assert letters(app) == [("A", "dry-moss"), ("B", "calm-fern")]
        await toggle(pilot, app)
        assert message(app) == "No other session is drawn."
        await until(pilot, lambda: not letters(app))


async def in_the_list(pilot: Pilot[None], app: NanotrainApp, *keys: str) -> None:
    """Open the list of sessions and press keys there."""
    await pilot.press("o")
    await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and app.screen.rows.shown)
    await pilot.press("home", *keys)
    await pilot.pause()


async def test_marked_sessions_of_the_list_are_drawn_too() -> None:
    app, _, _ = world("calm-fern", "dry-moss", "elm-leaf")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await in_the_list(pilot, app, "down", "C")  # below the session shown
        await until(pilot, lambda: letters(app) == [("A", "calm-fern")])
        assert message(app).startswith("calm-fern is drawn as A.")
        await in_the_list(pilot, app, *["space"] * 4, "C")  # the one shown is no other session
        await until(pilot, lambda: len(letters(app)) == 3)
        assert letters(app) == [("A", "calm-fern"), ("B", "dry-moss"), ("C", "elm-leaf")]
        assert message(app).startswith("3 sessions are drawn as A, B, C.")
        await toggle(pilot, app)  # remove all
        assert message(app) == "No other session is drawn."


async def test_the_list_says_why_it_draws_none() -> None:
    app, _, _ = world(*(f"other-{i}" for i in range(len(LETTERS) + 1)))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await in_the_list(pilot, app, "C")
        assert "brisk-otter: already on the charts." in text(app)
        await pilot.press(*["space"] * 10, "C")
        assert isinstance(app.screen, SessionsScreen) and "At most 8 sessions" in text(app)
        assert app.screen.rows.marked, "the marks stay"
        await pilot.press("home", "space", "down", "space", "C")
        await until(pilot, lambda: len(letters(app)) == 8)


async def test_without_a_session_there_is_nothing_to_draw_behind() -> None:
    backend = FakeBackend()
    backend.add("calm-fern").change(**midway())
    backend.library = Listed(backend)  # type: ignore[assignment]
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await in_the_list(pilot, app, "C")
        assert "No session is open. Press Enter to open one" in text(app)


async def test_what_was_drawn_is_no_message_when_it_is_removed() -> None:
    app, _, _ = world("calm-fern")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await toggle(pilot, app)
        assert message(app).startswith("calm-fern is drawn")
        app.overlay_actions._chosen.clear()
        app.refresh_keys()
        assert message(app) == ""


async def test_the_list_explains_and_limits() -> None:
    app, _, _ = world(*(f"other-{i}" for i in range(len(LETTERS) + 1)))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await toggle(pilot, app)
        for i in range(1, len(LETTERS)):
            await toggle(pilot, app, downs=i + 1)
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, PickList))
        await pilot.press("down")
        await until(pilot, lambda: "Enter: remove it." in text(app))
        await pilot.press("end", "enter")
        await pilot.pause()
        assert isinstance(app.screen, PickList) and "At most 8 sessions" in text(app)


def details(app: NanotrainApp) -> list[tuple[int, int] | None]:
    """The steps that were read in detail of each session behind."""
    found = [one.detail.curve("loss") for one in app.chart_actions.behind]
    return [(one.start, one.end) if one else None for one in found]


async def test_a_zoomed_chart_reads_the_steps_of_the_others_again() -> None:
    app, backend, session = world("calm-fern", "dry-moss")
    backend.sessions["calm-fern"].change(state="finished")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await toggle(pilot, app, downs=1)
        await toggle(pilot, app, downs=1)  # below "remove all"
        await until(pilot, lambda: details(app) == [None, None])
        await pilot.press("f4", "plus")
        first, last = app.chart_actions.view.shown((0, 500))
        shown = (max(1, first), min(412, last))
        await until(pilot, lambda: details(app) == [shown, shown])
        await pilot.press("plus", "H")
        first, last = app.chart_actions.view.shown((0, 500))
        closer = (max(1, first), min(412, last))
        assert closer != shown
        await until(pilot, lambda: details(app) == [closer, closer])
        session.change(step=413)
        backend.sessions["dry-moss"].change(step=413)
        await until(pilot, lambda: app.chart_actions.behind[0].state.step == 413)
        assert details(app)[0] == closer, "what is shown is read once"
        await pilot.press("0")
        await until(pilot, lambda: details(app) == [None, None])


async def test_they_stay_chosen_when_another_session_is_opened() -> None:
    app, backend, _ = world("calm-fern", "dry-moss")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await toggle(pilot, app)
        await until(pilot, lambda: letters(app) == [("A", "calm-fern")])
        app.link.attach("dry-moss")
        await until(pilot, lambda: app.link.state.name == "dry-moss" and app.link.state.step == 412)
        assert letters(app) == [("A", "calm-fern")]
        app.link.attach("calm-fern")
        await until(pilot, lambda: app.link.state.name == "calm-fern")
        await until(pilot, lambda: letters(app) == [])
        assert not backend.sessions["dry-moss"].reopened


async def test_the_parent_of_a_fork_is_drawn_if_its_recording_is_there() -> None:
    app, backend, session = world("calm-fern", parent="calm-fern", begins_at=200)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await until(pilot, lambda: letters(app) == [("P", "calm-fern")])
        assert "P parent calm-fern" in text(app)
        await pilot.press("tab", "home")
        assert app.chart_actions.view.cursor is not None and app.chart_actions.view.cursor < 200
        session.change(parent="gone")
        await until(pilot, lambda: app.link.state.parent == "gone")
        await until(pilot, lambda: not letters(app))
        assert backend.sessions["calm-fern"].closed
        assert "gone" not in message(app), "it is not an error"


async def test_a_session_whose_name_begins_like_that_of_the_parent_is_not_the_parent() -> None:
    app, backend, _ = world("calm-fern-2", parent="calm-fern", begins_at=200)
    backend.sessions["calm-fern"] = backend.sessions["calm-fern-2"]  # as a prefix finds it
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await until(pilot, lambda: backend.sessions["calm-fern-2"].closed)
        assert letters(app) == []


async def test_a_session_that_cannot_be_read_is_said_once() -> None:
    app, backend, _ = world("calm-fern")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        backend.sessions["calm-fern"].broken = "the disk is gone"
        await toggle(pilot, app)
        await until(pilot, lambda: message(app) == "calm-fern cannot be drawn: the disk is gone")
        backend.sessions["calm-fern"].broken = ""
        await until(pilot, lambda: letters(app) == [("A", "calm-fern")])
        backend.sessions["calm-fern"].fault = ValueError("odd")
        await until(pilot, lambda: "could not read it (ValueError('odd'))" in message(app))


async def test_without_others_or_a_list_there_is_a_message() -> None:
    app, backend, _ = world()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("C")
        await until(pilot, lambda: "no other session" in message(app))
        backend.library = None
        await pilot.press("C")
        await until(pilot, lambda: "not available here" in message(app))
