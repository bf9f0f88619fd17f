"""Steering a live session by keys: edits at once, staged, undone; control; forks and resumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from app_fakes import FakeBackend, FakeSession, make_app, message, midway, until
from textual.pilot import Pilot
from textual.widgets import Input

from nanotrain_tui.app.actions import ACTIONS
from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.dialogs import Ask, PickList, Prompt
from nanotrain_tui.app.jump import LETTERS, Jump
from nanotrain_tui.app.ports import Preferences, Refused
from nanotrain_tui.catalog import FIELDS, ConfigError
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.follow.run_state import Checkpoint, Diverged

RATE = "optimizer.learning_rate"


class Desk:
    """An app on one live session in memory."""

    def __init__(self, state: str = "running", **values: Any) -> None:
        self.backend = FakeBackend()
        self.session: FakeSession = self.backend.add("brisk-otter", **values)
        self.session.change(**midway(state=state))
        self.bells = 0
        self.app: NanotrainApp = make_app(self.backend, session="brisk-otter")
        self.app.bell = self._ring  # type: ignore[method-assign]

    def _ring(self) -> None:
        self.bells += 1

    async def ready(self, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: self.app.model.live or self.app.run_state.ended)

    async def sent(self, pilot: Pilot[None], *edits: Mapping[str, Any]) -> None:
        """Wait until exactly these sets were sent and answered."""
        await until(
            pilot,
            lambda: self.session.edits == list(edits) and not self.app.link.is_pending("set"),
        )

    def go(self, key: str) -> None:
        self.app.dashboard.form.go_to(key)

    def mark(self, key: str) -> str:
        return next(row.mark for row in self.app.model.rows() if row.key == key)


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
        await pilot.press("u")
        assert message(desk.app) == "Nothing was changed from here yet."
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
        assert "1 value staged; a applies, x drops" in message(desk.app)
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
        before = {"optimizer.name": "adam", "optimizer.epsilon": 1e-8}  # the tutorial's own
        assert desk.session.edits[1] == {**before, RATE: 1e-4, "model.dropout": 0.0}


async def test_staged_values_can_be_dropped() -> None:
    desk = Desk(**{"optimizer.beta_1": 0.8})
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("x")
        assert message(desk.app).startswith("Nothing is staged")
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
        assert "fresh slots; compiled anew once" in message(desk.app)
        desk.session.answers.set()
        await desk.sent(pilot, {"optimizer.name": "sgd"})
        await pilot.press("u")
        await until(pilot, lambda: len(desk.session.edits) == 2)
        assert desk.session.edits[1] == {
            "optimizer.name": "adam",
            "optimizer.beta_1": 0.8,
            "optimizer.epsilon": 1e-8,
        }
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
        assert not desk.app.steering.can_undo and desk.app.dashboard.form.key == "train.steps"


async def test_a_form_that_cannot_run_holds_its_edits_back() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go("model.output")
        await pilot.press("enter", "home", *["down"] * 6, "enter")
        assert desk.app.model.value("model.output") == "linear"
        assert "held back, as loss.name" in message(desk.app)
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


async def test_an_undo_does_not_run_over_what_others_set_since() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.go(RATE)
        await pilot.press("plus")
        await desk.sent(pilot, {RATE: 2e-4})
        desk.session.edit({RATE: 0.5}, "other@there")
        await until(pilot, lambda: desk.app.model.value(RATE) == 0.5)
        await pilot.press("u")
        assert "was changed since" in message(desk.app)
        assert desk.session.edits == [{RATE: 2e-4}] and not desk.app.steering.can_undo


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
        assert last == 1_000_000_000 or last == 2_000_000
        await pilot.press("u")
        await until(pilot, lambda: len(desk.session.edits) == 3)
        assert desk.session.edits[2] == {"train.eval_every": 100}


async def test_edits_while_a_session_is_being_started_reach_it() -> None:
    backend = FakeBackend()
    backend.gate.clear()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.run_state.preparing is not None)
        app.dashboard.form.go_to(RATE)
        await pilot.press("plus")
        backend.gate.set()
        await until(pilot, lambda: "session-1" in backend.sessions)
        await until(pilot, lambda: backend.sessions["session-1"].edits == [{RATE: 2e-4}])
        await until(pilot, lambda: app.model.staged() == {} and not app.link.is_pending("set"))
        assert app.model.value(RATE) == 2e-4


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
        await until(pilot, lambda: desk.app.run_state.step == 414)
        await pilot.press("N")
        assert isinstance(desk.app.screen, Prompt)
        for bad in ("0", "-1", "x", "", "1e3", "9" * 400):
            desk.app.screen.query_one(Input).value = bad
            await pilot.press("enter")
            assert isinstance(desk.app.screen, Prompt), bad
        desk.app.screen.query_one(Input).value = "5"
        await pilot.press("enter")
        await until(pilot, lambda: desk.app.run_state.step == 419)
        assert desk.session.sent == ["step"] * 3


async def test_a_running_session_makes_no_single_steps() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("n")
        assert "paused session" in message(desk.app)
        assert desk.session.sent == []


async def test_any_field_is_opened_in_three_presses() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key, field in FIELDS.items():
            if field.applies_to is not None:
                app.model.accept(field.applies_to[0], field.applies_to[1][-1])
                app.dashboard.reload_form()
            await pilot.press("f")
            assert isinstance(app.screen, Jump)
            await pilot.press(LETTERS[key])
            assert app.dashboard.form.key == key
            await pilot.press("enter")
            await pilot.pause()
            opened = app.dashboard.editing or isinstance(app.screen, PickList)
            assert opened or field.kind == "bool", key
            await pilot.press("escape")


def test_no_help_line_is_cut_at_80_columns() -> None:
    """The help screen has 72 cells, 16 of them for the keys."""
    assert [action.id for action in ACTIONS if len(action.help) > 56] == []


def test_every_field_has_a_letter_of_its_own() -> None:
    assert set(FIELDS) < set(LETTERS)
    assert len(set(LETTERS.values())) == len(LETTERS)


async def test_a_letter_of_no_field_is_ignored_and_escape_leaves() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "9")
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
        await until(pilot, lambda: desk.app.run_state.name == "fork-1")
        name, step, config = desk.backend.forked[0]
        assert (name, step, config[RATE]) == ("brisk-otter", 200, 0.5)
        assert desk.session.sent == sent


@pytest.mark.parametrize("answer", ["r", "n", "f", "escape"])
async def test_an_ended_session_is_resumed_forked_or_left_behind(answer: str) -> None:
    desk = Desk("stopped")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.run_state.ended)
        desk.go(RATE)
        await pilot.press("plus", "r")
        await until(pilot, lambda: isinstance(desk.app.screen, Ask))
        await pilot.press(answer)
        if answer == "r":
            await until(pilot, lambda: desk.app.run_state.state == "running")
            assert desk.backend.resumed == [("brisk-otter", {RATE: 2e-4})]
            assert desk.app.run_state.step == 400
        elif answer == "n":
            await until(pilot, lambda: desk.app.run_state.name == "session-1")
        elif answer == "f":
            assert isinstance(desk.app.screen, PickList)
        else:
            assert desk.backend.started == []


async def test_a_finished_session_is_resumed_only_for_more_steps() -> None:
    desk = Desk("finished")
    desk.session.change(step=1000)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.run_state.ended)
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
        await until(pilot, lambda: desk.app.run_state.ended)
        await pilot.press("F", "enter")
        await until(pilot, lambda: "1024 units" in message(desk.app))
        assert desk.app.dashboard.form.key == "model.hidden"
        # The session that was followed still is.
        assert (desk.app.run_state.name, desk.app.run_state.state) == ("brisk-otter", "stopped")
        await pilot.press("F")
        await until(pilot, lambda: isinstance(desk.app.screen, PickList))


async def test_without_a_checkpoint_there_is_nothing_to_fork() -> None:
    desk = Desk()
    desk.session.change(checkpoints=())
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("F")
        assert "no checkpoint yet" in message(desk.app)


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


async def test_a_divergence_is_a_banner_and_rings_once() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        desk.session.change(
            state="paused", diverged=Diverged(412, "nan", "pause", "step-000000400.npz")
        )
        await until(pilot, lambda: desk.bells)
        assert "loss is nan since step 412" in message(desk.app)
        header = desk.app.dashboard.query_one("#header")
        shown = "".join(segment.text for segment in header.render_line(1))  # type: ignore[attr-defined]
        assert "loss is nan since step 412" in shown and "last good: step 400" in shown
        desk.session.change(step=413)
        await until(pilot, lambda: desk.app.run_state.step == 413)
        assert desk.bells == 1


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
        await until(pilot, lambda: desk.app.run_state.ended)
        assert desk.bells == rings


async def test_attaching_to_an_ended_session_rings_no_bell() -> None:
    desk = Desk("finished")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: desk.app.run_state.ended)
        assert desk.bells == 0


async def test_what_is_seldom_wise_is_logged_when_a_run_starts() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.dashboard.form.go_to("model.initializer")
        app.dashboard.explain()
        assert "tutorial's start is wild" in str(app.dashboard.query_one("#about").render())  # type: ignore[attr-defined]
        await pilot.press("r")
        await until(pilot, lambda: app.run_state.state == "running")
        log = app.dashboard.query_one("#log").state.log  # type: ignore[attr-defined]
        assert any("tutorial's start is wild" in line.text for line in log)


async def test_the_chart_cursor_tells_what_was_done_there() -> None:
    desk = Desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.ready(pilot)
        await pilot.press("tab", "up")
        assert "checkpoint at step 400" in message(desk.app)
        await pilot.press("up")
        assert message(desk.app) == (
            "step 300, 0:07: optimizer adam → sgd by maker@nano (fresh slots)"
        )
        await pilot.press("left")
        assert "nothing was done here" in message(desk.app)
        await pilot.press("right")
        assert "adam → sgd" in message(desk.app)
        await pilot.press("home", "up")
        assert message(desk.app) == "No mark before step 0."
        await pilot.press("end", "down")
        assert message(desk.app) == "No mark after step 412."
        accuracy = desk.app.dashboard.query_one("#accuracy")
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
