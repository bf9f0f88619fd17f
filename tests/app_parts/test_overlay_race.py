"""Sessions behind the charts: a reading may arrive while another choice is being made."""

from types import SimpleNamespace
from typing import Any

from nanotrain_tui.app.handlers.overlay import OverlayActions
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.follow.run_state import RunState


def test_a_reading_of_a_session_that_was_just_removed_is_not_drawn() -> None:
    drawn: list[Any] = []
    link = SimpleNamespace(state=RunState(name="mine"))
    charts = SimpleNamespace(show_behind=drawn.append, view=ChartView())
    shell = SimpleNamespace(say=lambda *_, **__: None)
    actions = OverlayActions(shell, link, charts, None, lambda _: None)  # type: ignore[arg-type]
    actions._thread = SimpleNamespace(follow=lambda *_: None)  # type: ignore[assignment]
    assert actions._toggle("other") == ""
    actions.follow(link.state)
    actions.read([RunState(name="other", seq=1)], {}, {})
    assert [one.letter for one in drawn[-1]] == ["A"]
    assert actions._toggle("other") == ""  # its list closes after the next reading
    actions.read([RunState(name="other", seq=2)], {}, {})
    assert drawn[-1] == ()
