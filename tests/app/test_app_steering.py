"""Edits to a live session by keys: at once, staged, undone, refused."""

from __future__ import annotations

import pytest
from app_fakes import FakeBackend, make_app, message, until
from desk import RATE, Desk
from textual.widgets import Input

from nanotrain_tui.app.screens.dialogs import Ask

pytestmark = pytest.mark.slow

# The tutorial's own.
ADAM = {"optimizer.beta_1": 0.9, "optimizer.beta_2": 0.999, "optimizer.epsilon": 1e-8}


async def test_enter_applies_an_edit_at_once() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        await pilot.press("enter", *"0.005", "enter")
        await desk.sent(pilot, {RATE: 0.005})
        assert message(desk.app) == "learning rate 0.005 after step 412."
        assert desk.app.model.staged() == {} and desk.mark(RATE) == ""


async def test_an_edit_is_marked_while_it_is_on_its_way() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.answers.clear()
        desk.go(RATE)
        await pilot.press("minus")
        assert desk.mark(RATE) == ">"
        desk.session.answers.set()
        await until(pilot, lambda: desk.mark(RATE) == "")


async def test_plus_and_minus_walk_the_ladder_and_u_undoes_each() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        wanted = []
        for value in (5e-5, 2e-5):
            await pilot.press("minus")
            wanted.append({RATE: value})
            await desk.sent(pilot, *wanted)
        for value in (5e-5, 1e-4):
            await pilot.press("u")
            wanted.append({RATE: value})
            await desk.sent(pilot, *wanted)
        desk.session.change()  # a reading: the reply may come after the state with its edit
        await until(pilot, lambda: not desk.app.link.can_undo)
        await pilot.press("u")
        assert message(desk.app) == "There is no edit to undo."
        assert desk.app.model.value(RATE) == 1e-4


async def test_a_typed_factor_halves_exactly() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        await pilot.press("enter", *"/2", "enter")
        await desk.sent(pilot, {RATE: 5e-5})
        desk.go("train.batch_size")
        await pilot.press("enter", *"* 3", "enter")
        await desk.sent(pilot, {RATE: 5e-5}, {"train.batch_size": 300})
        await pilot.press("enter", *"/0", "enter")
        assert desk.app.dashboard.editing


async def test_up_and_down_step_while_typing() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go("train.batch_size")
        await pilot.press("enter", "up", "up", "down", "up")
        assert isinstance(desk.app.focused, Input) and desk.app.focused.value == "256"
        assert desk.session.edits == []
        await pilot.press("enter")
        await desk.sent(pilot, {"train.batch_size": 256})


async def test_several_edits_are_staged_and_applied_as_one() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        await pilot.press("e", *"0.01", "enter")
        assert "1 value staged. a: apply, x: discard" in message(desk.app)
        desk.go("model.dropout")
        await pilot.press("plus")  # something is staged, so this is too
        desk.go("optimizer.name")
        await pilot.press("enter", "down", "enter")
        assert [desk.mark(key) for key in (RATE, "model.dropout")] == ["*", "*"]
        assert desk.session.edits == []
        await pilot.press("a")
        await desk.sent(pilot, {"optimizer.name": "sgd", RATE: 0.01, "model.dropout": 0.05})
        await pilot.press("u")
        await until(pilot, lambda: len(desk.session.edits) == 2)
        before = {"optimizer.name": "adam", **ADAM}
        assert desk.session.edits[1] == {**before, RATE: 1e-4, "model.dropout": 0.0}


async def test_staged_values_can_be_dropped() -> None:
    desk = Desk(**{"optimizer.beta_1": 0.8})
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("x")
        assert message(desk.app).startswith("No values are staged")
        await pilot.press("p", "down", "enter")
        desk.go("optimizer.name")
        await pilot.press("plus", "plus")
        await pilot.press("x")
        assert desk.app.model.staged() == {}
        assert desk.app.model.value("optimizer.name") == "adam"
        assert desk.app.model.value("optimizer.beta_1") == 0.8
        assert desk.session.edits == []


async def test_a_swap_says_what_it_costs_and_its_undo_brings_the_old_parameters_back() -> None:
    desk = Desk(**{"optimizer.beta_1": 0.8})
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.answers.clear()
        desk.go("optimizer.name")
        await pilot.press("enter", "down", "enter")
        assert "Weights kept, optimizer state reset, model compiled again" in message(desk.app)
        desk.session.answers.set()
        await desk.sent(pilot, {"optimizer.name": "sgd"})
        await pilot.press("u")
        await until(pilot, lambda: len(desk.session.edits) == 2)
        assert desk.session.edits[1] == {"optimizer.name": "adam", **ADAM, "optimizer.beta_1": 0.8}
        assert desk.app.model.value("optimizer.beta_1") == 0.8


@pytest.mark.parametrize("answer", ["y", "k", "escape"])
async def test_what_cannot_keep_the_weights_asks(answer: str) -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go("model.hidden")
        await pilot.press("enter", *"512", "enter")
        assert isinstance(desk.app.screen, Ask)
        await pilot.press(answer)
        if answer == "y":
            await until(pilot, lambda: desk.backend.started)
            assert desk.session.sent == ["stop"]
            assert desk.backend.started[0]["model.hidden"] == "512"
        elif answer == "k":
            assert desk.mark("model.hidden") == "#"
            assert "needs a restart" in message(desk.app)
        else:
            assert desk.app.model.value("model.hidden") == "1024"
        assert desk.session.edits == []


async def test_an_activation_within_the_layers_is_a_swap() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go("model.hidden")
        await pilot.press("enter", *"1024 tanh", "enter")
        await desk.sent(pilot, {"model.hidden": "1024 tanh"})


async def test_of_staged_values_those_that_can_are_applied_now() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go("model.hidden")
        await pilot.press("plus")  # no question in the way of a key held down
        assert desk.mark("model.hidden") == "#"
        desk.go(RATE)
        await pilot.press("plus", "a")
        assert isinstance(desk.app.screen, Ask)
        await pilot.press("l")
        await desk.sent(pilot, {RATE: 2e-4})
        assert list(desk.app.model.staged()) == ["model.hidden"]


async def test_a_refused_edit_leaves_the_form_and_is_said() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.refuses = "412 steps are done already."
        desk.go("train.steps")
        await pilot.press("enter", *"100", "enter")
        await until(pilot, lambda: "refused: 412 steps are done" in message(desk.app))
        assert desk.app.model.value("train.steps") == 1000
        assert not desk.app.link.can_undo and desk.app.dashboard.form.key == "train.steps"


async def test_a_form_that_cannot_run_holds_its_edits_back() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go("model.output")
        await pilot.press("enter", "home", *["down"] * 6, "enter")
        assert desk.app.model.value("model.output") == "linear"
        assert "is not sent: loss.name" in message(desk.app)
        await pilot.press("a")
        assert message(desk.app).startswith("Cannot apply: loss.name")
        desk.go("loss.name")
        await pilot.press("enter", "home", "down", "down", "enter")
        await pilot.press("a")
        await desk.sent(pilot, {"model.output": "linear", "loss.name": "mean_squared_error"})


async def test_what_others_change_appears_in_the_form_but_not_over_what_is_staged() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.edit({"train.batch_size": 50, RATE: 0.5}, "other@there")
        await until(pilot, lambda: desk.app.model.value("train.batch_size") == 50)
        desk.go(RATE)
        await pilot.press("e", *"0.25", "enter")
        desk.session.edit({RATE: 0.125, "optimizer.name": "sgd"}, "other@there")
        await until(pilot, lambda: desk.app.model.value("optimizer.name") == "sgd")
        assert desk.app.model.value(RATE) == 0.25 and desk.mark(RATE) == "*"
        desk.session.edit({RATE: 0.25}, "other@there")
        await until(pilot, lambda: desk.mark(RATE) == "")


async def test_what_somebody_else_changed_is_undone_too_and_named() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        await pilot.press("plus")
        await desk.sent(pilot, {RATE: 2e-4})
        desk.session.edit({RATE: 0.5, "guard.heat": "off"}, "other@there")
        await until(pilot, lambda: desk.app.model.value("guard.heat") == "off")
        desk.session.answers.clear()
        await pilot.press("u")
        assert message(desk.app).startswith("Undoing (by other@there): learning rate 0.0002")
        assert desk.app.model.value(RATE) == 2e-4 and desk.mark(RATE) == ">"
        await pilot.press("u")  # before the answer: the session knows which is next
        desk.session.answers.set()
        await until(pilot, lambda: len(desk.session.edits) == 3)
        assert desk.session.edits[2] == {RATE: 1e-4}
        await until(pilot, lambda: desk.app.model.value(RATE) == 1e-4)
        assert desk.app.model.staged() == {}


async def test_a_dashboard_that_attaches_undoes_what_was_done_before() -> None:
    desk = Desk()
    desk.session.edit({RATE: 0.5}, "other@there")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await until(pilot, lambda: desk.app.link.can_undo)
        await pilot.press("u")
        await desk.sent(pilot, {RATE: 1e-4})
        assert message(desk.app) == "Undone after step 412: learning rate 0.0001."


async def test_of_two_that_undo_one_edit_the_slower_is_told() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.edit({RATE: 0.5})
        await until(pilot, lambda: desk.app.link.can_undo)
        desk.session.unseen = desk.session.state  # what the other did is not seen yet
        desk.session.edit({RATE: 1e-4}, "her@there", undoes=desk.session.state.undo.seq)
        await pilot.press("u")
        await until(pilot, lambda: "it was undone already" in message(desk.app))
        desk.session.unseen = None
        await until(pilot, lambda: not desk.app.link.can_undo)
        assert desk.session.edits == [] and desk.app.model.value(RATE) == 1e-4


async def test_what_is_staged_is_taken_back_first_the_newest_before_the_others() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.edit({"train.batch_size": 50})
        await until(pilot, lambda: desk.app.model.value("train.batch_size") == 50)
        desk.go("optimizer.name")
        await pilot.press("e", "down", "enter")
        desk.go(RATE)
        await pilot.press("plus", "u")
        assert message(desk.app) == "learning rate 0.0001: no longer staged; 1 value still staged."
        await pilot.press("u")
        assert message(desk.app) == "No values are staged. The form shows the session's values."
        assert desk.session.edits == []
        await pilot.press("u")
        await desk.sent(pilot, {"train.batch_size": 100})


@pytest.mark.parametrize("state", ["finished", "interrupted"])
async def test_nothing_is_undone_in_a_session_that_has_ended(state: str) -> None:
    desk = Desk()
    desk.session.edit({RATE: 0.5})
    desk.session.change(state=state)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.link.state.ended)
        await pilot.press("u")
        assert f"has ended ({state})" in message(desk.app)
        assert desk.session.edits == []


async def test_a_key_held_down_sends_its_first_and_its_last_value() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.answers.clear()
        desk.go("train.seed")
        desk.go("train.eval_every")
        await pilot.press("plus")
        await until(pilot, lambda: desk.session.edits)
        await pilot.press(*["plus"] * 12)
        desk.session.answers.set()
        last = desk.app.model.value("train.eval_every")
        await until(
            pilot, lambda: desk.app.model.staged() == {} and desk.mark("train.eval_every") == ""
        )
        assert desk.session.edits == [{"train.eval_every": 200}, {"train.eval_every": last}]
        assert not desk.app.link.is_pending("set")  # though those between have no reply
        assert last == 2_000_000
        await pilot.press("u", "u")
        await until(pilot, lambda: len(desk.session.edits) == 4)
        assert desk.session.edits[2:] == [{"train.eval_every": 200}, {"train.eval_every": 100}]


async def test_edits_while_a_session_is_being_started_reach_it() -> None:
    backend = FakeBackend()
    backend.gate.clear()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.preparing is not None)
        app.dashboard.form.go_to(RATE)
        await pilot.press("plus")
        backend.gate.set()
        await until(pilot, lambda: "session-1" in backend.sessions)
        await until(pilot, lambda: backend.sessions["session-1"].edits == [{RATE: 2e-4}])
        await until(pilot, lambda: app.model.staged() == {} and not app.link.is_pending("set"))
        assert app.model.value(RATE) == 2e-4
