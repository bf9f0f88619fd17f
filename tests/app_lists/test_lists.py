"""The keys of the lists in dialogs: filter, move, select, cancel."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from app_fakes import FakeBackend, make_app, message, midway, presets, until
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, Static

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.screens.dialogs import Prompt
from nanotrain_tui.app.screens.help import Help
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.export_place import describe_place
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.themes import BadTheme, summary_of

pytestmark = pytest.mark.slow

FORMATS = {
    "csv": (".csv", "One row a step."),
    "html": (".html", "One page."),
    "tensorboard": ("-tensorboard", "A folder."),
}


def shown(app: NanotrainApp) -> list[str]:
    """The labels of the list."""
    assert isinstance(app.screen, PickList)
    return [one.label for one in app.screen.rows.shown]


def about(app: NanotrainApp) -> str:
    """The text below the list."""
    return str(app.screen.query_one("#pick-about", Static).render())


def frame(app: NanotrainApp) -> tuple[str, str]:
    assert isinstance(app.screen, PickList | Help)
    box = app.screen.box
    return str(box.border_title), str(box.border_subtitle)


async def attached(**kwargs: object) -> NanotrainApp:
    backend = FakeBackend()
    backend.add("brisk-otter").change(**midway())
    return make_app(backend, session="brisk-otter", **kwargs)


async def ready(app: NanotrainApp, pilot: Pilot[None], *keys: str) -> None:
    await until(pilot, lambda: app.link.state.step == 412)
    await pilot.press(*keys)
    await pilot.pause()


async def test_typing_narrows_esc_shows_all_and_then_closes() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "o", "enter")
        known = shown(app)
        assert frame(app) == ("Optimizer", "type to filter, Enter: select, Esc: cancel")
        await pilot.press(*"nad")
        assert shown(app)[0].startswith("Nadam") and len(shown(app)) < len(known)
        count = app.screen.query_one(".filter--count", Static)
        assert str(count.render()) == f"{len(shown(app))} of {len(known)}"
        assert frame(app)[1].endswith("Esc: show all")
        await pilot.press("escape")
        assert shown(app) == known and frame(app)[1].endswith("Esc: cancel")
        await pilot.press("escape")
        assert app.screen is app.dashboard
        assert app.model.value("optimizer.name") == "adam"


async def test_enter_takes_the_best_match() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "o", "enter", *"sgd", "enter")
        assert app.model.value("optimizer.name") == "sgd"


async def test_nothing_that_matches_is_said_and_cannot_be_taken() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", *"xyz", "enter", "down", "pageup")
        assert shown(app) == [] and about(app) == ""
        await pilot.press("escape", "end")
        assert shown(app)[-1] == list(app.model.presets)[-1] and "Changes" in about(app)


async def test_letters_that_are_keys_elsewhere_are_typed() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "a", "enter", *"jkq")
        assert isinstance(app.screen, PickList)
        assert app.screen.line.typed == "jkq"


@pytest.mark.parametrize("keys", [("ctrl+p",), ("w",), ("f", "l", "enter")])
async def test_a_line_to_type_in_does_not_blink(keys: tuple[str, ...]) -> None:
    """Each blink would be sent over the connection."""
    app = make_app(preferences=Preferences(save_preset=lambda name, config: presets()[0]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(app.focused, Input))
        assert isinstance(app.focused, Input)
        assert app.focused.cursor_blink is False


async def test_home_and_end_move_in_the_list_or_in_the_text() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "a", "enter", "end")
        assert isinstance(app.screen, PickList)
        rows = app.screen.rows
        assert rows.cursor == len(rows.shown) - 1
        await pilot.press("home")
        assert rows.cursor == 0
        await pilot.press("pagedown")
        assert rows.cursor > 1
        await pilot.press(*"el", "home", "r")
        assert app.screen.line.typed == "rel" and shown(app)[0].startswith("ReLU")


async def test_a_click_selects_and_the_wheel_moves() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "o", "enter")
        assert isinstance(app.screen, PickList)
        rows = app.screen.rows
        rows.on_mouse_scroll_down(SimpleNamespace(stop=lambda: None))  # type: ignore[arg-type]
        assert rows.cursor == 1
        rows.on_mouse_scroll_up(SimpleNamespace(stop=lambda: None))  # type: ignore[arg-type]
        assert rows.cursor == 0
        name = rows.shown[2].name
        await pilot.click(rows, offset=(5, 2))
        await until(pilot, lambda: app.model.value("optimizer.name") == name)


async def test_a_field_comes_before_actions_that_match_equally_well() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for typed, first in (
            ("lr", "learning rate"),
            ("learn", "learning rate"),
            ("steps", "steps"),
            ("step", "steps"),
            ("batch", "batch size"),
            ("train.ev", "evaluate every"),
            ("stop", "Stop the session"),
        ):
            await pilot.press("ctrl+p", *typed)
            assert shown(app)[0] == first
            await pilot.press("escape", "escape")


async def test_the_palette_tells_why_an_action_is_not_possible() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", *"checkpoint: ")
        assert about(app) == "No session is running. Press r to start one."
        await pilot.press("enter")
        await until(pilot, lambda: "No session is running" in message(app))
        await pilot.press("ctrl+p", *"rho")
        assert about(app) == "optimizer.rho: Not used with the current choices."


async def test_a_preset_says_what_it_would_change() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        assert about(app).startswith("The form has these values.")
        await pilot.press("down")
        assert "learning rate 0.0001 → 0.001" in about(app)
        await pilot.press("enter", "p")
        assert about(app).startswith("The form has these values.")
        app.model.accept("optimizer.name", "sgd")
        await pilot.press("escape", "p")
        assert "epsilon 1e-07" in about(app)  # it does not apply now


async def test_a_terminal_without_arrows_gets_other_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "down")
        assert "learning rate 0.0001 > 0.001" in about(app)


async def test_an_export_shows_file_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = await attached(preferences=Preferences(theme="dark", formats=lambda: FORMATS))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(app, pilot, "X")
        await until(pilot, lambda: isinstance(app.screen, PickList))
        lines = about(app).splitlines()
        assert lines[0] == "File: brisk-otter.html (new)"
        assert lines[1].startswith(f"Folder: {tmp_path} (") and lines[1].endswith(" GB free)")
        assert lines[2] == "One page."
        (tmp_path / "brisk-otter-tensorboard").mkdir()
        await pilot.press("down")
        assert "-tensorboard (a folder that exists; it is overwritten only if" in about(app)
        await pilot.press("up", "enter")
        await until(pilot, lambda: isinstance(app.screen, Prompt))
        hint = app.screen.query_one("#edit-hint", Static)
        assert "brisk-otter.html (new)" in str(hint.render())
        (tmp_path / "a.html").write_text("old")
        await pilot.press("ctrl+u", *"a.html")
        assert "a.html (exists; it is overwritten only if" in str(hint.render())
        await pilot.press("ctrl+u", *"deep/b")
        assert f"{tmp_path}/deep (" in str(hint.render())
        assert "free, will be created)" in str(hint.render())


def test_a_place_without_a_disk_has_no_free_space(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: object) -> os.statvfs_result:
        raise OSError

    monkeypatch.setattr(os, "statvfs", fail)
    assert describe_place(Path("/x.html")) == "File: x.html (new)\nFolder: /"


async def test_the_help_is_filtered_and_one_character_is_a_key() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        text = app.screen.query_one("#help-text", Static)
        whole = str(text.render())
        await pilot.press("X")
        assert str(text.render()) == (
            "Session\n  X             Write the session to a file for other programs."
        )
        await pilot.press("escape", *"next event.")
        assert str(text.render()) == "Replay\n  ]             Go to the next event."
        await pilot.press(*"xyz")
        assert "Nothing matches" in str(text.render())
        await pilot.press("escape")
        assert str(text.render()) == whole
        await pilot.press("question_mark")
        assert app.screen is app.dashboard


async def test_the_help_scrolls() -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1", "down", "down")
        assert isinstance(app.screen, Help)
        scrolled = app.screen.query_one("#help")
        assert scrolled.scroll_offset.y == 2
        await pilot.press("end")
        await until(pilot, lambda: scrolled.scroll_offset.y == scrolled.max_scroll_y)
        await pilot.press("pageup")
        assert scrolled.scroll_offset.y == scrolled.max_scroll_y - 20
        await pilot.press("home")
        await until(pilot, lambda: scrolled.scroll_offset.y == 0)
        await pilot.press("enter")
        assert app.screen is app.dashboard


def is_within(box: Widget, size: tuple[int, int]) -> bool:
    return box.screen.size == size and box.region.right <= size[0] and box.region.bottom <= size[1]


async def test_a_list_follows_the_size_of_the_terminal() -> None:
    app = make_app()
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("ctrl+p", *["down"] * 30)
        for size in ((80, 24), (40, 12), (120, 40)):
            await pilot.resize_terminal(*size)
            assert isinstance(app.screen, PickList)
            rows, box = app.screen.rows, app.screen.box
            await until(pilot, lambda size=size, box=box: is_within(box, size))
            assert rows.size.height >= 1 and rows.here is not None
            assert any(part.text.startswith(">") for line in rows._lines for part in line)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ('summary = "Mine."', "Mine."),
        ("dark = true", "Dark background."),
        ("dark = false", "Light background."),
        ("ansi = true", "The terminal's 16 colours."),
        ('summary = "a\\u001bb"', "a?b"),
    ],
)
def test_a_theme_is_described(text: str, summary: str) -> None:
    assert len(summary_of(text)) == len(summary)
    if "u001b" not in text:
        assert summary_of(text) == summary


def test_a_description_of_a_theme_is_a_text() -> None:
    with pytest.raises(BadTheme, match="'summary' must be a text"):
        summary_of("summary = 3")
