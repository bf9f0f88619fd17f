"""The dashboard replayed as an asciicast, played by a terminal emulator."""

from __future__ import annotations

import asyncio
import io
import json
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from light_apps import share_style_sheets
from recorded import Recording, tutorial_run
from rich.segment import Segment
from rich.style import Style

from nanotrain_tui.config import find_folders
from nanotrain_tui.export import ExportError, Options, TextFormat, get_format
from nanotrain_tui.export.formats import cast
from nanotrain_tui.export.terminal import Cell, cells_of, changes
from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.slow

Event = tuple[float, str]
Cast = tuple[dict[str, Any], list[Event]]
SPEED = 10.0
FAST = 2.0  # a few frames of a second of training
MESSAGE = -3  # the line of messages, above the keys and the scrubber


@pytest.fixture(scope="module", autouse=True)
def _apps_alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NANOTRAIN_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("NO_COLOR", raising=False)
        share_style_sheets(patch)
        yield


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> SessionFolder:
    """A recording that is only read."""
    return tutorial_run(tmp_path_factory.mktemp("tutorial"))


@pytest.fixture(scope="module")
def exported(tutorial: SessionFolder) -> Cast:
    return export(tutorial, speed=FAST)


def export(folder: SessionFolder, **options: Any) -> Cast:
    chosen = get_format("cast")
    assert isinstance(chosen, TextFormat)
    out = io.StringIO()
    with SessionReader(folder) as reader:
        chosen.write(reader, out, Options(**options))
    header, *lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert all(kind == "o" for _, kind, _ in lines)
    return header, [(t, data) for t, _, data in lines]


def long_run(home: Path) -> SessionFolder:
    """Ten seconds of training with telemetry, a pause of half a minute, and an edit."""
    recording = Recording(home).started(steps=1000)
    for turn in range(10):
        if turn == 5:
            recording.event("paused", who="ann@nano")
            recording.t += 30.0
            recording.event("resumed", who="ann@nano")
        recording.steps(100)
        recording.t += 0.9
        body = {"source": "tegrastats", "ram_used_mb": 900 + turn, "ram_total_mb": 3964}
        recording.recorder.sample(recording.t, recording.step, body)
        recording.evaluated(loss=2.0 - turn / 5, accuracy=turn / 10)
    recording.event("edited", who="ann@nano", changes={"optimizer.learning_rate": [1e-4, 5e-5]})
    return recording.finished()


def played(events: list[Event], size: tuple[int, int], until: float) -> pyte.Screen:
    screen = pyte.Screen(*size)
    stream = pyte.Stream(screen)
    for t, data in events:
        if t <= until:
            stream.feed(data)
    return screen


def looks(screen: pyte.Screen) -> list[list[tuple[str, str, str, bool]]]:
    """The cells of a terminal: character, colours, bold."""
    return [
        [(cell.data, cell.fg, cell.bg, cell.bold) for x in range(screen.columns)
         for cell in [screen.buffer[y][x]]]
        for y in range(screen.lines)
    ]  # fmt: skip


def drawn(state: RunState, size: tuple[int, int]) -> list[list[tuple[str, str, str, bool]]]:
    """The cells of a dashboard that shows only this state."""

    async def draw() -> list[list[Cell]]:
        app = cast._make_app()
        async with app.run_test(size=size) as pilot:
            app.link.followed(state)
            await pilot.pause()
            return [cells_of(strip) for strip in app.screen._compositor.render_strips()]

    def color(style: Style, name: str) -> str:
        found = getattr(style, name)
        return "default" if found is None else str(found.get_truecolor().hex[1:])

    return [
        [(text, color(style, "color"), color(style, "bgcolor"), bool(style.bold))
         for text, style in row]
        for row in asyncio.run(draw())
    ]  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_terminal_that_plays_it_shows_the_dashboard(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    folder = long_run(tmp_path)
    header, events = export(folder, size=size, speed=SPEED)
    assert (header["version"], header["width"], header["height"]) == (2, *size)
    now = 0.0
    with SessionReader(folder) as reader:
        replay = Replay(reader, lambda: now, SPEED)
        replay.play()
        # Somewhere in the middle of it, and at its end.
        for at in (events[len(events) // 2][0], events[-1][0]):
            now = at
            seen, wanted = looks(played(events, size, at)), drawn(replay.state(), size)
            del seen[MESSAGE], wanted[MESSAGE]
            assert seen == wanted


def test_the_cast_has_the_session_time_with_its_pauses(tmp_path: Path) -> None:
    header, events = export(long_run(tmp_path), speed=2.0)
    times = [t for t, _ in events]
    assert times == sorted(times) and times[0] == 0.0
    assert times[-1] == pytest.approx(40 / 2 + cast.HOLD_S, abs=0.1)
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) == pytest.approx(30 / 2, abs=0.5)
    assert header["idle_time_limit"] == 5
    assert min(gaps) > 0.1  # eight a second


def test_two_exports_are_equal(tutorial: SessionFolder, exported: Cast) -> None:
    assert len(exported[1]) > 3
    assert export(tutorial, speed=FAST) == exported


def test_a_long_cast_has_fewer_frames_per_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cast, "MOST_FRAMES", 10)
    report: list[float] = []
    _, events = export(long_run(tmp_path), speed=0.01, progress=report.append)
    assert len(events) <= 12
    assert events[-1][0] == pytest.approx(4000 + cast.HOLD_S, abs=10)
    assert report == sorted(report) and report[0] >= 0 and report[-1] <= 1


def test_a_cast_with_no_color_set(
    tutorial: SessionFolder, exported: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any("38;2;" in data for _, data in exported[1])
    monkeypatch.setenv("NO_COLOR", "1")
    assert not any(
        "38;2;" in data or "48;2;" in data for _, data in export(tutorial, speed=FAST)[1]
    )


@pytest.mark.parametrize("size", [(59, 24), (80, 17), (401, 24)])
def test_a_size_out_of_range_is_refused(tutorial: SessionFolder, size: tuple[int, int]) -> None:
    with pytest.raises(ExportError, match=r"minimum is 60x18|maximum is 400x400"):
        export(tutorial, size=size)


@pytest.mark.parametrize("speed", [float("nan"), float("inf"), 0.0, -1.0, 1e-320, 1e300])
def test_a_speed_out_of_range_is_refused(tutorial: SessionFolder, speed: float) -> None:
    with pytest.raises(ExportError, match=r"--speed .* range 1e-06 to 1e\+06"):
        export(tutorial, speed=speed)


def test_the_users_own_presets_do_not_show(
    tutorial: SessionFolder, exported: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NANOTRAIN_HOME", str(tmp_path))
    own = find_folders().presets
    own.mkdir(parents=True)
    (own / "tutorial.toml").write_text('summary = "another network"\n', encoding="utf-8")
    assert export(tutorial, speed=FAST) == exported


def test_an_ignored_hangup_signal_stays_ignored(tmp_path: Path) -> None:
    found: set[Any] = set()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup
    try:
        export(
            Recording(tmp_path).close(),
            progress=lambda _: found.add(signal.getsignal(signal.SIGHUP)),
        )
    finally:
        signal.signal(signal.SIGHUP, before)
    assert found == {signal.SIG_IGN}


def test_a_cast_of_an_empty_session(tmp_path: Path) -> None:
    header, events = export(Recording(tmp_path).close())
    assert header["title"].endswith("8 times as fast")  # as `export --help` says
    assert "interrupted" in "".join(played(events, (80, 24), 99).display)


def test_texts_of_a_recording_cannot_control_the_terminal(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    recording.event("note", message="\x1b[2J\x1b]0;gone\x07\udcff漢字\x9b2J")
    recording.t += 1.0  # a replay on 24 lines shows one event
    folder = recording.finished()
    _, events = export(folder)
    sent = "".join(data for _, data in events)
    assert "漢字" in sent.replace("\x1b[0m", "")
    assert sent.count("\x1b[2J") == 1  # ours, at the beginning
    assert "\x1b]" not in sent and "\x9b" not in sent and "\x07" not in sent


STYLES = [Style.parse(text) for text in ("none", "bold #112233 on #445566", "reverse")]
ROWS = st.lists(
    st.tuples(st.sampled_from("ab ─⣿漢字é"), st.sampled_from(STYLES)), min_size=12, max_size=12
)


def screen_of(rows: list[list[tuple[str, Style]]]) -> list[list[Cell]]:
    """Ten cells a row; a wide character that is cut becomes a space."""
    found = []
    for row in rows:
        cells = cells_of(Segment(text, style) for text, style in row)[:10]
        if cells[-1].text in "漢字" and cells[-1].text:
            cells[-1] = Cell(" ", cells[-1].style)
        found.append(cells)
    return found


@given(st.lists(st.lists(ROWS, min_size=3, max_size=3), min_size=1, max_size=4))
@settings(max_examples=50)
def test_the_control_codes_change_one_screen_into_the_next(
    screens: list[list[list[tuple[str, Style]]]],
) -> None:
    shown = pyte.Screen(10, 3)
    stream = pyte.Stream(shown)
    before: list[list[Cell]] = []
    for screen in map(screen_of, screens):
        stream.feed(changes(before, screen))
        assert changes(screen, screen) == ""
        for y, row in enumerate(screen):
            there = [shown.buffer[y][x] for x in range(10)]
            assert [cell.data for cell in there] == [cell.text for cell in row]
            bold = [cell.bold for cell, wanted in zip(there, row, strict=True) if wanted.text]
            assert bold == [bool(cell.style.bold) for cell in row if cell.text]
        before = screen


def test_a_sign_without_a_width_is_joined_to_the_one_before_it() -> None:
    cells = cells_of([Segment("e\u0301x"), Segment("\u4e16")])
    assert [cell.text for cell in cells] == ["e\u0301", "x", "\u4e16", ""]
