"""Every screen costs about as few bytes as its cells need; see ``benchmarks/wire/shortest.py``."""

from __future__ import annotations

import pyte
import pytest
from app_fakes import FakeBackend, make_app, midway, until

from benchmarks.wire.shortest import rows_of, size
from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.terminal.canvas import Canvas
from nanotrain_tui.app.widgets.panels import StatusHeader

SIZES = [pytest.param(size, id=f"{size[0]}x{size[1]}") for size in ((80, 24), (120, 40), (200, 50))]
MOST = 1.0  # times the bytes of the shortest output row by row; the goal is 1.3
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
        frame = self.app.screen._compositor.render_update(full=True)
        self.canvas.apply(frame, self.app.size, 0)  # type: ignore[arg-type]
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
