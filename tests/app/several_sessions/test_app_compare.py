"""The comparison on the dashboard: it follows running sessions, and has a cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_fakes import FakeBackend, make_app, until
from recorded import Recording, tutorial_run
from textual.events import MouseScrollDown
from textual.pilot import Pilot
from textual.strip import Strip

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.screens.compare import CompareScreen, Report
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.screens.sessions import SessionsScreen
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.widgets.bars import MessageLine
from nanotrain_tui.app.widgets.overlay import Overlay
from nanotrain_tui.drawing.backdrop import LETTERS
from nanotrain_tui.drawing.chart_view import SCALES

pytestmark = pytest.mark.slow

SIZE = (80, 24)


def text(app: NanotrainApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def compared(pilot: Pilot[None], home: Path, *names: str) -> NanotrainApp:
    """The app with a comparison of these sessions, which is read as often as possible."""
    app = pilot.app
    assert isinstance(app, NanotrainApp)
    await app.push_screen(CompareScreen(Library(home), names, every_s=0.01))
    await until(pilot, lambda: "differ" in text(app))
    return app


def app_of() -> NanotrainApp:
    return make_app(FakeBackend(), preferences=Preferences(theme="dark"))


def evaluated(made: Recording, *accuracies: float) -> None:
    for accuracy in accuracies:
        made.steps(100).evaluated(loss=1 - accuracy, accuracy=accuracy)
    made.recorder.commit()


@pytest.fixture
def live(tmp_path: Path) -> Recording:
    """``mnist-2``, beside ``mnist-1`` that has ended at step 1,000."""
    tutorial_run(tmp_path)
    made = Recording(tmp_path, optimizer__name="sgd").started()
    evaluated(made, 0.5, 0.7)
    return made


async def test_a_running_session_is_followed_until_it_ends(live: Recording, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        with live.alive():
            await compared(pilot, tmp_path, "mnist-1", "mnist-2")
            await until(pilot, lambda: "70.00%" in text(app))
            evaluated(live, 0.8)
            await until(pilot, lambda: "80.00%" in text(app))
            live.event("finished")
            live.recorder.commit()
        evaluated(live, 0.95)
        await until(pilot, lambda: not any(worker.is_running for worker in app.workers))
        await pilot.press("escape")
        assert not isinstance(app.screen, CompareScreen)


async def test_while_a_session_runs_the_axis_grows_seldom(live: Recording, tmp_path: Path) -> None:
    app = app_of()

    def ends(pilot: Pilot[None]) -> str:
        return text(app).splitlines()[app.screen.query_one(Overlay).size.height - 1].split("─ ")[-1]

    async with app.run_test(size=SIZE) as pilot:
        with live.alive():
            await compared(pilot, tmp_path, "mnist-2", "mnist-2")
            assert ends(pilot) == "200 steps"
            evaluated(live, 0.8)
            await until(pilot, lambda: "80.00%" in text(app))
            assert ends(pilot) == "320 steps"
            live.steps(15)
            live.recorder.commit()
            shown = app.screen.query_one(Overlay)
            await until(pilot, lambda: shown.runs[0].summary.step == 315)
            assert ends(pilot) == "320 steps"
            await pilot.press("b")
            assert ends(pilot).strip() == "1:00"
            live.event("finished")
            live.recorder.commit()
        await until(pilot, lambda: not shown.runs[0].summary.is_live)
        await pilot.press("b", "b")
        assert ends(pilot) == "315 steps", "an ended one fills the axis"


async def test_the_screen_can_be_left_while_a_session_runs(live: Recording, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        with live.alive():
            await compared(pilot, tmp_path, "mnist-1", "mnist-2")
            await pilot.press("escape")
            await until(pilot, lambda: not any(worker.is_running for worker in app.workers))


async def test_a_session_that_goes_away_is_said(live: Recording, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await app.push_screen(CompareScreen(Library(tmp_path), ["mnist-1", "mnist-7"]))
        await until(pilot, lambda: "mnist-7" in text(app))


async def test_the_cursor_reads_the_values_and_their_differences(
    live: Recording, tmp_path: Path
) -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await compared(pilot, tmp_path, "mnist-1", "mnist-2")
        assert "test accuracy by step  A mnist-1  B mnist-2" in text(app)
        overlay = app.screen.query_one(Overlay)
        await pilot.press("left")
        head = text(app).splitlines()[0]
        assert head.startswith("step 993  A 94.74%") and "  B 70.00% -" in head
        await pilot.press("home")
        assert text(app).startswith("step 7  A 10.00%")
        await pilot.click(overlay, offset=(6 + 40, 3))
        await pilot.pause()
        assert text(app).splitlines()[3][6 + 40] != " " and overlay.cursor is not None
        assert int(overlay.cursor / 1000 * 74) == 40
        await pilot.click(overlay, offset=(2, 3))
        assert int((overlay.cursor or 0) / 1000 * 74) == 40, "a label is no place of the axis"
        await pilot.press("b")
        assert overlay.cursor is None, "another axis has other places"
        await pilot.press("left", "end")
        assert overlay.cursor is None and "test accuracy by time" in text(app)


async def test_the_cursor_goes_to_events_and_tells_them(live: Recording, tmp_path: Path) -> None:
    live.event("edited", who="ann@nano", changes={"model.dropout": [0.0, 0.3]})
    evaluated(live, 0.8)
    live.event("paused", who="bob@nano")
    live.recorder.commit()
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await compared(pilot, tmp_path, "mnist-1", "mnist-2")

        def said() -> str:
            return str(app.screen.query_one(MessageLine).render()).strip()

        await pilot.press("left_square_bracket")
        assert said().startswith("B ‖ step 300") and "bob@nano" in said()
        await pilot.press("left_square_bracket")
        head = text(app).splitlines()[0]
        assert head.startswith("step 200  ") and "B 70.00%" in head, "the values at the event"
        assert said().startswith("B ▲ step 200") and "dropout off → 0.3 by ann@nano" in said()
        await pilot.press("left_square_bracket")
        assert said() == "There is no event before this."
        await pilot.press("right")
        assert said().endswith("no event.")
        await pilot.press("end")
        assert said() == "", "there is no cursor any more"
        await pilot.press("home", "right_square_bracket", "right_square_bracket")
        assert said().startswith("B ‖ step 300")


async def test_the_keys_and_signs_are_explained(live: Recording, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(80, 40)) as pilot:
        await compared(pilot, tmp_path, "mnist-1", "mnist-2")
        await pilot.press("question_mark")
        await until(pilot, lambda: "Keys of the comparison" in text(app))
        for told in (
            "Go to the previous or next event",
            "An edit took effect.",
            "colours of the tables",
        ):
            assert told in text(app)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen))
        await pilot.press("escape")
        assert not isinstance(app.screen, CompareScreen)


async def test_the_table_has_the_differences(live: Recording, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await compared(pilot, tmp_path, "mnist-1", "mnist-2")
        rows = text(app).splitlines()
        head = next(row for row in rows if "best accuracy" in row)
        (second,) = (row for row in rows if row.startswith(" B mnist-2 "))
        at = head.index("vs A")
        assert second[at:].startswith("-2") and "to 70%" in head


async def test_a_session_has_one_colour_in_the_chart_the_legend_and_the_tables(
    live: Recording, tmp_path: Path
) -> None:
    """Eight sessions, in a theme of 24-bit colours: each has a colour of its own."""
    names = ["mnist-1", "mnist-2"]
    for i in range(6):
        made = Recording(tmp_path, optimizer__learning_rate=10.0 ** -(i + 1)).started()
        evaluated(made, 0.1 * i + 0.05, 0.1 * i + 0.1)
        names.append(made.finished().name)
    app = app_of()
    async with app.run_test(size=(200, 50)) as pilot:
        await compared(pilot, tmp_path, *names)
        rows = app.screen._compositor.render_strips()
        below = app.screen.query_one(Overlay).size.height
        found = []
        for index, name in enumerate(names):
            letter = LETTERS[index]
            legend = colors_of(rows[:1], f"{letter} {name}")
            curve = colors_of(rows[1 : below - 1], letter)
            table = colors_of(rows[below:], f"{letter} {name}")
            assert len(legend) == 1 and legend == table == curve, (name, legend, curve, table)
            found += legend
        assert len(set(found)) == 8


def colors_of(rows: list[Strip], text: str) -> set[object]:
    """The colours of a text, wherever it is."""
    return {
        segment.style.color
        for row in rows
        for segment in row
        if text in segment.text and segment.style is not None
    }


async def test_the_wheel_scrolls_the_tables_and_not_the_curves(
    live: Recording, tmp_path: Path
) -> None:
    app = app_of()
    async with app.run_test(size=(80, 12)) as pilot:
        await compared(pilot, tmp_path, "mnist-1", "mnist-2")
        report, overlay = app.screen.query_one(Report), app.screen.query_one(Overlay)
        await pilot._post_mouse_events([MouseScrollDown], overlay, (10, 1))
        await pilot.pause()
        assert report.scroll_offset.y == 0
        await pilot._post_mouse_events([MouseScrollDown], report, (10, 1))
        await until(pilot, lambda: report.scroll_offset.y > 0)


async def test_the_keys_at_the_bottom_can_be_clicked(live: Recording, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        sessions = SessionsScreen(Library(tmp_path))
        await app.push_screen(sessions)
        await until(pilot, lambda: "2 sessions" in text(app))
        keys = text(app).splitlines()[-1]
        await pilot.click("#session-keys", offset=(keys.index("sort"), 0))
        await until(pilot, lambda: isinstance(app.screen, PickList))
        await pilot.press("escape")
        await compared(pilot, tmp_path, "mnist-1", "mnist-2")
        keys = text(app).splitlines()[-1]
        await pilot.click("#compare-keys", offset=(keys.index("scale"), 0))
        assert app.screen.query_one(Overlay).view.scale == SCALES[1]
        await pilot.click("#compare-keys", offset=(keys.index("back"), 0))
        await until(pilot, lambda: app.screen is sessions)
