"""The keys of the screen: themes, panes, palette, pictures, sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_fakes import FakeBackend, make_app, message, midway, until
from textual.pilot import Pilot
from textual.widgets import Input

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.form.model import PRESET_KEY
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.ports import Preferences

pytestmark = pytest.mark.slow


async def test_the_cursor_previews_a_theme_and_enter_keeps_it(tmp_path: Path) -> None:
    kept: list[str] = []
    app = make_app(preferences=Preferences("dark", tmp_path, kept.append))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t", "down")
        assert app.theme == "light" and not kept
        await pilot.press("enter")
        assert app.theme == "light" and kept == ["light"]
        assert message(app) == "Theme: light"


async def test_esc_returns_to_the_theme_before(tmp_path: Path) -> None:
    kept: list[str] = []
    app = make_app(preferences=Preferences("light", tmp_path, kept.append))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t", *"six")
        assert app.theme == "sixteen"
        await pilot.press("escape", "escape")
        assert app.screen is app.dashboard
        assert app.theme == "light" and not kept


async def test_a_theme_that_cannot_be_remembered_is_still_shown() -> None:
    def refuse(name: str) -> None:
        raise PermissionError(13, "Permission denied")

    app = make_app(preferences=Preferences("dark", None, refuse))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t", "down", "enter")
        assert app.theme == "light"
        assert "the choice is not saved (Permission denied)" in message(app)


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


async def test_tab_goes_to_the_charts_the_log_and_back() -> None:
    backend = FakeBackend()
    backend.add("brisk-otter").change(**midway())
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.step == 412)
        for pane in ("upper-chart", "lower-chart", "log", "form"):
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
    app.model.load({**app.model.config, "data.dir": "/[/b][red]b"})
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"data.dir")
        await until(pilot, lambda: "/[/b][red]b" in _top_of_palette(app))


def _top_of_palette(app: NanotrainApp) -> str:
    assert isinstance(app.screen, PickList)
    here = app.screen.rows.here
    return f"{here.label} {here.detail}" if here is not None else ""


async def resized(pilot: Pilot[None], size: tuple[int, int]) -> None:
    """Resize the terminal. Textual waits a moment for another size before it draws."""
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: pilot.app.screen._compositor.size == size)


async def test_small_and_changing_terminals() -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    session.change(**midway())
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.step == 412)
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
            await resized(pilot, size)
            small = app.dashboard.query_one("#too-small").display
            assert small == (size[0] < 60 or size[1] < 18), size
            session.change(step=session.state.step + 1)
            await until(pilot, lambda: app.link.state.seq == session.state.seq)
            wide = app.dashboard.has_class("-wide")
            assert wide == (size[0] >= 110 and size[1] >= 34), size
        await pilot.press("down")
        assert app.dashboard.form.key != PRESET_KEY


async def test_in_process_says_what_it_cannot_promise() -> None:
    app = make_app(in_process=True)
    async with app.run_test(size=(80, 24)):
        line = app.dashboard.query_one("#in-process").render()
        assert "the training ends when you press q" in line.plain  # type: ignore[union-attr]


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
        assert "Cannot save the picture" in message(app)
