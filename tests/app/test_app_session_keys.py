"""Keys that steer a session beside its form: steps, forks, resumes, presets, bell, cursor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from app_fakes import burst, make_app, message, until
from desk import RATE, Desk
from textual.widgets import Input

from nanotrain_tui.app.form.field_text import is_in_form
from nanotrain_tui.app.keys.actions import ACTIONS
from nanotrain_tui.app.screens.dialogs import Ask, Prompt
from nanotrain_tui.app.screens.jump import LETTERS, Jump
from nanotrain_tui.app.screens.layer_editor import LayerEditor
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.catalog import DATASETS, FIELDS, ConfigError
from nanotrain_tui.catalog.scripts import COMMAND, ON_HOST_DEATH
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.follow.run_state import Checkpoint, Diverged


@pytest.mark.parametrize(("key", "sent"), [("v", "evaluate"), ("c", "checkpoint")])
async def test_evaluate_and_checkpoint_now(key: str, sent: str) -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press(key)
        await until(pilot, lambda: message(desk.app) == f"{sent}: done at step 412.")
        assert desk.session.sent == [sent]


async def test_single_steps_and_a_number_of_them() -> None:
    desk = Desk("paused")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("n", "full_stop")
        await until(pilot, lambda: desk.app.link.state.step == 414)
        await pilot.press("N")
        assert isinstance(desk.app.screen, Prompt)
        for bad in ("0", "-1", "x", "", "1e3", "9" * 400):
            desk.app.screen.query_one(Input).value = bad
            await pilot.press("enter")
            assert isinstance(desk.app.screen, Prompt), bad
        desk.app.screen.query_one(Input).value = "5"
        await pilot.press("enter")
        await until(pilot, lambda: desk.app.link.state.step == 419)
        assert desk.session.sent == ["step"] * 3


async def test_a_running_session_makes_no_single_steps() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("n")
        assert "paused session" in message(desk.app)
        assert desk.session.sent == []


@pytest.mark.slow
async def test_a_field_is_opened_in_three_presses() -> None:
    """Every third one: they have letters of one and of two characters, and all kinds."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        of_form = [key for key in FIELDS if key not in (COMMAND, ON_HOST_DEATH)]
        for key, field in [(key, FIELDS[key]) for key in of_form[::3]]:
            if field.applies_to is not None:
                app.model.accept(field.applies_to[0], field.applies_to[1][-1])
                if key == "optimizer.nesterov":
                    app.model.accept("optimizer.momentum", "0.9")  # else it cannot be set
                app.dashboard.reload_form()
            before = app.model.value(key)
            burst(app, "f", LETTERS[key], "enter")
            await pilot.pause()
            assert app.dashboard.form.key == key
            if field.kind == "bool":
                assert app.model.value(key) is not before, key
            else:
                is_list = isinstance(app.screen, PickList | LayerEditor)
                assert app.dashboard.editing != is_list, key
            await pilot.press("escape")


def test_no_help_line_is_cut_at_80_columns() -> None:
    """The help screen has 72 cells, 16 of them for the keys."""
    assert [action.id for action in ACTIONS if len(action.help) > 56] == []


@pytest.mark.parametrize("data", DATASETS)
def test_every_field_of_a_form_has_a_letter_of_its_own(data: str) -> None:
    assert set(FIELDS) < set(LETTERS)
    fields = [key for key in FIELDS if is_in_form(key, {"data.name": data})]
    assert len({LETTERS[key] for key in fields}) == len(fields)


async def test_a_letter_of_no_field_is_ignored_and_escape_leaves() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "~")
        assert isinstance(app.screen, Jump)
        await pilot.press("escape")
        assert app.screen is app.dashboard


@pytest.mark.parametrize(("answer", "sent"), [("y", ["stop"]), ("b", [])])
async def test_a_fork_of_a_running_session_stops_it_first_or_not(
    answer: str, sent: list[str]
) -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        await pilot.press("e", *"0.5", "enter", "F")
        assert isinstance(desk.app.screen, PickList)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(desk.app.screen, Ask))
        await pilot.press(answer)
        await until(pilot, lambda: desk.app.link.state.name == "fork-1")
        name, step, config = desk.backend.forked[0]
        assert (name, step, config[RATE]) == ("brisk-otter", 200, 0.5)
        assert desk.session.sent == sent


@pytest.mark.parametrize("answer", ["r", "n", "f", "escape"])
async def test_an_ended_session_is_resumed_forked_or_left_behind(answer: str) -> None:
    desk = Desk("stopped")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.link.state.ended)
        desk.go(RATE)
        await pilot.press("plus", "r")
        await until(pilot, lambda: isinstance(desk.app.screen, Ask))
        await pilot.press(answer)
        if answer == "r":
            await until(pilot, lambda: desk.app.link.state.state == "running")
            assert desk.backend.resumed == [("brisk-otter", {RATE: 2e-4})]
            assert desk.app.link.state.step == 400
            assert message(desk.app) == "Resumed brisk-otter."
        elif answer == "n":
            await until(pilot, lambda: desk.app.link.state.name == "session-1")
            assert message(desk.app) == "Started session-1."
        elif answer == "f":
            assert isinstance(desk.app.screen, PickList)
        else:
            assert desk.backend.started == []


@pytest.mark.parametrize(
    ("answer", "begun"), [("r", "Resuming the session …"), ("n", "Starting a session …")]
)
async def test_the_line_says_what_is_begun(answer: str, begun: str) -> None:
    desk = Desk("stopped")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.link.state.ended)
        desk.backend.gate.clear()
        await pilot.press("r")
        await until(pilot, lambda: isinstance(desk.app.screen, Ask))
        await pilot.press(answer)
        assert message(desk.app) == begun
        desk.backend.gate.set()
        await until(pilot, lambda: desk.app.link.state.state == "running")


async def test_a_finished_session_is_resumed_only_for_more_steps() -> None:
    desk = Desk("finished")
    desk.session.change(step=1000)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.link.state.ended)
        desk.app.model.accept("train.steps", "2000")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(desk.app.screen, Ask))
        await pilot.press("escape")
        desk.app.model.accept("train.steps", "1000")
        await pilot.press("r")
        await until(pilot, lambda: desk.backend.started)


async def test_a_fork_that_is_refused_is_said() -> None:
    desk = Desk("stopped")
    desk.backend.refuses = Refused("model.hidden: the checkpoint has 1024 units.", "model.hidden")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.link.state.ended)
        await pilot.press("F", "enter")
        await until(pilot, lambda: "1024 units" in message(desk.app))
        assert desk.app.dashboard.form.key == "model.hidden"
        # The session that was followed still is.
        assert (desk.app.link.state.name, desk.app.link.state.state) == ("brisk-otter", "stopped")
        await pilot.press("F")
        await until(pilot, lambda: isinstance(desk.app.screen, PickList))


async def test_without_a_checkpoint_there_is_nothing_to_fork() -> None:
    desk = Desk()
    desk.session.change(checkpoints=())
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("F")
        assert "no checkpoint yet. Press c" in message(desk.app)
        desk.session.change(state="stopped")
        await until(pilot, lambda: desk.app.link.state.ended)
        await pilot.press("F")
        assert message(desk.app) == "There is no checkpoint to fork from. Press R to restart."


@pytest.mark.parametrize(("answer", "rate"), [("s", 1e-4), ("y", 2e-4)])
async def test_restart_with_the_same_or_the_edited_values(answer: str, rate: float) -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        await pilot.press("e", *"0.0002", "enter", "R", answer)
        await until(pilot, lambda: desk.backend.started)
        assert desk.backend.started[0][RATE] == rate
        assert desk.session.sent == ["stop"] and desk.session.edits == []


async def test_the_form_is_saved_as_a_preset() -> None:
    saved: dict[str, Mapping[str, Any]] = {}

    def save(name: str, config: Mapping[str, Any]) -> Preset:
        if name == "tutorial":
            raise ConfigError("preset", "'tutorial' is the name of a shipped preset.")
        saved[name] = config
        values = {key: value for key, value in config.items() if key.startswith("optimizer")}
        from pathlib import Path

        return Preset(name, "", Path(f"/presets/{name}.toml"), values)

    app = make_app(preferences=Preferences(theme="dark", save_preset=save))
    async with app.run_test(size=(80, 24)) as pilot:
        app.model.accept(RATE, "0.25")
        await pilot.press("w", *"tutorial", "enter")
        assert isinstance(app.screen, Prompt) and saved == {}
        app.screen.query_one(Input).value = "quick"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.dashboard)
        assert saved["quick"][RATE] == 0.25
        assert "/presets/quick.toml" in message(app)
        assert "quick" in app.model.presets
        first = app.dashboard.form.render_line(0)
        assert "quick" in "".join(segment.text for segment in first)  # it names the form's preset


async def test_a_divergence_is_a_banner_and_rings_once() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.change(
            state="paused", diverged=Diverged(412, "loss", "nan", "pause", "step-000000400.npz")
        )
        await until(pilot, lambda: desk.bells)
        assert "loss has been nan since step 412" in message(desk.app)
        assert "F: fork from step 400" in message(desk.app)
        header = desk.app.dashboard.query_one("#header")
        shown = "".join(segment.text for segment in header.render_line(1))  # type: ignore[attr-defined]
        assert "loss is nan since step 412" in shown and "last good: step 400" in shown
        desk.session.change(step=413)
        await until(pilot, lambda: desk.app.link.state.step == 413)
        assert desk.bells == 1


async def test_without_a_good_checkpoint_the_message_offers_a_restart() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        diverged = Diverged(412, "loss", "nan", "pause", "")
        desk.session.change(state="paused", checkpoints=(), diverged=diverged)
        await until(pilot, lambda: "No good checkpoint. R: restart" in message(desk.app))
        await pilot.press("F")
        assert "Press R to restart" in message(desk.app)
        assert "Press c" not in message(desk.app)


@pytest.mark.parametrize(
    ("asked", "bell", "rings"), [(False, True, 1), (True, True, 0), (False, False, 0)]
)
async def test_the_bell_rings_when_a_session_ends_by_itself(
    asked: bool, bell: bool, rings: int
) -> None:
    desk = Desk()
    desk.app.preferences = Preferences(theme="dark", bell=bell)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        if asked:
            await pilot.press("s", "y")
        else:
            desk.session.change(state="finished")
        await until(pilot, lambda: desk.app.link.state.ended)
        assert desk.bells == rings


async def test_attaching_to_an_ended_session_rings_no_bell() -> None:
    desk = Desk("finished")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.link.state.ended)
        assert desk.bells == 0


async def test_what_is_seldom_wise_is_logged_when_a_run_starts() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.dashboard.form.go_to("model.initializer")
        app.dashboard.explain()
        assert "tutorial's initial weights" in str(app.dashboard.query_one("#about").render())  # type: ignore[attr-defined]
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.state == "running")
        log = app.dashboard.query_one("#log").state.log  # type: ignore[attr-defined]
        assert any("tutorial's initial weights" in line.text for line in log)


async def test_the_chart_cursor_tells_what_was_done_there() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("tab", "up")
        assert "checkpoint at step 400" in message(desk.app)
        await pilot.press("up")
        assert message(desk.app) == (
            "▲ step 300, 0:07: optimizer adam → sgd by maker@nano (optimizer state reset)"
        )
        await pilot.press("left")
        assert "no event" in message(desk.app)
        await pilot.press("right")
        assert "adam → sgd" in message(desk.app)
        await pilot.press("home", "up")
        assert message(desk.app) == "There is no mark before step 0."
        await pilot.press("end", "down")
        assert message(desk.app) == "There is no mark after step 412."
        accuracy = desk.app.dashboard.query_one("#upper-chart")
        assert "at step 412" in accuracy.draw(60, 6)[0][0].text  # type: ignore[attr-defined]
        await pilot.press("tab")
        shown = "".join(part.text for part in accuracy.render_line(0))
        assert "at step" not in shown and shown.startswith("Accuracy ")


async def test_checkpoints_of_a_hundred_sessions_do_not_hide_the_newest() -> None:
    desk = Desk()
    many = tuple(Checkpoint(f"{n}.npz", n, float(n)) for n in range(1, 300))
    desk.session.change(checkpoints=many)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("F", "enter")
        await until(pilot, lambda: isinstance(desk.app.screen, Ask))
        await pilot.press("b")
        await until(pilot, lambda: desk.backend.forked)
        assert desk.backend.forked[0][1] == 299
