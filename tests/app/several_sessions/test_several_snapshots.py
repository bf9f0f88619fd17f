"""Several sessions on one screen, as pictures. After a wanted change: pytest --snapshot-update."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, until
from recorded import Recording, tutorial_run
from several import letters, world
from textual.pilot import Pilot

from nanotrain_tui.app.screens.compare import CompareScreen
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.ports import Preferences

pytestmark = pytest.mark.slow

SIZES = [pytest.param(size, id=f"{size[0]}x{size[1]}") for size in ((80, 24), (120, 40), (200, 50))]
Compare = Callable[..., bool]


def behind(snap_compare: Compare, size: tuple[int, int], *keys: str, **shown: Any) -> bool:
    """The dashboard with its parent or a chosen session behind, after these keys."""
    app, _, _ = world("calm-fern", **shown)

    async def prepare(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.link.state.step == 412)
        if not shown:
            await pilot.press("C")
            await until(pilot, lambda: isinstance(app.screen, PickList))
            await pilot.press("enter")
        await until(pilot, lambda: len(letters(app)) == 1)
        await pilot.press(*keys)
        await pilot.pause()
        await pilot.pause()

    return bool(snap_compare(app, terminal_size=size, run_before=prepare))


@pytest.mark.parametrize("size", SIZES)
def test_a_session_behind(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert behind(snap_compare, size)


def test_a_session_behind_without_colours(
    snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert behind(snap_compare, (80, 24))


@pytest.mark.parametrize("size", SIZES)
def test_the_list_of_other_sessions(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, _, _ = world("calm-fern", "dry-moss")

    async def prepare(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.link.state.step == 412)
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, PickList))
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=prepare)


@pytest.mark.parametrize(
    "keys", [pytest.param([], id="dashboard"), pytest.param(["z"], id="large")]
)
def test_a_fork_and_its_parent(snap_compare: Compare, keys: list[str]) -> None:
    assert behind(snap_compare, (80, 24), *keys, parent="calm-fern", begins_at=200)


def compared(snap_compare: Compare, home: Path, size: tuple[int, int], *keys: str) -> bool:
    """Three sessions compared, two with events, after these keys."""
    tutorial_run(home)
    for optimizer, levels in (("sgd", (0.5, 0.7, 0.75, 0.8)), ("adam", (0.6, 0.91, 0.93))):
        made = Recording(home, optimizer__name=optimizer).started()
        made.rate = 1e-3
        for level in levels:
            made.steps(200).evaluated(loss=1 - level, accuracy=level)
            made.event("checkpoint", file=f"step-{made.step}")
            if made.step == 400:
                changes = {"optimizer.learning_rate": [1e-3, 5e-4]}
                made.event("edited", who="ann@nano", changes=changes)
                made.rate = 5e-4
        made.finished()
    app = make_app(FakeBackend(), preferences=Preferences(theme="dark"))

    async def prepare(pilot: Pilot[None]) -> None:
        screen = CompareScreen(Library(home), ["mnist-1", "mnist-2", "mnist-3"])
        await app.push_screen(screen)
        await until(pilot, lambda: bool(screen.overlay.runs))
        await pilot.press(*keys)
        await pilot.pause()

    return bool(snap_compare(app, terminal_size=size, run_before=prepare))


@pytest.mark.parametrize("size", SIZES)
def test_a_comparison(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    assert compared(snap_compare, tmp_path, size)


def test_the_cursor_of_a_comparison(snap_compare: Compare, tmp_path: Path) -> None:
    assert compared(snap_compare, tmp_path, (80, 24), *["left_square_bracket"] * 3)


@pytest.mark.parametrize("keys", [pytest.param(["m", "m", "m", "m"], id="learning-rate"),
                                  pytest.param(["question_mark"], id="help")])  # fmt: skip
def test_a_comparison_and(snap_compare: Compare, tmp_path: Path, keys: list[str]) -> None:
    assert compared(snap_compare, tmp_path, (80, 24), *keys)


def test_a_comparison_without_colours(
    snap_compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compared(snap_compare, tmp_path, (80, 24), "m")
