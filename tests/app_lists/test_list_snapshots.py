"""Every list and dialog as a picture, at three sizes. What is behind them is not drawn."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from app_fakes import FakeBackend, make_app, midway, presets, until
from recorded import Recording, tutorial_run
from textual.events import Paste
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.form.letters import LETTERS
from nanotrain_tui.app.screens.compare import CompareScreen
from nanotrain_tui.app.screens.sessions import SessionsScreen
from nanotrain_tui.app.source import export_place
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.source.refusals import TooLarge
from nanotrain_tui.app.widgets.overlay import Overlay
from nanotrain_tui.cli.dashboard import export_formats
from nanotrain_tui.session.folder import find_session
from nanotrain_tui.session.labels import noted, read_labels, tagged, write_labels

pytestmark = pytest.mark.slow

Compare = Callable[..., bool]
SIZES = [pytest.param(size, id=f"{size[0]}x{size[1]}") for size in ((80, 24), (120, 40), (200, 50))]
SHORT = TooLarge("Training needs about 1,430 MB and 1,020 MB are available.", 50)

LENET = "conv 6 5x5, pool 2, conv 16 5x5 valid, pool 2, flatten, dense 120, dropout 0.3"


class Dialog(NamedTuple):
    """The keys that open a dialog, with ``LENET`` pasted, and the session shown before."""

    keys: tuple[str, ...]
    state: str = "running"  # empty: none


DIALOGS = {
    "help": Dialog(("question_mark",)),
    "help-filtered": Dialog(("question_mark", *"step")),
    "palette": Dialog(("ctrl+p",), ""),
    "palette-filtered": Dialog(("ctrl+p", *"rat")),
    "palette-nothing": Dialog(("ctrl+p", *"xyz")),
    "jump": Dialog(("f",)),
    "fork": Dialog(("F",)),
    "preset": Dialog(("p", "down")),
    "save-preset": Dialog(("w",)),
    "theme": Dialog(("t",)),
    "export": Dialog(("X",)),
    "export-filtered": Dialog(("X", *"tab")),
    "export-file": Dialog(("X", "enter")),
    "optimizer": Dialog(("f", "o", "enter")),
    "activation": Dialog(("f", "a", "enter", "down")),
    "layers": Dialog(("f", LETTERS["model.layers"], "enter", "e", LENET, "enter", "up", "up"), ""),
    "layers-typing": Dialog(
        ("f", LETTERS["model.layers"], "enter", "e", LENET, "enter", "up", "e", "end", *" 7"), ""
    ),
    "layers-empty": Dialog(("f", LETTERS["model.layers"], "enter"), ""),
    "layers-kinds": Dialog(("f", LETTERS["model.layers"], "enter", "a"), ""),
    "steps": Dialog(("N",), "paused"),
    "stop": Dialog(("s",)),
    "restart": Dialog(("R",)),
    "resume": Dialog(("r",), "stopped"),
    "memory": Dialog(("r",), ""),
    "sessions": Dialog(("o",)),
    "sessions-filtered": Dialog(("o", "slash", *"sgd")),
    "sessions-sort": Dialog(("o", "s", *"ba")),
    "sessions-rename": Dialog(("o", "r")),
    "overlay": Dialog(("C",)),
    "compare": Dialog(("o", "space", "space", "c")),
    "sessions-delete": Dialog(("o", "space", "space", "d")),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four sessions: one has tags and a note, one is a fork, one has failed."""
    home = tmp_path_factory.mktemp("recorded")
    tutorial_run(home)
    folder = tutorial_run(home, optimizer__name="sgd", optimizer__learning_rate=0.05)
    write_labels(folder, noted(tagged(read_labels(folder), ["keep", "good"]), "calm, with SGD"))
    recording = Recording(home, "digits").started().steps(100).evaluated(accuracy=0.99)
    for t in range(4):
        recording.recorder.sample(float(t), 100, {"power_total_mw": 5000})
    recording.close()
    fork = Recording(home, parent=("mnist-1", 300)).started(steps=500)
    fork.steps(150).evaluated(accuracy=0.95)
    fork.finished()
    assert find_session(str(home), "mnist-3")
    return home


@pytest.fixture
def home(recorded: Path, tmp_path: Path) -> Path:
    """The same, for one test."""
    return Path(shutil.copytree(recorded, tmp_path / "home"))


@pytest.fixture(autouse=True)
def _one_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    monkeypatch.setattr(export_place, "_free", lambda folder: " (12.3 GB free)")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", DIALOGS)
def test_dialog(snap_compare: Compare, home: Path, name: str, size: tuple[int, int]) -> None:
    assert compare(snap_compare, home, DIALOGS[name], size)


@pytest.mark.parametrize("name", ["palette-filtered", "theme", "sessions"])
def test_sixteen_colours(snap_compare: Compare, home: Path, name: str) -> None:
    assert compare(snap_compare, home, DIALOGS[name], (80, 24), "sixteen")


@pytest.mark.parametrize("name", ["palette-filtered", "help-filtered", "sessions"])
def test_no_colours(
    snap_compare: Compare, home: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare(snap_compare, home, DIALOGS[name], (80, 24))


@pytest.mark.parametrize(
    "name", ["palette-filtered", "export", "fork", "sessions", "export-file", "layers"]
)
def test_ascii(
    snap_compare: Compare, home: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    assert compare(snap_compare, home, DIALOGS[name], (80, 24), "sixteen")


def compare(
    snap_compare: Compare,
    home: Path,
    dialog: Dialog,
    size: tuple[int, int],
    theme: str = "dark",
) -> bool:
    """The dialog on an empty screen."""
    app = app_for(home, dialog, theme)

    async def prepare(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.link.state.state == dialog.state or not dialog.state)
        await opened(app, pilot, dialog.keys)
        if isinstance(app.screen, CompareScreen):
            overlay = app.screen.query_one(Overlay)
            await until(pilot, lambda: overlay.runs)
        for part in app.dashboard.children:
            part.styles.visibility = "hidden"
        await pilot.pause()
        app.dashboard._refresh_layout()  # what is below a dialog may not be laid out by itself
        app.screen.refresh()
        await pilot.pause()

    return bool(snap_compare(app, terminal_size=size, run_before=prepare))


def app_for(home: Path, dialog: Dialog, theme: str) -> NanotrainApp:
    backend = FakeBackend()
    backend.library = Library(home)
    preferences = Preferences(
        theme=theme, formats=export_formats, save_preset=lambda name, config: presets()[0]
    )
    if not dialog.state:
        backend.short_of_memory = SHORT
        return make_app(backend, preferences=preferences)
    fields: dict[str, Any] = midway(state=dialog.state)
    backend.add("brisk-otter", **presets()[0].values).change(**fields)
    return make_app(backend, session="brisk-otter", preferences=preferences)


async def opened(app: NanotrainApp, pilot: Pilot[None], keys: tuple[str, ...]) -> None:
    """Press the keys; the rest waits for what the first one opens."""
    first, *rest = keys
    await pilot.press(first)
    await until(pilot, lambda: is_open(app))
    for key in rest:
        await pilot.pause()
        if key == LENET:
            app.post_message(Paste(LENET))
        else:
            await pilot.press(key)


def is_open(app: NanotrainApp) -> bool:
    """Whether a dialog or the whole list of sessions is on the screen."""
    if isinstance(app.screen, SessionsScreen):
        return len(app.screen.rows.shown) == 4
    return app.screen is not app.dashboard
