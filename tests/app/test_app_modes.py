"""The two modes of the dashboard: set up without a session, watch with one."""

from __future__ import annotations

import pytest
from app_fakes import FakeBackend, make_app, message, midway, until
from desk import RATE, Desk
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.widgets.setup_panel import SetupPanel
from nanotrain_tui.follow.run_state import RunState

pytestmark = pytest.mark.slow

SIZES = [(80, 24), (120, 40), (200, 50)]


def text(app: NanotrainApp) -> str:
    """The text of the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def folded(app: NanotrainApp) -> str:
    """The line of the folded form; empty if it is not folded."""
    form = app.dashboard.form
    return form.render_line(0).text.rstrip() if form.folded else ""


@pytest.mark.parametrize("size", SIZES)
async def test_without_a_session_the_form_has_half_of_the_screen(size: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        form, panel = app.dashboard.form, app.dashboard.query_one(SetupPanel)
        assert form.size.height > 10 and abs(form.size.width - size[0] // 2) <= 1
        assert abs(panel.size.width - size[0] // 2) <= 1
        assert not app.dashboard.query_one("#charts").display
        assert "no session is open" in text(app) and "Accuracy" not in text(app)


@pytest.mark.parametrize("state", ["running", "paused", "finished", "failed"])
async def test_an_open_session_has_the_whole_width(state: str) -> None:
    desk = Desk(state)
    async with desk.app.run_test(size=SIZES[0]) as pilot:
        await desk.ready(pilot)
        line = "Adam 0.0001 · batch 100 · cross-entropy · 1024 relu · digits"
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: desk.app.size == size)
            assert folded(desk.app) == line
            assert desk.app.dashboard.query_one("#upper-chart").size.width == size[0]
            assert not desk.app.dashboard.query_one("#setup").display


async def test_keys_that_need_more_than_a_line_unfold_the_form() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        form = desk.app.dashboard.form
        assert form.key == RATE  # the line has no preset
        for key in ("j", "k", "f", "enter", "end", "pageup"):
            await pilot.press(key)
            await until(pilot, lambda: not folded(desk.app))
            assert form.size.height > 10, key
            assert desk.app.dashboard.query_one("#upper-chart").size.width < 60, key
            while folded(desk.app) == "":
                await pilot.press("escape")
                await pilot.pause()
            assert form.has_focus, key
            form.go_to(RATE)


async def test_a_value_is_changed_in_the_folded_form() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("plus")
        await desk.sent(pilot, {RATE: 0.0002})
        assert "Adam 0.0002 · batch 100" in folded(desk.app)
        desk.session.answers.clear()
        await pilot.press("minus")
        await until(pilot, lambda: "Adam >0.0001" in folded(desk.app))  # sent, not answered
        desk.session.answers.set()
        await until(pilot, lambda: "Adam 0.0001" in folded(desk.app))


async def test_staged_values_and_the_cursor_are_in_the_line() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go("model.dropout")
        await pilot.press("e", *"0.5", "enter")
        await until(pilot, lambda: desk.mark("model.dropout") != "")
        desk.go(RATE)
        await pilot.press("escape")
        line = folded(desk.app)
        assert f"{desk.mark('model.dropout')}dropout 0.5" in line and line.startswith("Adam 0.0001")
        desk.go("train.steps")
        assert "steps 1000" in folded(desk.app)


async def test_a_click_unfolds_the_form() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.click("#form", offset=(5, 0))
        await until(pilot, lambda: not folded(desk.app))
        assert not desk.session.edits and not desk.app.dashboard.editing


async def test_the_palette_unfolds_the_form_for_a_field() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.app.form_actions.edit_field("train.seed")
        await until(pilot, lambda: desk.app.dashboard.editing)
        assert not folded(desk.app)
        await pilot.press("escape")
        await until(pilot, lambda: not desk.app.dashboard.editing)
        assert not folded(desk.app)  # Esc has left the editor, and the next one folds
        await pilot.press("escape")
        assert folded(desk.app)


async def test_a_refused_start_returns_to_the_form_and_its_field() -> None:
    backend = FakeBackend()
    backend.gate.clear()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: folded(app))
        backend.refuses = Refused("There is no such folder.", "data.dir")
        backend.gate.set()
        await until(pilot, lambda: not app.dashboard.watches)
        assert app.dashboard.form.key == "data.dir" and app.dashboard.form.has_focus
        assert message(app) == "There is no such folder."
        assert "There is no such folder." in text(app).rpartition("Events")[2]


async def test_nothing_false_is_shown_before_the_first_state() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter", "stopped", **{"train.batch_size": 321})
    session.change(**midway(state="stopped"))
    backend.gate.clear()
    session.gate.clear()
    app = make_app(backend, session="brisk-otter", problems=["theme odd.toml: not TOML"])
    async with app.run_test(size=(80, 24)) as pilot:

        def nothing_false() -> None:
            lines = text(app).splitlines()
            assert not any(word in text(app) for word in ("step", "starting", "Adam", "Accuracy"))
            assert "no session" not in lines[0]

        await pilot.pause()
        nothing_false()
        backend.gate.set()
        await until(pilot, lambda: "Attached" in message(app))
        nothing_false()
        session.unseen = RunState(name="brisk-otter", seq=3, step=7, steps=1000, behind=True)
        session.gate.set()
        await pilot.pause(0.05)
        nothing_false()  # a part of the recording is not a state of the session
        session.unseen = None
        await until(pilot, lambda: "batch 321" in text(app))
        assert any("odd.toml" in line.text for line in app.dashboard.log_pane.state.log)
        assert text(app).startswith("■ stopped  brisk-otter  step 412/1,000")


@pytest.mark.parametrize("size", SIZES)
async def test_keys_go_to_the_regions_and_the_footer_is_theirs(size: tuple[int, int]) -> None:
    desk = Desk()
    async with desk.app.run_test(size=size) as pilot:
        await desk.ready(pilot)
        for key, region, footer in (
            ("f4", "upper-chart", "+- zoom"),
            ("f5", "lower-chart", "+- zoom"),
            ("f6", "log", "Up/Down scroll"),
            ("f3", "form", "+- change"),
        ):
            await pilot.press(key)
            await until(pilot, lambda region=region: is_in(desk.app, region))
            await pilot.pause()
            assert footer in text(desk.app).splitlines()[-1]


async def test_a_region_that_is_not_shown_is_said() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f4")
        assert message(app) == "Upper chart: not shown now."
        assert is_in(app, "form")


async def test_the_letters_stand_on_the_fields() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert " l learning rate " in text(app) and " h hidden layers " in text(app)


async def test_the_dashboards_own_lines_are_shown_without_a_session() -> None:
    app = make_app(problems=["theme odd.toml: not TOML"])
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "─ Events" in text(app))
        assert "theme odd.toml: not TOML" in text(app)


def is_in(app: NanotrainApp, region: str) -> bool:
    return app.focused is not None and app.focused.id == region


async def test_the_title_of_the_form_shows_the_focus() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.dashboard.query_one("#form-title").has_class("-focused")


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause()
