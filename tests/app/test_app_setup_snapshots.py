"""The screen before a session, as pictures. After a wanted change: pytest --snapshot-update."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from app_fakes import FakeBackend, make_app, until
from setup_fakes import DRAWN, findings
from textual.pilot import Pilot

from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.app.widgets import setup_panel
from nanotrain_tui.app.widgets.setup_panel import BoardRegion, PlanRegion
from nanotrain_tui.drawing.glyphs import ASCII
from nanotrain_tui.drawing.setup.state import Findings

Compare = Callable[..., bool]
SIZES = [(60, 18), (80, 24), (120, 40), (200, 50)]
FINDINGS = {
    "digits": findings(DRAWN),
    "refused": findings(
        problem="no Python with TensorFlow was found: /usr/bin/python3 has no TensorFlow. Name "
        "the Python that has it with --python PATH.",
        key="trainer.command",
        data={},
        pictures=(),
        python="",
        tensorflow="",
    ),
}


def shown(
    snap_compare: Compare, found: Findings, size: tuple[int, int] = (80, 24), theme: str = "dark"
) -> bool:
    """The screen with these findings and a board."""
    backend = FakeBackend()
    backend.findings = found
    app = make_app(backend, preferences=Preferences(theme=theme))

    async def read(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.set_up.is_open)
        panel = app.dashboard.setup
        await until(pilot, lambda: panel.query_one(PlanRegion).outlook.findings is not None)
        await until(pilot, lambda: panel.query_one(BoardRegion).board.source)

    return bool(snap_compare(app, terminal_size=size, run_before=read))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_mnist(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert shown(snap_compare, findings(), size)


@pytest.mark.parametrize("found", FINDINGS)
def test_findings(snap_compare: Compare, found: str) -> None:
    assert shown(snap_compare, FINDINGS[found])


@pytest.mark.parametrize("theme", ["light", "sixteen"])
def test_theme(snap_compare: Compare, theme: str) -> None:
    assert shown(snap_compare, findings(), theme=theme)


def test_no_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(snap_compare, findings())


def test_ascii(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_panel, "terminal_glyphs", lambda: ASCII)
    assert shown(snap_compare, findings(DRAWN))
