"""The list of sessions and the comparison, on real recordings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, message, until
from recorded import Recording, held, tutorial_run
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.screens.compare import CompareScreen
from nanotrain_tui.app.screens.dialogs import Ask
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.screens.sessions import SessionsScreen
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.cli.dashboard import export_formats
from nanotrain_tui.export import format_names
from nanotrain_tui.session.folder import find_session, list_sessions
from nanotrain_tui.session.labels import read_labels

pytestmark = pytest.mark.slow


def names(home: Path) -> list[str]:
    return [folder.name for folder in list_sessions(str(home))]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    tutorial_run(tmp_path)
    tutorial_run(tmp_path, optimizer__name="sgd")
    recording = Recording(tmp_path, "digits").started().steps(100).evaluated(accuracy=0.99)
    for t in range(4):
        recording.recorder.sample(float(t), 100, {"power_total_mw": 5000})
    recording.finished()
    return tmp_path


def app_on(home: Path, **kwargs: Any) -> NanotrainApp:
    backend = FakeBackend()
    backend.library = Library(home)
    for name in names(home):
        backend.add(name, state="finished")
    return make_app(backend, **kwargs)


class SlowLibrary(Library):
    """Tells of one session, and of the others once the gate is open."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.gate = threading.Event()
        self.readings = self.at_once = self._now = 0

    def sessions(self, partly: Callable[[list[Any]], None]) -> list[Any]:
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        found = super().sessions(partly)
        partly([one for one in found if one.name == "digits-1"])
        self.gate.wait(30)
        self._now -= 1
        self.readings += 1
        return found


async def listed(pilot: Pilot[None], app: NanotrainApp) -> SessionsScreen:
    await pilot.press("o")
    await until(pilot, lambda: isinstance(app.screen, SessionsScreen) and app.screen.rows.shown)
    assert isinstance(app.screen, SessionsScreen)
    return app.screen


def text(app: NanotrainApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_list_shows_them_all(home: Path, size: tuple[int, int]) -> None:
    app = app_on(home)
    async with app.run_test(size=size) as pilot:
        await listed(pilot, app)
        shown = text(app)
        for said in ("3 sessions", "mnist-2", "95.24%", "99.00%", "15 J", "█", "finished", "sgd"):
            assert said in shown
        assert all(len(line) <= size[0] for line in shown.splitlines())


async def test_it_is_sorted_and_searched(home: Path) -> None:
    app = app_on(home)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot, app)
        await pilot.press("s", *"best")
        assert screen.rows.shown[0].name == "digits-1"  # the list follows the cursor
        await pilot.press("escape", "escape")
        assert screen.rows.shown[0].name == "mnist-2"
        await pilot.press("s", *"best", "enter")
        assert screen.rows.shown[0].name == "digits-1"
        await pilot.press("slash", *"sgd")
        await until(pilot, lambda: [one.name for one in screen.rows.shown] == ["mnist-2"])
        assert "1 of 3 sessions" in text(app)
        await pilot.press("enter", "escape")
        await until(pilot, lambda: len(screen.rows.shown) == 3)


async def test_enter_opens_the_session(home: Path) -> None:
    app = app_on(home)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot, app)
        await pilot.press("end", "home", "down")
        assert screen.rows.here is not None
        name = screen.rows.here.name
        await pilot.press("enter")
        await until(pilot, lambda: app.link.state.name == name and app.link.state.seq)


async def test_names_tags_and_notes_are_written(home: Path) -> None:
    app = app_on(home)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot, app)
        await pilot.press("slash", *"sgd", "enter")
        await until(pilot, lambda: len(screen.rows.shown) == 1)
        await pilot.press("t", *"keep good", "enter")
        await pilot.press("n", *"calm one", "enter")
        await until(pilot, lambda: screen.rows.shown and screen.rows.shown[0].note == "calm one")
        assert screen.rows.shown[0].tags == ["good", "keep"]
        await pilot.press("r", *["backspace"] * 7, *"calm", "enter")
        await until(pilot, lambda: [one.name for one in screen.rows.shown] == ["calm"])
    assert "calm" in names(home) and "mnist-2" not in names(home)
    folder = next(one for one in list_sessions(str(home)) if one.name == "calm")
    assert read_labels(folder).tags == ("good", "keep")


async def test_deleting_is_asked(home: Path) -> None:
    app = app_on(home)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot, app)
        await pilot.press("space", "space", "d", "escape")
        assert len(names(home)) == 3
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: len(screen.rows.shown) == 1)
    assert len(names(home)) == 1


async def test_what_is_to_be_deleted_is_named_in_sight_or_not(home: Path) -> None:
    app = app_on(home)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot, app)
        await pilot.press("space", "space", "slash", *"digits", "enter", "d")
        await until(pilot, lambda: "Permanently delete mnist-1, mnist-2" in text(app))
        assert [one.name for one in screen.rows.shown] == ["digits-1"]


async def test_one_that_runs_is_kept_and_the_list_tells_what_is_left(home: Path) -> None:
    app = app_on(home)
    folder = find_session(str(home), "mnist-2")
    with held(folder):
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await listed(pilot, app)
            await pilot.press("space", "space", "space", "d")
            await pilot.pause()
            await pilot.press("y")
            await until(pilot, lambda: [one.name for one in screen.rows.shown] == ["mnist-2"])
            assert "stop it first" in text(app)
            assert screen.rows.marked == {"mnist-2"}


def test_only_a_whole_name_is_deleted(home: Path) -> None:
    library = Library(home)
    with pytest.raises(Refused, match="session 'digits' does not exist any more"):
        library.delete(["digits"])
    assert "digits-1" in names(home)


async def test_one_reading_at_a_time_and_the_first_rows_before_the_last(home: Path) -> None:
    library = SlowLibrary(home)
    app = app_on(home)
    app.backend.library = library  # type: ignore[misc]
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await listed(pilot, app)
        assert [one.name for one in screen.rows.shown] == ["digits-1"]
        screen.read()
        screen.read()
        library.gate.set()
        await until(pilot, lambda: len(screen.rows.shown) == 3 and library.readings == 2)
    assert library.at_once == 1


async def test_in_process_a_replay_does_not_end_the_session(home: Path) -> None:
    app = app_on(home, in_process=True, session="mnist-1")
    backend = app.backend
    assert isinstance(backend, FakeBackend)
    backend.sessions["mnist-1"].change(state="running")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.seq)
        await pilot.press("W")
        await until(pilot, lambda: "Press q to end it first" in message(app))
        await listed(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: not isinstance(app.screen, SessionsScreen))
        assert not backend.sessions["mnist-1"].closed


async def test_those_that_are_marked_are_compared(home: Path) -> None:
    app = app_on(home)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app)
        await pilot.press("c")
        assert "Mark 2" in text(app)
        await pilot.press("space", "space", "space", "c")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen))
        await until(pilot, lambda: "optimizer.name" in text(app))
        shown = text(app)
        for said in ("test accuracy by step", "A ", "B ", "C ", "to 95%"):
            assert said in shown
        await pilot.press("m", "b")
        await pilot.pause()
        assert "test loss by time" in text(app)
        await pilot.press("y", "y")
        await pilot.pause()
        assert "test loss by time (log)" in text(app) and "Logarithmic y axes." in text(app)
        await pilot.press("escape")
        assert isinstance(app.screen, SessionsScreen)


async def test_a_session_is_exported_from_the_dashboard(
    home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NANOTRAIN_HOME", str(home))
    place = tmp_path_factory.mktemp("out")
    monkeypatch.chdir(place)
    formats = {"csv": (".csv", "One row a step.")}
    app = app_on(
        home, session="mnist-1", preferences=Preferences(theme="dark", formats=lambda: formats)
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.seq)
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, PickList))
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "Wrote mnist-1.csv" in message(app))
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, PickList))
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        (place / "mnist-1.csv").write_text("old")
        await pilot.press("n")
        await until(pilot, lambda: "is unchanged" in message(app))
        assert (place / "mnist-1.csv").read_text() == "old"
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, PickList))
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: "Wrote mnist-1.csv" in message(app))
    assert len((place / "mnist-1.csv").read_text().splitlines()) == 1001


def test_every_format_can_be_picked() -> None:
    formats = export_formats()
    assert set(formats) == set(format_names())
    assert all(suffix and summary for suffix, summary in formats.values())
