"""The dashboard draws any session there can be."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from app_fakes import FakeBackend, make_app, presets, until
from drawn_states import drawn_session
from hypothesis import example, given, settings
from random_sessions import PLAIN, SGD, STEADY, STORIES, UNSTARTED, Story, record

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.catalog import check, flatten
from nanotrain_tui.drawing.chart import draw_chart
from nanotrain_tui.drawing.chart_stack import draw_stack
from nanotrain_tui.drawing.chart_view import AXES, SCALES, ChartView
from nanotrain_tui.drawing.charts.table import main_charts, stacked
from nanotrain_tui.drawing.compare.overlay import Shown, draw_overlay
from nanotrain_tui.drawing.compare.tables import comparison
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs
from nanotrain_tui.drawing.lines import Line, width_of
from nanotrain_tui.drawing.lists.sessions import chosen, sorts
from nanotrain_tui.drawing.log import draw_event
from nanotrain_tui.drawing.status import draw_status
from nanotrain_tui.drawing.telemetry import draw_telemetry
from nanotrain_tui.follow.compare import runs
from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.slow

WIDTH, HEIGHT = 72, 20


def followed(folder: SessionFolder) -> RunState:
    follower = Follower(LocalSource(folder.path))
    try:
        state = follower.follow()
        while state.behind:
            state = follower.follow()
        return state
    finally:
        follower.close()


def lines_of(state: RunState, view: ChartView, glyphs: Glyphs) -> list[Line]:
    """All that the dashboard and the charts screen draw of a state."""
    upper, lower = main_charts(state, view)
    cursor = view.at(state.step)
    return [
        *draw_status(state, WIDTH, 2, glyphs),
        *draw_chart(upper, WIDTH, 7, glyphs),
        *draw_chart(lower, WIDTH, 7, glyphs, cursor),
        *draw_telemetry(state, WIDTH, 8, glyphs),
        *(row for line in state.log for row in draw_event(line, WIDTH, glyphs)),
        *draw_stack(state, view, stacked(state, view), WIDTH, HEIGHT, glyphs),
    ]


@given(STORIES, STORIES)
@example(SGD, PLAIN)
@example(UNSTARTED, SGD)
@settings(STEADY, max_examples=15)
def test_any_session_is_drawn_replayed_listed_and_compared(one: Story, other: Story) -> None:
    with TemporaryDirectory() as home:
        folders = [record(Path(home), story) for story in (one, other)]
        for folder in folders:
            check_drawn(folder)
        check_compared(home, [folder.name for folder in folders])


def check_drawn(folder: SessionFolder) -> None:
    state = followed(folder)
    for axis, scale, glyphs in zip(AXES, SCALES, (UNICODE, ASCII, UNICODE), strict=True):
        view = ChartView(axis=axis, scale=scale, smoothing=0.6, cursor=1)
        assert {width_of(line) for line in lines_of(state, view, glyphs)} <= {WIDTH}
    form = FormModel(check({}), presets())
    form.load(flatten(dict(state.config)))
    form.set_running(flatten(dict(state.config)))
    assert form.rows() and form.problem is None
    with SessionReader(folder) as reader:
        replay = Replay(reader, lambda: 0.0, 1.0)
        replay.play()
        assert lines_of(replay.state(), ChartView(), UNICODE)


def check_compared(home: str, names: list[str]) -> None:
    library = Library(Path(home))
    found = library.compare(names).read()
    assert comparison(found, 80)
    for metric in runs.metric_parts(found):
        for axis in runs.AXES:
            lines = draw_overlay(found, Shown(metric, axis), WIDTH, HEIGHT, UNICODE)
            assert {width_of(line) for line in lines} == {WIDTH}
    summaries = library.sessions(lambda _: None)
    for sort in sorts(summaries):
        assert len(chosen(summaries, "", sort)) == 2
    assert {width_of(drawn_session(one, 80, UNICODE, True, ())) for one in summaries} == {80}


@pytest.mark.parametrize("story", [SGD, PLAIN, UNSTARTED])
async def test_the_real_dashboard_shows_it(tmp_path: Path, story: Story) -> None:
    state = followed(record(tmp_path, story))
    backend = FakeBackend()
    session = backend.add(state.name, state=state.state)
    session._state = state
    app = make_app(backend, session=state.name)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state == state)
        for key in ("z", "y", "b", "m", "z"):
            await pilot.press(key)
        await pilot.pause()
        assert app.model.value("optimizer.name") == state.config["optimizer"]["name"]
