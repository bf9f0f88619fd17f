"""The form and the set-up panel with a person's own data, as pictures.

After a wanted change: pytest --snapshot-update.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from app_fakes import FakeBackend, make_app, until
from setup_fakes import ARRAYS, FOLDER, TABLE, findings, photos
from textual.pilot import Pilot

from nanotrain_tui.app.widgets.setup_panel import BoardRegion, PlanRegion
from nanotrain_tui.drawing.setup.state import Findings

pytestmark = pytest.mark.slow

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 40), (200, 50)]
WHY = "There is no column 'spices'. Did you mean 'species'?"
REFUSED = findings({}, problem=WHY, key="data.target", pictures=(), python="", tensorflow="")


def shown(
    snap_compare: Compare, found: Findings, size: tuple[int, int], cursor: str = "data.path"
) -> bool:
    """The screen after a path was typed and the data was looked at."""
    backend = FakeBackend()
    app = make_app(backend)

    async def read(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.set_up.is_open)
        panel = app.dashboard.setup
        await until(pilot, lambda: panel.query_one(BoardRegion).board.source)
        backend.findings = found
        name = str(found.data.get("name", "csv"))
        app.model.accept_all({"data.name": name, "data.path": "/data/flowers.csv"})
        app.form_changed()
        app.dashboard.go_to(cursor)
        app.say("")
        await until(pilot, lambda: panel.query_one(PlanRegion).outlook.findings is found)
        await until(pilot, lambda: found is REFUSED or app.model.value("data.task") != "auto")
        await until(pilot, lambda: panel.query_one(PlanRegion).outlook.memory or found is REFUSED)

    return bool(snap_compare(app, terminal_size=size, run_before=read))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_table(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert shown(snap_compare, findings(TABLE, pictures=()), size)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_arrays(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert shown(snap_compare, findings(ARRAYS), size)


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: "x".join(map(str, size)))
def test_pictures(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert shown(snap_compare, findings(FOLDER), size)


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: "x".join(map(str, size)))
def test_augmented_pictures(snap_compare: Compare, size: tuple[int, int]) -> None:
    found = findings(FOLDER, pictures=photos(), augmented=photos(5))
    assert shown(snap_compare, found, size, "augment.shift")


def test_a_column_that_is_not_there(snap_compare: Compare) -> None:
    assert shown(snap_compare, REFUSED, (80, 24), "data.target")
