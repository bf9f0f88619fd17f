"""The set-up panel: kept current while no session is open, and only then."""

from __future__ import annotations

from app_fakes import FakeBackend, make_app, until
from setup_fakes import DRAWN, board, findings
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.widgets.setup_panel import BoardRegion, PlanRegion
from nanotrain_tui.drawing.setup.state import BoardState, Outlook


def outlook(app: NanotrainApp) -> Outlook:
    return app.dashboard.setup.query_one(PlanRegion).outlook


def shown_board(app: NanotrainApp) -> BoardState:
    return app.dashboard.setup.query_one(BoardRegion).board


async def looked_up(pilot: Pilot[None], app: NanotrainApp) -> None:
    await until(pilot, lambda: outlook(app).findings is not None)


async def test_data_and_board_are_shown_before_a_run() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        await until(pilot, lambda: shown_board(app) == board())
        shown = outlook(app)
        assert (
            shown.findings == findings()
            and sum(layer.parameters for layer in shown.layers) == 814_090
        )
        assert shown.memory is not None and shown.memory.fits


async def test_digits_in_place_of_mnist_are_visible_before_r() -> None:
    backend = FakeBackend()
    backend.findings = findings(DRAWN)
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        lines = app.dashboard.setup.query_one(PlanRegion).content(38, 18)
        text = " ".join("".join(span.text for span in line).strip() for line in lines)
        assert "! auto: digits no MNIST found in /keras/datasets" in text


async def test_a_key_changes_the_network_at_once_and_the_rest_is_looked_up() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        app.dashboard.form.go_to("model.hidden")
        await pilot.press("plus")
        assert outlook(app).layers[0].units == 2048
        await until(pilot, lambda: backend.looked_up[-1]["model.hidden"] == "2048")
        requests = len(backend.looked_up)
        app.form_changed()  # nothing has changed
        await pilot.pause()
        assert len(backend.looked_up) == requests


async def test_other_data_hides_what_was_found_until_it_is_looked_up() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        app.model.accept("data.name", "digits")
        app.form_changed()
        assert outlook(app).findings is None
        await looked_up(pilot, app)


async def test_a_value_that_is_not_valid_is_not_looked_up() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        requests = len(backend.looked_up)
        app.model.accept("model.output", "linear")
        app.form_changed()
        await pilot.pause()
        assert outlook(app).problem_label == "loss"
        assert len(backend.looked_up) == requests


async def test_the_reading_stops_when_a_session_opens() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.state == "running")
        (read,) = backend.boards
        assert read.stopped
        requests = len(backend.looked_up)
        app.model.accept("train.steps", "77")
        app.form_changed()
        await pilot.pause()
        assert len(backend.looked_up) == requests


async def test_a_start_that_fails_brings_it_back() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        requests = len(backend.looked_up)
        backend.refuses = Refused("no Python with TensorFlow", "trainer.command")
        await pilot.press("r")
        await until(pilot, lambda: len(backend.boards) == 2)
        await until(pilot, lambda: len(backend.looked_up) == requests + 1)
        assert backend.boards[0].stopped and not backend.boards[1].stopped


async def test_nothing_is_read_for_a_session_that_is_attached() -> None:
    backend = FakeBackend()
    backend.add("brisk-otter")
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.state == "running")
        assert not backend.boards and not backend.looked_up


async def test_another_tegrastats_is_read_from_then_on() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        app.model.accept("telemetry.tegrastats", "/opt/tegrastats")
        app.form_changed()
        await until(pilot, lambda: len(backend.boards) == 2)
        assert backend.boards[0].stopped and not backend.boards[1].stopped


async def test_the_threads_end_with_the_app() -> None:
    backend = FakeBackend()
    app = make_app(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        await until(pilot, lambda: backend.boards)
    assert backend.boards[0].ended.wait(60)


async def test_the_free_memory_follows_the_board() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await looked_up(pilot, app)
        before = board().available
        assert before is not None
        less = before._replace(memory_mb=10.0)
        app.set_up.board_read(board(available=less))
        shown = outlook(app).memory
        assert shown is not None and not shown.fits
