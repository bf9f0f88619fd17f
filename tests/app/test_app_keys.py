"""Every key of the dashboard, pressed; the world behind it is in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_fakes import ENDED, FakeBackend, make_app, message, midway, until
from textual.widgets import Input, OptionList

from nanotrain_tui.app.form.model import PRESET_KEY, FormModel
from nanotrain_tui.app.keys.actions import ACTIONS, BY_ID, FOOTERS, PANES, Situation, bindings
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.screens.dialogs import Ask, Help, PickList, help_text
from nanotrain_tui.app.source.ports import Preferences, Refused
from nanotrain_tui.app.widgets.panels import StatusHeader

KEYS = [(action.id, key) for action in ACTIONS for key in action.keys.split(",")]


def test_no_key_is_bound_twice_and_every_action_has_its_method() -> None:
    app = make_app()
    for pane in PANES:
        keys = [
            key for action in ACTIONS if action.pane in ("", pane) for key in action.keys.split(",")
        ]
        assert len(keys) == len(set(keys))
    assert all(callable(app.handler(action.id)) for action in ACTIONS)
    assert {name for names in FOOTERS.values() for name in names} <= set(BY_ID)


def test_the_help_names_every_action_and_key() -> None:
    text = help_text(Keymap()).plain
    for action in ACTIONS:
        assert Keymap().all_shown(action.id) in text and action.help in text


@pytest.mark.parametrize("state", ["", "starting", "running", "paused", *ENDED])
def test_every_action_makes_sense_or_says_why_not(state: str) -> None:
    situation = Situation(state, name="brisk-otter" if state else "")
    for action in ACTIONS:
        why = action.why_not(situation)
        assert not why or why.endswith(".")
    assert bool(BY_ID["pause"].why_not(situation)) == (state in ("", *ENDED))
    bound = [binding for pane in ("", *PANES) for binding in bindings(pane)]
    assert {binding.action.split("'")[1] for binding in bound} == set(BY_ID)  # type: ignore[union-attr]


async def test_every_key_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a session running, each key changes something that can be seen."""
    monkeypatch.chdir(tmp_path)  # one of them saves a picture
    backend = FakeBackend()
    backend.add("brisk-otter").change(**midway())
    app = make_app(backend, session="brisk-otter")

    def seen() -> tuple[object, ...]:
        return app.dashboard.form.key, message(app), app.screen, app.focused, app.theme

    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.run_state.step == 412)
        for action, key in KEYS:
            if action == "quit":
                continue
            app.dashboard.close_editor()
            app.dashboard.form.go_to("model.hidden")
            pane = "#loss" if BY_ID[action].pane == "chart" else "#form"
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


async def test_r_starts_a_session_with_the_values_of_the_form() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "down", "enter")
        await pilot.press("r")
        assert "tarting" in message(app) or app.run_state.name
        await until(pilot, lambda: app.run_state.state == "running")
        assert backend.started[0]["model.initializer"] == "glorot_uniform"
        assert app.run_state.name == "session-1"


async def test_a_form_that_cannot_run_says_so_and_goes_to_the_field() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        app.model.accept("model.output", "linear")
        app.dashboard.reload_form()
        await pilot.press("r")
        assert app.dashboard.form.key == "loss.name"
        assert message(app).startswith("Cannot run: loss.name")
        assert backend.started == []


async def test_a_failed_start_is_said_and_its_field_found() -> None:
    backend = FakeBackend()
    backend.refuses = Refused("/nowhere holds no MNIST files.", "data.dir")
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: "no MNIST" in message(app))
        assert app.dashboard.form.key == "data.dir"
        assert app.situation == Situation()
        backend.refuses = None
        await pilot.press("r")
        await until(pilot, lambda: app.run_state.state == "running")


async def test_space_pauses_and_goes_on() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.run_state.state == "running")
        await pilot.press("space")
        await until(pilot, lambda: app.run_state.state == "paused")
        await pilot.press("space")
        await until(pilot, lambda: app.run_state.state == "running")
        assert session.sent == ["pause", "resume"]


async def test_keys_are_answered_while_the_session_is_started_and_while_it_is_slow() -> None:
    backend = FakeBackend()
    backend.gate.clear()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.run_state.preparing is not None)
        await pilot.press("r")
        assert "already" in message(app)
        await pilot.press("down", "down")
        assert app.dashboard.form.key == "data.dir"
        await pilot.press("space")
        assert "Pausing" in message(app)
        await pilot.press("space")
        assert "asked for already" in message(app)
        backend.gate.set()
        await until(pilot, lambda: app.run_state.state == "paused")
        session = backend.sessions["session-1"]
        session.gate.clear()
        await pilot.press("t", "question_mark")
        assert isinstance(app.screen, Help)
        session.gate.set()


@pytest.mark.parametrize(("key", "sent"), [("y", ["stop"]), ("n", []), ("escape", [])])
async def test_stop_asks_first(key: str, sent: list[str]) -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.run_state.state == "running")
        await pilot.press("s")
        assert isinstance(app.screen, Ask)
        await pilot.press(key)
        await until(pilot, lambda: session.sent == sent and not isinstance(app.screen, Ask))
        if sent:
            await until(pilot, lambda: app.run_state.state == "stopped")


async def test_r_while_a_session_runs_asks_then_stops_it_and_starts_anew() -> None:
    backend = FakeBackend()
    old = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.run_state.state == "running")
        await pilot.press("r")
        assert isinstance(app.screen, Ask)
        await pilot.press("n")
        assert (old.sent, backend.started) == ([], [])
        await pilot.press("r", "y")
        await until(pilot, lambda: app.run_state.name == "session-1")
        assert old.sent == ["stop"]
        assert len(backend.started) == 1


async def test_a_refused_command_says_why() -> None:
    backend = FakeBackend()
    backend.add("brisk-otter").refuses = "the disk is full"
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.run_state.state == "running")
        await pilot.press("space")
        await until(pilot, lambda: "refused: the disk is full" in message(app))


@pytest.mark.parametrize("state", ENDED)
async def test_an_ended_session_is_shown_and_cannot_be_commanded(state: str) -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter", state)
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.run_state.state == state)
        await pilot.press("space")
        assert f"has ended ({state})" in message(app)
        await pilot.press("s")
        assert not isinstance(app.screen, Ask)
        assert session.sent == []


@pytest.mark.parametrize("state", ["running", "failed"])
async def test_attaching_fills_the_form_with_what_the_session_was_given(state: str) -> None:
    backend = FakeBackend()
    backend.add("brisk-otter", state, **{"train.batch_size": 321, "data.name": "digits"})
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.model.value("train.batch_size") == 321)
        form = app.dashboard.form
        shown = ["".join(part.text for part in form.render_line(y)) for y in range(30)]
        assert any("batch size" in line and "321" in line for line in shown)
        app.model.accept("train.batch_size", "9")
        app.dashboard.reload_form()
        assert app.model.differs("train.batch_size") == (state == "running")


async def test_attaching_to_nothing_says_so() -> None:
    app = make_app(session="nobody")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "no session 'nobody'" in message(app))
        assert app.situation == Situation()


async def test_q_leaves_at_once_even_while_the_source_hangs() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.run_state.state == "running")
        session.gate.clear()
        await pilot.press("q")
    assert session.sent == []
    session.gate.set()
    app.training.join(30)


async def test_t_goes_round_the_themes_and_remembers(tmp_path: Path) -> None:
    kept: list[str] = []
    app = make_app(preferences=Preferences("dark", tmp_path, kept.append))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t", "t", "t", "t")
        assert kept == ["light", "high-contrast", "sixteen", "dark"]
        assert app.theme == "dark"


async def test_a_theme_that_cannot_be_remembered_is_still_shown() -> None:
    def refuse(name: str) -> None:
        raise PermissionError(13, "Permission denied")

    app = make_app(preferences=Preferences("dark", None, refuse))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        assert app.theme == "light"
        assert "not remembered (Permission denied)" in message(app)


async def test_a_broken_theme_is_in_the_log_and_nothing_else_suffers(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text("name = ")
    app = make_app(preferences=Preferences("gone", tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.theme == "dark"
        assert "odd.toml" in message(app)
        log = app.dashboard.query_one("#log").state.log  # type: ignore[attr-defined]
        assert any("odd.toml: not TOML" in line.text for line in log)
        assert any("'gone'" in line.text for line in log)


async def test_without_colours_the_theme_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.theme == "sixteen"
        await pilot.press("t")
        assert app.theme == "sixteen" and "NO_COLOR" in message(app)
        styles = [part.style for part in app.dashboard.form.render_line(0) if part.style]
        assert any(style.reverse for style in styles), "the cursor must be seen without colours"


async def test_a_key_that_means_nothing_is_answered() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("Z")
        assert "'Z' does nothing" in message(app)
        await pilot.press("ctrl+c")
        assert "q leaves" in message(app)


async def test_tab_goes_to_the_charts_the_log_and_back() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for pane in ("accuracy", "loss", "log", "form"):
            await pilot.press("tab")
            assert app.focused is not None and app.focused.id == pane
        await pilot.press("shift+tab")
        assert app.focused is not None and app.focused.id == "log"


async def test_the_palette_finds_every_action_and_every_field() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"learning rate")
        await until(pilot, lambda: _top_of_palette(app).startswith("learning rate"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.focused, Input) and app.dashboard.editing)
        assert app.dashboard.form.key == "optimizer.learning_rate"


async def test_brackets_in_a_value_are_no_markup_to_the_palette() -> None:
    app = make_app()
    app.model = FormModel({**app.model.config, "data.dir": "/a[/bold][link=http://x]b"}, ())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"data.dir")
        await until(pilot, lambda: "[/bold][link=http://x]" in _top_of_palette(app))


def _top_of_palette(app: object) -> str:
    lists = app.screen.query(OptionList)  # type: ignore[attr-defined]
    if not lists or not lists.first().option_count:
        return ""
    return str(lists.first().get_option_at_index(0).prompt)


async def test_small_and_changing_terminals() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    session.change(**midway())
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.run_state.step == 412)
        for size in [
            (10, 3),
            (1, 1),
            (59, 18),
            (60, 18),
            (79, 23),
            (120, 40),
            (300, 100),
            (80, 24),
        ]:
            await pilot.resize_terminal(*size)
            small = app.dashboard.query_one("#too-small").display
            assert small == (size[0] < 60 or size[1] < 18), size
            session.change(step=session.state.step + 1)
            await until(pilot, lambda: app.run_state.seq == session.state.seq)
            wide = app.dashboard.has_class("-wide")
            assert wide == (size[0] >= 110 and size[1] >= 34), size
        await pilot.press("down")
        assert app.dashboard.form.key != PRESET_KEY


async def test_in_process_says_what_it_cannot_promise() -> None:
    app = make_app(in_process=True)
    async with app.run_test(size=(80, 24)):
        line = app.dashboard.query_one("#in-process").render()
        assert "ends with this terminal and with q" in line.plain  # type: ignore[union-attr]


async def test_a_picture_is_saved_where_the_user_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f2")
        assert "tutorial" in next(tmp_path.glob("*.svg")).read_text()
        assert "Saved" in message(app)
        monkeypatch.chdir("/proc")
        await pilot.press("f2")
        assert "cannot be saved" in message(app)


async def test_a_fault_in_the_worker_leaves_the_screen_and_is_shown() -> None:
    backend = FakeBackend()
    backend.fault = ZeroDivisionError("a bug")
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: "An error in the dashboard" in message(app))
        assert not app.situation.live
        backend.fault = None
        await pilot.press("r")
        await until(pilot, lambda: app.run_state.name == "session-1")


async def test_old_figures_of_a_live_session_are_dated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")

    def header() -> str:
        return "".join(span.text for span in app.dashboard.query_one(StatusHeader)._lines[0])

    async with app.run_test(size=(80, 24)) as pilot:
        session.change(step=7)
        await until(pilot, lambda: app.run_state.step == 7)
        app.link.look_at_age()
        assert "no news" not in header()
        session.change(step=8, silent_s=3600.0)  # its host is stopped
        await until(pilot, lambda: "running, no news since" in header())
        session.change(responding=False)
        await until(pilot, lambda: "running, not responding since" in header())
        session.change(step=9, silent_s=0.0, responding=True)
        await until(pilot, lambda: "no news" not in header())
        session.change(state="finished", silent_s=3600.0)
        await until(pilot, lambda: app.run_state.ended)
        app.link.look_at_age()
        assert "no news" not in header()


async def test_q_in_process_asks_before_it_ends_the_session() -> None:
    backend = FakeBackend()
    app = make_app(backend, in_process=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.run_state.state == "running")
        await pilot.press("q", "n")
        assert app.is_running and message(app) == "It goes on."
        await pilot.press("q", "y")
        await until(pilot, lambda: not app.is_running)


async def test_the_preset_is_picked_from_a_list() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert isinstance(app.screen, PickList)
        await pilot.press("escape")
        assert app.model.preset_label == "tutorial"
        await pilot.press("p", "j", "enter")
        assert app.model.preset_label == "sane"
        assert "sane" in message(app)


async def test_a_session_that_failed_before_the_first_look_is_told_too() -> None:
    class FailsAtOnce(FakeBackend):
        def start(self, config, report, anyway=False):
            session = super().start(config, report)
            session.change(state="failed", notices=("the trainer was killed",))
            return session

    app = make_app(FailsAtOnce())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.run_state.state == "failed")
        assert "the trainer was killed" in message(app)
