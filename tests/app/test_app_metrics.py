"""The dashboard on sessions whose trainers report other metrics than ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from app_fakes import FakeBackend, make_app, message, until
from declared_sessions import SCORE, SEGMENTATION, followed, record_declared
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.screens.compare import CompareScreen
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.screens.sessions import SessionsScreen
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.follow.run_state import Diverged
from nanotrain_tui.session.metrics import MOST_METRICS, TEST, TRAINING, UP, Metric

pytestmark = pytest.mark.slow

MANY = [Metric(f"m{n}", f"Metric {n}", "", UP, on=(TRAINING, TEST)) for n in range(MOST_METRICS)]
WIDE = [
    Metric("精度" * 60, "精度" * 60, on=(TRAINING, TEST)),
    Metric("e\u0301" * 60, "e\u0301" * 60),
]
SIZE = (80, 24)


class Declared:
    """An app on a recorded session, beside others in its list."""

    def __init__(self, home: Path, *declarations: Sequence[Metric]) -> None:
        folders = [
            record_declared(home, metrics, f"task{n}") for n, metrics in enumerate(declarations)
        ]
        self.backend = FakeBackend()
        self.backend.library = Library(home)
        self.states = {folder.name: followed(folder) for folder in folders}
        for name, state in self.states.items():
            self.backend.add(name, state=state.state)._state = state
        self.name = folders[0].name
        self.app: NanotrainApp = make_app(self.backend, session=self.name)

    async def ready(self, pilot: Pilot[None], *keys: str) -> None:
        await until(pilot, lambda: self.app.link.state == self.states[self.name])
        await self.press(pilot, *keys)

    async def press(self, pilot: Pilot[None], *keys: str) -> None:
        await pilot.press(*keys)
        await pilot.pause()
        await pilot.pause()

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_loss_mae_and_iou_stand_in_the_charts(tmp_path: Path) -> None:
    declared = Declared(tmp_path, SEGMENTATION)
    async with declared.app.run_test(size=SIZE) as pilot:
        await declared.ready(pilot)
        assert "IoU  ⢴⠤ validation 83.33%  best 83.33%" in declared.text
        assert "Loss  ⠤⠤ training 1.33  ⢴⠤ validation 1.33  best 1.33" in declared.text
        assert "tested 83.33%" in declared.text
        await declared.press(pilot, "tab")
        assert "IoU at step 200  ⢴⠤ validation 83.33%" in declared.text
        await declared.press(pilot, "z")
        for text in ("1 Loss", "2 MAE", "⠤⠤ 1.33 mm", "3 IoU", "⢴⠤ 83.33%"):
            assert text in declared.text
        await declared.press(pilot, "2")
        assert message(declared.app) == "MAE is hidden. Press 2 again to undo."
        await declared.press(pilot, "y")
        assert message(declared.app) == "The y axes begin at 0. Arrows mark values outside."
        await declared.press(pilot, "9")
        assert message(declared.app) == "There is no chart 9. This session has 7 charts."


async def test_score_alone_has_one_chart(tmp_path: Path) -> None:
    declared = Declared(tmp_path, SCORE)
    async with declared.app.run_test(size=SIZE) as pilot:
        await declared.ready(pilot)
        assert "Score  ⠤⠤ training 0.833  best 0.833" in declared.text
        upper, lower = declared.app.dashboard.query("MetricChart")
        assert upper.display and not lower.display
        await declared.press(pilot, "F")
        await until(pilot, lambda: isinstance(declared.app.screen, PickList))
        assert "not tested" in declared.text
        await declared.press(pilot, "escape", "z")
        assert "1 Score" in declared.text
        await declared.press(pilot, "1")
        assert message(declared.app) == "Cannot hide Score: it is the only chart."


async def test_a_chart_that_goes_hands_its_focus_on(tmp_path: Path) -> None:
    declared = Declared(tmp_path, SEGMENTATION, SCORE)
    app = declared.app
    async with app.run_test(size=SIZE) as pilot:
        await declared.ready(pilot, "tab", "tab")
        assert app.focused is not None and app.focused.id == "lower-chart"
        app.link.attach(next(name for name in declared.states if name != declared.name))
        await until(pilot, lambda: app.link.state.name != declared.name and app.link.state.step)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "upper-chart")


async def test_a_checkpoint_is_listed_with_what_it_is_chosen_by(tmp_path: Path) -> None:
    loss, mae, iou = SEGMENTATION
    for metrics, result in (([mae, loss], "MAE 1.333 mm"), ([loss, iou], "83.33%")):
        declared = Declared(tmp_path / metrics[0].name, metrics)
        async with declared.app.run_test(size=SIZE) as pilot:
            await declared.ready(pilot, "F")
            await until(pilot, lambda app=declared.app: isinstance(app.screen, PickList))
            assert result in declared.text


async def test_the_list_sorts_by_any_metric_and_compares(tmp_path: Path) -> None:
    score = SCORE[0]._replace(on=(TRAINING, TEST))
    declared = Declared(tmp_path, SEGMENTATION, [score])
    async with declared.app.run_test(size=SIZE) as pilot:
        await declared.ready(pilot, "o")
        screen = declared.app.screen
        assert isinstance(screen, SessionsScreen)
        await until(pilot, lambda: len(screen.rows.shown) == 2)
        await declared.press(pilot, "home")
        seen, first = [], {}
        await declared.press(pilot, "s")
        for _ in range(16):
            assert isinstance(declared.app.screen, PickList)
            here = declared.app.screen.rows.here
            assert here is not None
            sort = here.name
            seen.append(sort)
            first[sort] = screen.rows.shown[0].name
            await declared.press(pilot, "down")
        await declared.press(pilot, "escape")
        assert {"best IoU", "least loss", "least MAE", "best score"} <= set(seen)
        assert first["best IoU"] == first["least MAE"] == "task0-1"
        assert first["best score"] == "task1-1"
        await declared.press(pilot, "home", "space", "space", "c")
        await until(pilot, lambda: isinstance(declared.app.screen, CompareScreen))
        await until(pilot, lambda: "at step" in declared.text)
        titles = []
        for _ in range(7):
            titles.append(declared.text.splitlines()[0].split(" by step")[0].strip())
            await declared.press(pilot, "m")
        assert {"validation IoU", "validation MAE", "MAE", "score", "test score"} <= set(titles)


async def test_of_many_metrics_all_charts_can_be_seen(tmp_path: Path) -> None:
    declared = Declared(tmp_path, MANY)
    async with declared.app.run_test(size=SIZE) as pilot:
        await declared.ready(pilot, "d", "z")
        assert "Charts 1 to 3 of 64. d: more." in message(declared.app)
        seen = set()
        for _ in range(MOST_METRICS // 3 + 1):
            seen |= {n for n in range(MOST_METRICS) if f" Metric {n} " in declared.text}
            await declared.press(pilot, "d")
        assert seen == set(range(MOST_METRICS))


@pytest.mark.parametrize("metrics", [MANY, WIDE, [WIDE[0]._replace(on=(TEST,))]])
async def test_every_screen_opens(tmp_path: Path, metrics: Sequence[Metric]) -> None:
    declared = Declared(tmp_path, metrics, SCORE)
    app = declared.app
    session = declared.backend.sessions[declared.name]
    async with app.run_test(size=SIZE) as pilot:
        await declared.ready(pilot, "tab", "home", "plus", "m", "y", "z", "y", "b", "1", "z", "F")
        await until(pilot, lambda: isinstance(app.screen, PickList))
        await declared.press(pilot, "escape", "o")
        screen = app.screen
        assert isinstance(screen, SessionsScreen)
        await until(pilot, lambda: len(screen.rows.shown) == 2)
        await declared.press(pilot, "home", "space", "space", "c")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen))
        await until(pilot, lambda: "  time" in declared.text)
        await declared.press(pilot, "m", "b", "escape", "escape")
        diverged = Diverged(150, metrics[0].name, "nan", "pause", "")
        session.change(state="paused", diverged=diverged)
        await until(pilot, lambda: "is nan since step 150" in declared.text)
