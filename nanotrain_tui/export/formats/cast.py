"""The dashboard on a session, replayed, as an asciicast: https://docs.asciinema.org/manual/asciicast/v2/

The real app draws it, without a terminal and without a clock: time is what the frames say it is.
"""

from __future__ import annotations

import asyncio
import json
import math
import signal
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TextIO

from nanotrain_tui.export.registry import ExportError, Options, TextFormat
from nanotrain_tui.session.recording.reader import SessionReader

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp
    from nanotrain_tui.export.terminal import Row

FRAMES_A_SECOND = 8
MOST_FRAMES = 1200  # of 20 ms each to draw; a longer cast has fewer a second
IDLE_S = 5  # a player is asked to cut what is longer
HOLD_S = 2  # the last picture stays
LARGEST = 400  # columns or rows
SLOWEST, FASTEST = 1e-6, 1e6  # beyond, times are no numbers any more
_ENDING = (signal.SIGTERM, signal.SIGHUP)


def write(reader: SessionReader, out: TextIO, options: Options) -> None:
    """The header, then a line a frame that differs. Raises ExportError, RecordingError."""
    _check_size(options.size)
    _check_speed(options.speed)
    asyncio.run(_write(reader, out, options))


def _check_size(size: tuple[int, int]) -> None:
    from nanotrain_tui.app.screens.dashboard import LEAST_HEIGHT, LEAST_WIDTH

    width, height = size
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        least = f"{LEAST_WIDTH}x{LEAST_HEIGHT}"
        raise ExportError("cast", f"--size {width}x{height} is too small: {least} at least.")
    if max(size) > LARGEST:
        most = f"{LARGEST}x{LARGEST}"
        raise ExportError("cast", f"--size {width}x{height} is too large: {most} at most.")


def _check_speed(speed: float) -> None:
    if not SLOWEST <= speed <= FASTEST:  # not a number is neither
        raise ExportError("cast", f"--speed {speed:g}: from {SLOWEST:g} to {FASTEST:g}, please.")


async def _write(reader: SessionReader, out: TextIO, options: Options) -> None:
    from nanotrain_tui.export.terminal import changes

    before: list[Row] = []
    at = 0.0
    async with aclosing(_frames(reader, options)) as frames:
        async for at, screen in frames:
            if not before:
                _line(out, _header(reader, options))
            written = changes(before, screen)
            if written:
                _line(out, [round(at, 6), "o", written])
            before = screen
    _line(out, [round(at + HOLD_S, 6), "o", ""])


def _line(out: TextIO, value: Any) -> None:
    out.write(json.dumps(value) + "\n")


def _header(reader: SessionReader, options: Options) -> dict[str, Any]:
    width, height = options.size
    return {
        "version": 2,
        "width": width,
        "height": height,
        "idle_time_limit": IDLE_S,
        "title": f"nanotrain: {reader.folder.name}, {options.speed:g} times as fast",
        "env": {"TERM": "xterm-256color"},
    }


async def _frames(
    reader: SessionReader, options: Options
) -> AsyncGenerator[tuple[float, list[Row]], None]:
    """When, in seconds of playing, and what the screen shows then."""
    from nanotrain_tui.export.terminal import cells_of
    from nanotrain_tui.follow.replay import Replay

    now = 0.0
    replay = Replay(reader, lambda: now, options.speed)
    replay.play()
    length = replay.end_t / options.speed
    count = max(1, min(MOST_FRAMES, math.ceil(length * FRAMES_A_SECOND)))
    shown: object = None
    app = _make_app()
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    async with app.run_test(size=options.size) as pilot:
        _end_by_signals_as_before(handlers)
        app.say(f"{reader.folder.name}, {options.speed:g} times as fast.")
        for frame in range(count + 1):
            now = length * frame / count if frame < count else math.nextafter(length, math.inf)
            state = replay.state()
            options.progress(frame / (count + 1))
            news = (state.seq, state.step, state.state)
            if news == shown and frame < count:
                continue  # nothing happened: an idle time is one
            shown = news
            app.link.followed(state)
            await pilot.pause(0 if frame else None)
            yield now, [cells_of(strip) for strip in app.screen._compositor.render_strips()]


def _make_app() -> NanotrainApp:
    """The dashboard in its own theme with its own presets; nothing is asked of its backend."""
    from nanotrain_tui.app.app import NanotrainApp
    from nanotrain_tui.app.source.backend import LocalBackend
    from nanotrain_tui.app.source.ports import Preferences
    from nanotrain_tui.app.themes import DEFAULT
    from nanotrain_tui.catalog import check
    from nanotrain_tui.config import find_folders, load_presets

    return NanotrainApp(
        LocalBackend(find_folders()),
        check({}),
        presets=list(load_presets(None).by_name.values()),
        preferences=Preferences(theme=DEFAULT),
    )


def _end_by_signals_as_before(handlers: Mapping[signal.Signals, Any]) -> None:
    """The app would wait for its terminal; here there is none, and nohup must hold."""
    for number, handler in handlers.items():
        if asyncio.get_running_loop().remove_signal_handler(number):
            signal.signal(number, handler)


FORMAT = TextFormat(
    "the dashboard replayed, for asciinema", ".cast", write, frozenset({"size", "speed"})
)
