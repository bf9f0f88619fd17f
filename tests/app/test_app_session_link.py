"""A session from the dashboard: started, paused, stopped, attached to, lost."""

from __future__ import annotations

import pytest
from app_fakes import ENDED, FakeBackend, make_app, message, until

from nanotrain_tui.app.keys.situation import Situation
from nanotrain_tui.app.screens.dialogs import Ask
from nanotrain_tui.app.screens.help import Help
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.source.reports import FromWorker, Trouble
from nanotrain_tui.app.widgets.panels import StatusHeader


async def test_r_starts_a_session_with_the_values_of_the_form() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "down", "enter")
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.state == "running")
        assert message(app) == "Started session-1."
        assert backend.started[0]["model.initializer"] == "glorot_uniform"
        assert app.link.state.name == "session-1"


async def test_a_form_that_cannot_run_says_so_and_goes_to_the_field() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        app.model.accept("model.output", "linear")
        app.dashboard.reload_form()
        await pilot.press("r")
        assert app.dashboard.form.key == "loss.name"
        assert message(app).startswith("Cannot start: loss.name")
        assert backend.started == []


async def test_a_failed_start_is_said_and_its_field_found() -> None:
    backend = FakeBackend()
    backend.refuses = Refused("/nowhere holds no MNIST files.", "data.dir")
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: "no MNIST" in message(app))
        assert app.dashboard.form.key == "data.dir"
        assert app.link.situation == Situation()
        backend.refuses = None
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.state == "running")


async def test_space_pauses_and_goes_on() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.state == "running")
        await pilot.press("space")
        await until(pilot, lambda: app.link.state.state == "paused")
        await pilot.press("space")
        await until(pilot, lambda: app.link.state.state == "running")
        assert session.sent == ["pause", "resume"]


@pytest.mark.slow
async def test_keys_are_answered_while_the_session_is_started_and_while_it_is_slow() -> None:
    backend = FakeBackend()
    backend.gate.clear()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.preparing is not None)
        await pilot.press("r")
        assert "already" in message(app)
        await pilot.press("home", "down", "down")
        assert app.dashboard.form.key == "data.dir"
        await pilot.press("space")
        assert "Pausing" in message(app)
        await pilot.press("space")
        assert "Already waiting to pause" in message(app)
        backend.gate.set()
        await until(pilot, lambda: app.link.state.state == "paused")
        session = backend.sessions["session-1"]
        session.gate.clear()
        await pilot.press("t", "enter", "question_mark")
        assert isinstance(app.screen, Help)
        session.gate.set()


@pytest.mark.parametrize(("key", "sent"), [("y", ["stop"]), ("n", []), ("escape", [])])
async def test_stop_asks_first(key: str, sent: list[str]) -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.state == "running")
        await pilot.press("s")
        assert isinstance(app.screen, Ask)
        await pilot.press(key)
        await until(pilot, lambda: session.sent == sent and not isinstance(app.screen, Ask))
        if sent:
            await until(pilot, lambda: app.link.state.state == "stopped")


async def test_r_while_a_session_runs_asks_then_stops_it_and_starts_anew() -> None:
    backend = FakeBackend()
    old = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.state == "running")
        await pilot.press("r")
        assert isinstance(app.screen, Ask)
        await pilot.press("n")
        assert (old.sent, backend.started) == ([], [])
        await pilot.press("r", "y")
        await until(pilot, lambda: app.link.state.name == "session-1")
        assert old.sent == ["stop"]
        assert len(backend.started) == 1


async def test_a_refused_command_says_why() -> None:
    backend = FakeBackend()
    backend.add("brisk-otter").refuses = "the disk is full"
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.state == "running")
        await pilot.press("space")
        await until(pilot, lambda: "refused: the disk is full" in message(app))


@pytest.mark.parametrize("state", ENDED)
async def test_an_ended_session_is_shown_and_cannot_be_commanded(state: str) -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter", state)
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.state == state)
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
        assert "batch 321" in form.render_line(0).text and form.size.height == 1
        await pilot.press("f", "escape")
        shown = [form.render_line(y).text for y in range(30)]
        assert any("batch size" in line and "321" in line for line in shown)
        app.model.accept("train.batch_size", "9")
        app.dashboard.reload_form()
        assert ("train.batch_size" in app.model.staged()) == (state == "running")


async def test_attaching_to_nothing_says_so() -> None:
    app = make_app(session="nobody")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "no session 'nobody'" in message(app))
        assert app.link.situation == Situation()


async def test_q_leaves_at_once_even_while_the_source_hangs() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.state == "running")
        session.gate.clear()
        await pilot.press("q")
    assert session.sent == []
    session.gate.set()
    app.training.join(30)


async def test_a_fault_in_the_worker_leaves_the_screen_and_is_shown() -> None:
    backend = FakeBackend()
    backend.fault = ZeroDivisionError("a bug")
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: "The dashboard had an error" in message(app))
        assert not app.link.situation.live
        backend.fault = None
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.name == "session-1")


async def test_old_figures_of_a_live_session_are_dated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")

    def header() -> str:
        return "".join(span.text for span in app.dashboard.query_one(StatusHeader)._lines[0])

    async with app.run_test(size=(80, 24)) as pilot:
        session.change(step=7)
        await until(pilot, lambda: app.link.state.step == 7)
        app.link.look_at_age()
        assert "no news" not in header()
        session.change(step=8, silent_s=3600.0)  # its host is stopped
        await until(pilot, lambda: "running, no news since" in header())
        session.change(responding=False)
        await until(pilot, lambda: "running, not responding since" in header())
        session.change(step=9, silent_s=0.0, responding=True)
        await until(pilot, lambda: "no news" not in header())
        session.change(state="finished", silent_s=3600.0)
        await until(pilot, lambda: app.link.state.ended)
        app.link.look_at_age()
        assert "no news" not in header()


async def test_q_in_process_asks_before_it_ends_the_session() -> None:
    backend = FakeBackend()
    app = make_app(backend, in_process=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.state == "running")
        await pilot.press("q", "n")
        assert app.is_running and message(app) == "The session continues."
        await pilot.press("q", "y")
        await until(pilot, lambda: not app.is_running)


async def test_a_session_that_failed_before_the_first_look_is_told_too() -> None:
    class FailsAtOnce(FakeBackend):
        def start(self, config, report, anyway=False):
            session = super().start(config, report)
            session.change(state="failed", notices=("the trainer was killed",))
            return session

    app = make_app(FailsAtOnce())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.state == "failed")
        assert "step 0. The trainer was killed. Press r" in message(app)


async def test_a_report_that_comes_while_the_app_closes_is_dropped() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)):
        pass
    app._take_report(FromWorker(Trouble("too late")))
