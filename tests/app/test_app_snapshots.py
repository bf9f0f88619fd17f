"""The screens as pictures, at three sizes. After a wanted change: pytest --snapshot-update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, midway, presets, until
from textual.pilot import Pilot

from nanotrain_tui.app.source.ports import Preferences
from nanotrain_tui.follow.run_state import Diverged, LogLine, Preparing

pytestmark = pytest.mark.slow

SIZES = [pytest.param(size, id=f"{size[0]}x{size[1]}") for size in ((80, 24), (120, 40), (200, 50))]
Compare = Callable[..., bool]

STARTING: dict[str, Any] = {
    "state": "starting",
    "preparing": Preparing("drawing digits", 0.4),
    "log": (LogLine(1, 0.0, 0, "configured", "configured by maker@nano", "info"),),
}
DIVERGED = midway(
    state="paused",
    samples_per_s=None,
    eta_s=None,
    diverged=Diverged(412, "loss", "nan", "pause", "step-000000400.npz"),
)
PAUSED = midway(state="paused", samples_per_s=None, eta_s=None)
FINISHED = midway(state="finished", step=1000, samples_per_s=None, eta_s=None)
FAILED = midway(
    state="failed",
    samples_per_s=None,
    eta_s=None,
    log=(
        LogLine(1, 4.2, 0, "ready", "TensorFlow 2.16.1 on the CPU", "info"),
        LogLine(2, 9.9, 412, "crashed", "the kernel ended the trainer: out of memory", "error"),
    ),
)
STATES = {
    "starting": STARTING,
    "running": midway(),
    "paused": PAUSED,
    "diverged": DIVERGED,
    "finished": FINISHED,
    "failed": FAILED,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", STATES)
def test_session(snap_compare: Compare, size: tuple[int, int], state: str) -> None:
    assert compare(snap_compare, size, STATES[state])


def test_editor_with_a_refused_value(snap_compare: Compare) -> None:
    keys = ["down", "down", "down", "enter", *"x", "enter"]
    assert compare(snap_compare, (80, 24), midway(), keys)


def test_values_that_differ_and_one_that_cannot_run(snap_compare: Compare) -> None:
    async def edit(pilot: Pilot[None]) -> None:
        model = pilot.app.model  # type: ignore[attr-defined]
        model.accept("model.hidden", "512 relu, 256 tanh")
        model.accept("model.output", "linear")
        pilot.app.dashboard.form.go_to("loss.name")  # type: ignore[attr-defined]
        pilot.app.dashboard.reload_form()  # type: ignore[attr-defined]

    assert compare(snap_compare, (80, 24), midway(), before=edit)


@pytest.mark.parametrize("size", SIZES)
def test_staged_values_and_what_needs_a_restart(
    snap_compare: Compare, size: tuple[int, int]
) -> None:
    keys = ["f", "l", "e", *"/2", "enter", "f", "h", "plus", "f", "a"]
    assert compare(snap_compare, size, midway(), keys)


@pytest.mark.parametrize("size", SIZES)
def test_the_cursor_on_an_edit(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert compare(snap_compare, size, midway(), ["tab", "tab", "up", "up"])


@pytest.mark.parametrize("theme", ["light", "high-contrast", "sixteen"])
def test_theme(snap_compare: Compare, theme: str) -> None:
    assert compare(snap_compare, (80, 24), midway(), theme=theme)


def test_no_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare(snap_compare, (80, 24), midway(), ["f4"])


@pytest.mark.parametrize("size", SIZES)
def test_the_form_beside_the_charts(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert compare(snap_compare, size, midway(), ["f", "l"])


def test_too_small(snap_compare: Compare) -> None:
    assert compare(snap_compare, (50, 10), midway())


def compare(
    snap_compare: Compare,
    size: tuple[int, int],
    fields: dict[str, Any],
    keys: list[str] | None = None,
    theme: str = "dark",
    before: Callable[[Pilot[None]], Any] | None = None,
) -> bool:
    """One attached session in that state, after these keys."""
    backend = FakeBackend()
    backend.add("brisk-otter", **presets()[0].values).change(**fields)
    app = make_app(backend, session="brisk-otter", preferences=Preferences(theme=theme))

    async def prepare(pilot: Pilot[None]) -> None:
        await until(
            pilot, lambda: app.link.state.state == fields["state"] and app.link.state.seq > 1
        )
        app.say("Attached to brisk-otter.", "good")
        if before is not None:
            await before(pilot)
        await pilot.press(*(keys or []))
        await pilot.pause()

    return bool(snap_compare(app, terminal_size=size, run_before=prepare))
