"""Every key of the dashboard, pressed; the world behind it is in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_fakes import ENDED, FakeBackend, make_app, message, midway, until

from nanotrain_tui.app.keys.actions import ACTIONS, BY_ID, FOOTERS, PANES, bindings
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.keys.situation import Situation
from nanotrain_tui.app.screens import help as help_screen
from nanotrain_tui.app.screens.help import help_lines, help_text
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE

KEYS = [(action.id, key) for action in ACTIONS for key in action.keys.split(",")]


def test_no_key_is_bound_twice_and_every_action_has_its_method() -> None:
    app = make_app()
    for pane in PANES:
        keys = [
            key for action in ACTIONS if action.pane in ("", pane) for key in action.keys.split(",")
        ]
        assert len(keys) == len(set(keys))
    assert set(app.methods) == set(BY_ID)
    assert {name for names in FOOTERS.values() for name in names} <= set(BY_ID)


@pytest.mark.parametrize("does", ["nobody.run", "session.fly", "session", "session.link._state"])
def test_an_action_whose_method_does_not_exist_is_an_error_at_startup(
    does: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = BY_ID["run"]._replace(does=does)
    monkeypatch.setattr("nanotrain_tui.app.app.ACTIONS", (*ACTIONS, wrong))
    with pytest.raises(LookupError, match="action run"):
        make_app()


def test_the_help_names_every_action_and_key() -> None:
    text = help_text(help_lines(Keymap())).plain
    for action in ACTIONS:
        assert Keymap().all_shown(action.id) in text and action.help in text


def test_the_help_explains_the_signs_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    for glyphs in (UNICODE, ASCII):
        monkeypatch.setattr(help_screen, "terminal_glyphs", lambda glyphs=glyphs: glyphs)
        signs = help_text(help_lines(Keymap())).plain.partition("Signs in the log")[2]
        for sign in glyphs.levels.values():
            assert f"\n  {sign:<14}" in signs


@pytest.mark.parametrize("state", ["", "starting", "running", "paused", *ENDED])
def test_every_action_makes_sense_or_says_why_it_does_not(state: str) -> None:
    situation = Situation(state, name="brisk-otter" if state else "")
    for action in ACTIONS:
        why = action.disabled_reason(situation)
        assert not why or why.endswith(".")
    assert bool(BY_ID["pause"].disabled_reason(situation)) == (state in ("", *ENDED))
    bound = [binding for pane in ("", *PANES) for binding in bindings(pane)]
    assert {binding.action.split("'")[1] for binding in bound} == set(BY_ID)  # type: ignore[union-attr]


@pytest.mark.slow
async def test_every_key_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a session running, each key changes something that can be seen."""
    monkeypatch.chdir(tmp_path)  # one of them saves a picture
    backend = FakeBackend()
    backend.add("brisk-otter").change(**midway())
    app = make_app(backend, session="brisk-otter")

    def seen() -> tuple[object, ...]:
        return app.dashboard.form.key, message(app), app.screen, app.focused, app.theme

    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.step == 412)
        for action, key in KEYS:
            if action == "quit":
                continue
            app.dashboard.close_editor()
            app.dashboard.form.go_to("model.hidden")
            pane = "#lower-chart" if BY_ID[action].pane == "chart" else "#form"
            app.dashboard.query_one(pane).focus()
            app.say("")
            await pilot.pause()
            before = seen()
            await pilot.press(key)
            await pilot.pause()
            assert seen() != before, key
            while app.screen is not app.dashboard:
                await pilot.press("escape")
                await pilot.pause()


@pytest.mark.parametrize("key", BY_ID["quit"].keys.split(","))
async def test_every_quitting_key_leaves(key: str) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running)


async def test_a_key_that_means_nothing_is_answered() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("Z")
        assert "'Z' has no action here" in message(app)
        await pilot.press("ctrl+c")
        assert message(app) == "Press q to close the dashboard."
        await pilot.press("Z", "down")
        assert message(app) == "", "the next key has an action"


async def test_the_preset_is_picked_from_a_list() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert isinstance(app.screen, PickList)
        await pilot.press("escape")
        assert app.model.preset_label == "tutorial"
        await pilot.press("p", "down", "enter")
        assert app.model.preset_label == "sane"
        assert "sane" in message(app)
