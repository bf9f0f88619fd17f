"""Waits until an app in a test has nothing left to do, however fast the machine is.

Textual's own ``wait_for_idle`` watches the CPU time of the process for 20 ms at a time. That takes
long, never ends early where a thread looks for news all the time, and is not reliable on a
busy machine.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from types import FrameType
from typing import Any

from textual._context import active_app
from textual.screen import Screen

_LONGEST_S = 1.0
_LOOK_AGAIN_S = 0.001
_draw_now = Screen._compositor_refresh
_undrawn: set[Screen[Any]] = set()


def draw_when_idle(screen: Screen[Any]) -> None:
    """In place of ``Screen._compositor_refresh``: leave the frame to ``wait_for_idle``.

    What an app shows while it is still busy depends on the machine, and few tests look at it: those
    with a terminal, and those that put a function in the place of ``app._display``. They get all.
    """
    app = screen.app
    is_looked_at = getattr(app, "terminal", None) is not None or "_display" in vars(app)
    if is_looked_at or not screen.is_current:
        _draw_now(screen)
    else:
        _undrawn.add(screen)
        screen._dirty_widgets.clear()


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = _LONGEST_S) -> None:
    """Return once no callback is ready to run, the screen is drawn, and all threads wait."""
    until = time.monotonic() + max_sleep
    while time.monotonic() < until:
        await _until_none_is_ready()
        if not _all_threads_wait() or _has_to_resize():
            await asyncio.sleep(_LOOK_AGAIN_S)
        elif not _draw():
            return


def _has_to_resize() -> bool:
    """Whether a new size waits for the timer with which Textual takes many as one."""
    app = active_app.get(None)
    return app is not None and app._resize_event is not None


async def _until_none_is_ready() -> None:
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    while True:
        await asyncio.sleep(0)
        if not ready:
            return


def _draw() -> bool:
    """Draw what the screen's timer would draw next. Whether there was anything."""
    app = active_app.get(None)
    if app is None or not app.is_running or not app.screen_stack:
        return False  # a screen of an app that ends is drawn no more, however long it waits
    screen = app.screen
    waits = (
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
    if waits:
        screen._on_timer_update()
    elif screen in _undrawn:
        _undrawn.clear()  # the frames of the screens below it too
        _draw_now(screen)
    else:
        return False
    return True


def _all_threads_wait() -> bool:
    here = threading.get_ident()
    frames = sys._current_frames()
    return all(
        _waits(thread, frames.get(thread.ident or 0))
        for thread in threading.enumerate()
        if thread.ident != here
    )


def _waits(thread: threading.Thread, frame: FrameType | None) -> bool:
    """Whether a thread waits for something that is not there yet."""
    gate = _gate_of_the_test(frame)
    if gate is not None:
        return not gate.is_set()
    jobs, commands = getattr(thread, "_jobs", None), getattr(thread, "_waiting", None)
    if (jobs is not None and jobs.qsize()) or commands:
        return False  # it is about to be woken
    if frame is None:
        return True
    file, name = frame.f_code.co_filename, frame.f_code.co_name
    in_pool = file.endswith("concurrent/futures/thread.py") and name == "_worker"
    return in_pool or (file == threading.__file__ and name in ("wait", "_wait_for_tstate_lock"))


def _gate_of_the_test(frame: FrameType | None) -> threading.Event | None:
    """The event that holds a thread back in ``app_fakes``, for as long as a test wants it."""
    waits = frame and frame.f_back  # Event.wait, above Condition.wait
    fake = waits and waits.f_back
    if waits is None or fake is None or not fake.f_code.co_filename.endswith("app_fakes.py"):
        return None
    gate = waits.f_locals.get("self")
    return gate if isinstance(gate, threading.Event) else None
