"""A replay on the dashboard: its keys, and that it shows what was shown live."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from app_fakes import FakeBackend, make_app, message, until
from recorded import Recording, tutorial_run
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.source.ports import Reply, Source, Watch
from nanotrain_tui.app.source.replay_source import ReplaySource
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.folder import SessionFolder

pytestmark = pytest.mark.slow

SIZES = [(80, 24), (120, 40)]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Shown:
    """A source that shows one state, as a live session or a replay would at that moment."""

    def __init__(self, state: RunState) -> None:
        self.state = state
        self.name = state.name

    def follow(self) -> RunState:
        return self.state

    def channel(self) -> Shown:
        return self

    def send(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        return Reply(True)

    def close(self) -> None: ...


@asynccontextmanager
async def dashboard(
    first: RunState, size: tuple[int, int]
) -> AsyncIterator[Callable[[RunState], Awaitable[list[str]]]]:
    """A dashboard; the function shows a state and returns the rows that a replay shows as live.

    These are the figures, the form, the charts and, unless the events are beside them, the gauges.
    A replay has a banner in the first row, and its scrubber takes a row of the events.
    """
    backend = FakeBackend()
    source = Shown(first)
    backend.sessions[source.name] = source  # type: ignore[assignment]
    app = make_app(backend, session=source.name)

    async def cells(state: RunState) -> list[str]:
        source.state = state
        await until(pilot, lambda: app.link.state == state)
        strips = app.screen._compositor.render_strips()
        rows = [repr([(part.text, str(part.style)) for part in strip]) for strip in strips]
        return rows[1 : -5 if size == SIZES[0] else -13]

    async with app.run_test(size=size) as pilot:
        yield cells


@pytest.mark.parametrize("size", SIZES)
async def test_a_replay_equals_the_live_screen_cell_for_cell(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    recording = Recording(tmp_path)
    live: dict[int, list[str]] = {}
    follower = Follower(LocalSource(recording.folder.path))
    with recording.alive():
        recording.started(steps=2000)
        async with dashboard(follower.follow(), size) as cells:
            for turn in range(8):
                recording.steps(90, losses={50: float("nan")} if turn == 1 else {})
                recording.t += 0.9
                body = {"source": "tegrastats", "gpu_load_percent": 10 * turn,
                        "ram_used_mb": 900 + turn,
                        "ram_total_mb": 3964, "power_total_mw": 4000 + 100 * turn}  # fmt: skip
                recording.recorder.sample(recording.t, recording.step, body)
                recording.evaluated(loss=2.0 - turn / 5, accuracy=turn / 10)
                if turn == 3:
                    recording.event("paused", who="ann@nano")
                    recording.t += 5.0
                    recording.event("resumed", who="ann@nano")
                if turn == 4:
                    changes = {"optimizer.learning_rate": [0.0001, 0.00005]}
                    recording.event("edited", who="ann@nano", changes=changes)
                if turn == 5:
                    recording.begin(from_step=200)
                    recording.event("started", steps=2000, batch_size=100)
                state = follower.follow()
                live[state.seq] = await cells(state)
    follower.close()
    assert len({str(rows) for rows in live.values()}) == 8
    folder = recording.finished()  # compacted now
    replayed = ReplaySource(folder, clock=Clock())
    replayed.command("replay", {"what": "toggle"})
    async with dashboard(replayed.follow(), size) as cells:
        for seq, shown in live.items():
            replayed._replay.seek_seq(seq)
            state = replayed.follow()
            assert state.replay is not None and state.seq == seq
            assert await cells(state) == shown
    replayed.close()


class Player:
    """The app on a replay of the tutorial's run, 1000 steps in one second, at a clock's speed."""

    def __init__(self, home: Path) -> None:
        self.folder: SessionFolder = tutorial_run(home)
        self.clock = Clock()
        self.backend = FakeBackend()
        self.backend.add("mnist-1", state="finished")
        self.backend.replays["mnist-1"] = lambda watch: ReplaySource(
            self.folder, watch.speed, watch.begin, self.clock
        )

    def app(self, watch: Watch | None = None, **kwargs: Any) -> NanotrainApp:
        return make_app(self.backend, watch=watch, **kwargs)


async def at_step(pilot: Pilot[None], app: NanotrainApp, step: int) -> None:
    await until(pilot, lambda: app.link.state.replay and app.link.state.step == step)


async def test_the_keys_of_a_replay(tmp_path: Path) -> None:
    player = Player(tmp_path)
    app = player.app(Watch("mnist-1", 1.0, "50%"))
    async with app.run_test(size=(80, 24)) as pilot:
        await at_step(pilot, app, 500)
        assert app.dashboard.query_one("#scrubber").display

        def footer() -> str:
            return str(app.dashboard.query_one("#keys").render())

        keys = footer()
        assert "Space pause" in keys and "<> speed" in keys and "W return" in keys
        assert "▶ replay: " in shown(app)
        await pilot.press("space")
        await until(pilot, lambda: app.link.state.replay and not app.link.state.replay.playing)
        await until(pilot, lambda: "Space play" in footer())
        await pilot.press(">", ">")
        await until(pilot, lambda: app.link.state.replay and app.link.state.replay.speed == 4.0)
        await pilot.press("}")
        await at_step(pilot, app, 510)
        await pilot.press("{", "{")
        await at_step(pilot, app, 490)
        await pilot.press("]")
        await at_step(pilot, app, 1000)
        await pilot.press("colon", *"250", "enter")
        await at_step(pilot, app, 250)
        assert app.model.value("optimizer.name") == "adam"


async def test_a_replay_cannot_be_steered(tmp_path: Path) -> None:
    player = Player(tmp_path)
    app = player.app(Watch("mnist-1"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.replay)
        for key in ("s", "c", "r", "F", "R"):
            await pilot.press(key)
            assert "cannot change a replay" in message(app), key
        assert not player.backend.started


async def test_from_the_session_to_its_replay_and_back(tmp_path: Path) -> None:
    player = Player(tmp_path)
    app = player.app(session="mnist-1")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.name == "mnist-1" and app.link.state.seq)
        await pilot.press("W")
        await until(pilot, lambda: app.link.state.replay)
        assert app.link.state.replay and app.link.state.replay.speed == 1.0
        await pilot.press("W")
        await until(pilot, lambda: app.link.state.replay is None and app.link.state.ended)


async def test_a_recording_that_is_not_there_is_said(tmp_path: Path) -> None:
    app = make_app(FakeBackend(), watch=Watch("gone-1"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "no recording" in message(app))
        assert not app.link.watching


async def test_while_a_replay_opens_the_session_takes_no_keys(tmp_path: Path) -> None:
    player = Player(tmp_path)
    opens = threading.Event()
    play = player.backend.replays["mnist-1"]

    def slowly(watch: Watch) -> Source:
        opens.wait(30)
        return play(watch)

    player.backend.replays["mnist-1"] = slowly
    app = player.app(session="mnist-1")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.link.state.seq)
        await pilot.press("W")
        await pilot.press("F")
        assert "There is no session yet" in message(app)
        opens.set()
        await until(pilot, lambda: app.link.state.replay)
        assert not app.link.launching


def shown(app: NanotrainApp) -> str:
    """The text of the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)
