"""A replay of the dashboard as an asciicast: https://docs.asciinema.org/manual/asciicast/v2/

The app itself draws the frames, without a terminal. The time comes from the frames, not from a
clock.
"""

from __future__ import annotations

import asyncio
import json
import math
import signal
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TextIO

from nanotrain_tui.export.format_types import ExportError, Options, TextFormat
from nanotrain_tui.session.recording.reader import SessionReader

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp
    from nanotrain_tui.export.terminal import Row

FRAMES_A_SECOND = 8
MOST_FRAMES = 1200  # drawing a frame takes 20 ms; a longer cast has fewer frames per second
IDLE_S = 5  # players shorten longer pauses to this
HOLD_S = 2  # how long the last frame is shown
LARGEST = 400  # columns or rows
SLOWEST, FASTEST = 1e-6, 1e6  # outside of this range, times would overflow
_ENDING = (signal.SIGTERM, signal.SIGHUP)


def write(reader: SessionReader, out: TextIO, options: Options) -> None:
    """Write the header, and a line for each frame that differs from the one before.

    Raises ExportError or RecordingError.
    """
    _check_size(options.size)
    _check_speed(options.speed)
    asyncio.run(_write(reader, out, options))


def _check_size(size: tuple[int, int]) -> None:
    from nanotrain_tui.app.screens.dashboard import LEAST_HEIGHT, LEAST_WIDTH

    width, height = size
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        least = f"{LEAST_WIDTH}x{LEAST_HEIGHT}"
        raise ExportError("cast", f"--size {width}x{height} is too small. The minimum is {least}.")
    if max(size) > LARGEST:
        most = f"{LARGEST}x{LARGEST}"
        raise ExportError("cast", f"--size {width}x{height} is too large. The maximum is {most}.")


def _check_speed(speed: float) -> None:
    if not SLOWEST <= speed <= FASTEST:  # this is also true for NaN
        limits = f"{SLOWEST:g} to {FASTEST:g}"
        raise ExportError("cast", f"--speed {speed:g} is outside of the range {limits}.")


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
    """The time of each frame, in seconds since the start of the cast, and its rows of cells."""
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
                continue  # nothing has changed, so this frame is left out
            shown = news
            app.link.followed(state)
            await pilot.pause(0 if frame else None)
            yield now, [cells_of(strip) for strip in app.screen._compositor.render_strips()]


def _make_app() -> NanotrainApp:
    """The app with the default theme and presets. Its backend is not used."""
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
    """Restore the signal handlers that Textual has replaced, so that nohup still works.

    The handlers of Textual would wait for a terminal, and here there is none.
    """
    for number, handler in handlers.items():
        if asyncio.get_running_loop().remove_signal_handler(number):
            signal.signal(number, handler)


FORMAT = TextFormat(
    "the dashboard replayed, for asciinema", ".cast", write, frozenset({"size", "speed"})
)
