"""Ctrl+Q closes the dashboard from every list, dialog and screen, and from a field."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_fakes import FakeBackend, make_app, midway, until
from recorded import tutorial_run
from textual.pilot import Pilot
from textual.widgets import Input

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.screens.compare import CompareScreen
from nanotrain_tui.app.screens.dialogs import Ask
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.cli.dashboard import export_formats

pytestmark = pytest.mark.slow

PLACES = {
    "dashboard": [], "charts": ["z"], "help": ["question_mark"], "help, typed": [*"?st"],
    "palette": ["ctrl+p"], "fields": ["f"], "fork": ["F"], "presets": ["p"], "theme": ["t"],
    "export": ["X"], "file": ["X", "enter"], "editor": ["f", "l", "enter"], "stop": ["s"],
    "restart": ["R"], "steps": ["N"], "sessions": ["o"], "filter": ["o", "slash", "m"],
    "sort": ["o", "s"], "rename": ["o", "r"], "delete": ["o", "d"], "other sessions": ["C"],
}  # fmt: skip


def app_in(home: Path, **kwargs: bool) -> NanotrainApp:
    """The dashboard on a paused session, with two others in the list."""
    backend = FakeBackend()
    backend.add("brisk-otter").change(**midway(state="paused"))
    for _ in range(2):
        tutorial_run(home)
    backend.library = Library(home)
    preferences = Preferences(
        "dark", save_preset=lambda name, values: Path(name), formats=export_formats
    )
    return make_app(backend, session="brisk-otter", preferences=preferences, **kwargs)


async def opened(pilot: Pilot[None], app: NanotrainApp) -> None:
    await until(pilot, lambda: app.link.state.step == 412)


@pytest.mark.parametrize("place", PLACES)
async def test_it_closes_the_dashboard(place: str, tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press(*PLACES[place])
        await pilot.pause()
        if place not in ("dashboard", "editor"):
            assert app.screen is not app.dashboard
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)


async def test_it_closes_the_dashboard_from_a_comparison(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await app.push_screen(CompareScreen(Library(tmp_path), ["mnist-1", "mnist-2"]))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)


async def test_in_this_process_it_asks_once_and_over_a_dialog(tmp_path: Path) -> None:
    app = app_in(tmp_path, in_process=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("X")
        for _ in range(2):
            await pilot.press("ctrl+q")
            await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        assert app.is_running and app.screen.query(Input), "the list is still open"
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: not app.is_running)


@pytest.mark.parametrize(("key", "ends"), [("x", False), ("f10", True), ("ctrl+x", True)])
async def test_another_key_of_quit_works_too_unless_it_is_text(
    key: str, ends: bool, tmp_path: Path
) -> None:
    app = app_in(tmp_path)
    app.key_table.changed["quit"] = key
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("ctrl+p", key)
        await pilot.pause()
        assert app.is_running is not ends
