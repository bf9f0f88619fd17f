"""The live widgets in a running app: they show the newest state and write only what changed."""

from __future__ import annotations

from typing import Any

import pytest
from batches import Rows, batch_of
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.app.widgets.panels import (
    EventLog,
    MetricChart,
    StatusHeader,
    TelemetryPanel,
)
from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.run_state import LogLine, RunState


class Panels(App[None]):
    """All live widgets below each other, and what they asked to be written."""

    AUTO_FOCUS = ""  # a chart with the focus shows its cursor
    CSS = """
    MetricChart { height: 6; }
    TelemetryPanel { height: 7; }
    EventLog { height: 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.fold = Fold("mnist-12")
        self.rows = Rows()
        self.told = 0

    def compose(self) -> ComposeResult:
        yield StatusHeader(glyphs=UNICODE)
        for place in (0, 1):
            yield MetricChart(place, glyphs=UNICODE)
        yield TelemetryPanel(glyphs=UNICODE)
        yield EventLog(glyphs=UNICODE)

    def show(self) -> None:
        """Fold what the test recorded since and draw it."""
        self.fold.add(batch_of(self.rows[self.told :]))
        self.told = len(self.rows)
        for widget in self.query(LiveWidget):
            widget.update_state(self.fold.state())

    def screen_text(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Widget, tuple[Region, ...]]]:
    """Every refresh since the test cleared the list."""
    calls: list[tuple[Widget, tuple[Region, ...]]] = []
    refresh = Widget.refresh

    def spy(self: Widget, *regions: Region, **how: Any) -> Widget:
        calls.append((self, regions))
        return refresh(self, *regions, **how)

    monkeypatch.setattr(Widget, "refresh", spy)
    return calls


def begun(app: Panels) -> Rows:
    rows = app.rows.begin(steps=1000).steps([4.0, 3.0, 2.0]).evaluated(2.5, 0.4)
    return rows.sample(source="tegrastats", gpu_load_percent=50, ram_used_mb=1, ram_total_mb=4)


async def test_a_session_is_shown_in_every_panel() -> None:
    app = Panels()
    async with app.run_test(size=(80, 24)) as pilot:
        begun(app)
        app.show()
        await pilot.pause()
        text = app.screen_text()
    assert text[0].startswith("● running  mnist-12  step 3/1,000")
    assert text[1].startswith("test accuracy 40.00%  the best  loss 2.5  learning rate")
    assert "test 40.00%" in text[2] and "test 2.5" in text[8]
    assert text[14].startswith("─ Board ──") and text[15].startswith("GPU load")
    assert text[16].startswith("from tegrastats") and text[21].startswith("─ Events ──")
    assert "step 3: accuracy 40.00%" in text[23]
    assert {len(line) for line in text} == {80}


async def test_an_unchanged_state_writes_nothing(written: list[Any]) -> None:
    app = Panels()
    async with app.run_test(size=(80, 24)) as pilot:
        begun(app)
        app.show()
        await pilot.pause()
        written.clear()
        app.show()
        await pilot.pause()
        assert written == []


async def test_one_more_step_writes_a_few_cells(written: list[Any]) -> None:
    app = Panels()
    async with app.run_test(size=(80, 24)) as pilot:
        begun(app)
        app.show()
        await pilot.pause()
        written.clear()
        app.rows.steps([2.0])
        app.show()
        await pilot.pause()
        regions = [region for _, regions in written for region in regions]
        assert all(regions for _, regions in written)  # never a whole widget
        assert 0 < sum(region.area for region in regions) < 200
        assert not any(isinstance(widget, TelemetryPanel) for widget, _ in written)


async def test_what_is_written_in_parts_equals_what_is_drawn_at_once() -> None:
    async def drawn(*stops: int) -> list[str]:
        app = Panels()
        async with app.run_test(size=(80, 24)) as pilot:
            rows = begun(app)
            for step in range(300):
                rows.steps([2.0 / (step + 1)], [step / 300])
                if step % 50 == 0:
                    rows.evaluated(1.0 / (step + 1), step / 300).sample(
                        source="psutil", ram_used_mb=step, ram_total_mb=400
                    )
                if step in stops:
                    app.show()
                    await pilot.pause()
            app.show()
            await pilot.pause()
            return app.screen_text()

    assert await drawn(0, 1, 5, 20, 49, 100, 150, 151, 280) == await drawn()


async def test_a_resize_draws_anew_at_the_new_size() -> None:
    app = Panels()
    async with app.run_test(size=(80, 24)) as pilot:
        begun(app)
        app.show()
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        wide = app.screen_text()
        await pilot.resize_terminal(40, 24)
        await pilot.pause()
        narrow = app.screen_text()
    assert wide[0].rstrip().endswith("─") and {len(line) for line in wide} == {120}
    assert {len(line) for line in narrow} == {40}


async def test_the_log_follows_the_newest_until_somebody_scrolls_back() -> None:
    app = Panels()
    async with app.run_test(size=(80, 24)) as pilot:
        rows = begun(app)
        for i in range(20):
            rows.event("note", message=f"note {i}")
        app.show()
        await pilot.pause()
        assert "note 19" in app.screen_text()[23]
        log = app.query_one(EventLog)
        log.scroll_rows(2)
        log.page(1)
        await pilot.pause()
        before = app.screen_text()[22:24]
        assert "note 15" in before[0] and app.screen_text()[21].endswith("↓ 3 newer ")
        rows.event("note", message="note 20")
        app.show()
        await pilot.pause()
        assert app.screen_text()[22:24] == before  # the reader is left where they are
        assert app.screen_text()[21].endswith("↓ 4 newer ")
        log.oldest()
        await pilot.pause()
        assert "configured" in app.screen_text()[22]
        log.newest()
        await pilot.pause()
        assert "note 20" in app.screen_text()[23] and "newer" not in app.screen_text()[21]


def test_the_head_of_an_event_stays_where_there_is_no_room_for_all_of_it() -> None:
    log = EventLog(glyphs=UNICODE)
    texts = ["a first event that is too long for a row", "the newest event"]
    log.state = RunState(
        log=tuple(LogLine(i, 60.0 * i, 0, "note", text, "info") for i, text in enumerate(texts))
    )
    rows = ["".join(span.text for span in line) for line in log.draw(27, 3)]
    assert rows[1:] == [" 0:00 · a first event that…", " 1:00 · the newest event   "]
    rows = ["".join(span.text for span in line) for line in log.draw(27, 4)]
    assert rows[1] == " 0:00 · a first event that " and rows[3].startswith(" 1:00 · the newest")


async def test_an_entry_whose_beginning_is_hidden_keeps_its_head() -> None:
    app = Panels()
    async with app.run_test(size=(80, 24)) as pilot:
        begun(app).event("warned", message="word " * 60)  # more rows than the log has
        app.show()
        await pilot.pause()
        rows = app.screen_text()[22:]
        assert rows[0].startswith(" 0:00 ! word") and rows[1].startswith("        word")
        app.rows.event("note", message="note")
        app.show()
        await pilot.pause()
        rows = app.screen_text()[22:]
        assert rows[0].startswith(" 0:00 ! word") and rows[1].startswith(" 0:00 · note")


async def test_a_scrolled_log_stays_when_a_new_best_replaces_an_older_one() -> None:
    app = Panels()
    async with app.run_test(size=(80, 24)) as pilot:
        rows = begun(app)
        for i in range(9):
            rows.event("note", message=f"note {i}")
        rows.steps([1.0]).evaluated(1.0, 0.5).event("note", message="after")
        app.show()
        await pilot.pause()
        app.query_one(EventLog).scroll_rows(3)
        await pilot.pause()
        before = app.screen_text()[22:24]
        assert "note 6" in before[0]
        rows.steps([1.0]).evaluated(1.0, 0.6)
        app.show()
        await pilot.pause()
        assert app.screen_text()[22:24] == before


async def test_another_theme_recolours_without_a_new_state() -> None:
    app = Panels()
    async with app.run_test(size=(80, 24)) as pilot:
        begun(app)
        app.show()
        await pilot.pause()
        before = app.screen._compositor.render_strips()
        app.theme = "textual-light"
        await pilot.pause()
        after = app.screen._compositor.render_strips()
    assert [strip.text for strip in before] == [strip.text for strip in after]
    assert before[2] != after[2]
