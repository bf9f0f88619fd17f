"""Every screen costs about as few bytes as its cells need; see ``benchmarks/wire/shortest.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from app_fakes import FakeBackend, make_app, midway, until
from recorded import Recording
from textual._compositor import ChopsUpdate, LayoutUpdate

from benchmarks.wire.shortest import rows_of, size
from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.source import library
from nanotrain_tui.app.terminal.canvas import Canvas
from nanotrain_tui.app.widgets.panels import StatusHeader
from nanotrain_tui.session import summary
from nanotrain_tui.session.summary import SessionSummary, summarise_each

pytestmark = pytest.mark.slow

SIZES = [pytest.param(size, id=f"{size[0]}x{size[1]}") for size in ((80, 24), (120, 40), (200, 50))]
MOST = 1.0  # times the bytes of the shortest output row by row; the goal is 1.3
MOST_OF_FRAMES = 1.3  # the goal, for all frames that opening a screen needs
KEYS = {"help": "question_mark", "charts": "z", "fork": "F", "form": "down"}


class Wire:
    """The bytes of what the app shows, and a terminal that gets them."""

    def __init__(self, app: NanotrainApp, columns: int, rows: int) -> None:
        self.app = app
        self.canvas = Canvas(erases=True)
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)

    def send(self) -> int:
        """Send what differs. Returns its bytes."""
        return self.add(self.app.screen._compositor.render_update(full=True))

    def add(self, frame: object) -> int:
        """Send a frame. Returns its bytes."""
        if not isinstance(frame, LayoutUpdate | ChopsUpdate):
            return 0
        self.canvas.apply(frame, self.app.size, 0)
        sent = self.canvas.take(10**6)
        self._stream.feed(sent)
        return len(sent.encode())


@pytest.mark.parametrize("dimensions", SIZES)
@pytest.mark.parametrize("name", KEYS)
async def test_opening_and_closing_a_screen(dimensions: tuple[int, int], name: str) -> None:
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    session.change(**midway())
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=dimensions) as pilot:
        await until(pilot, lambda: app.link.state.is_known)
        wire = Wire(app, *dimensions)
        whole = wire.send()
        assert whole <= MOST * size(rows_of(wire.screen))
        for key in (KEYS[name], "escape"):
            before = [list(row) for row in rows_of(wire.screen)]
            await pilot.press(key)
            await pilot.pause()
            sent = wire.send()
            needed = size(rows_of(wire.screen), before)
            assert needed and sent <= MOST * needed, (key, sent, needed)


@pytest.mark.parametrize("dimensions", SIZES)
async def test_no_session(dimensions: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=dimensions):
        wire = Wire(app, *dimensions)
        assert wire.send() <= MOST * size(rows_of(wire.screen))


@pytest.mark.parametrize("dimensions", SIZES)
async def test_the_list_of_sessions_is_sent_once(
    dimensions: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All frames count: the empty screen, then the list. Some sessions take longer to read."""
    monkeypatch.setattr(library, "FIRST_LOOK_S", 60.0)  # a stalled machine is no reason to fail
    for number in range(12):
        recording = Recording(tmp_path).started().steps(100).evaluated()
        (recording.close if number % 3 else recording.finished)()
    backend = FakeBackend()
    backend.library = library.Library(tmp_path)
    backend.add("brisk-otter").change(**midway(state="paused"))
    app = make_app(backend, session="brisk-otter")
    async with app.run_test(size=dimensions) as pilot:
        await until(pilot, lambda: app.link.state.is_known)
        wire = Wire(app, *dimensions)
        wire.send()
        before = [list(row) for row in rows_of(wire.screen)]
        sent: list[int] = []
        monkeypatch.setattr(app, "_display", lambda _, frame: sent.append(wire.add(frame)))
        await pilot.press("o")
        await until(pilot, lambda: "12 sessions" in "".join(wire.screen.display))
        needed = size(rows_of(wire.screen), before)
        assert sum(sent) <= MOST_OF_FRAMES * needed, (sent, needed)


def test_a_part_of_the_list_is_shown_only_if_the_rest_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        Recording(tmp_path).started().steps(10).finished()
    now = [0.0]
    monkeypatch.setattr(library.time, "monotonic", lambda: now[0])

    def parts(each_s: float) -> list[int]:
        """The numbers of sessions shown while all are read, each in so many seconds."""
        shown: list[int] = []

        def slowly(home: str) -> Iterator[SessionSummary]:
            for one in summarise_each(home):
                now[0] += each_s
                yield one

        monkeypatch.setattr(summary, "summarise_each", slowly)
        library.Library(tmp_path).sessions(lambda found: shown.append(len(found)))
        return shown

    assert parts(0.04) == []
    assert parts(0.2) == [3]
    assert parts(1.0) == [1, 6]


async def test_a_view_that_closes_uncovers_the_newest_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Drawn first with the figures from before, the dashboard would be sent twice."""
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    session.change(**midway())
    app = make_app(backend, session="brisk-otter")
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.link.state.is_known)
        await pilot.press("z")
        await until(pilot, lambda: app.charts is not None)
        session.change(step=500)
        await until(pilot, lambda: app.link.state.step == 500)
        header = app.dashboard.query_one(StatusHeader)
        assert header.state.step == 412, "only what is on top is drawn"
        drawn: list[int] = []
        monkeypatch.setattr(app, "_display", lambda *_: drawn.append(header.state.step))
        await pilot.press("escape")
        await until(pilot, lambda: app.charts is None)
        assert drawn and set(drawn) == {500}
