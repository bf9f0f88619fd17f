"""Holds keys back until the screen has handled the key before, for example over a slow link.

Textual gives a key to the widget that has the focus when the key arrives. If ``f l`` arrives in one
packet, the ``l`` would go to the form, because the dialog that ``f`` opens is not mounted yet. So
each key waits until the effects of the previous key are complete.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

from nanotrain_tui.app.screens.dashboard import Dashboard

LOOK_EVERY_S = 0.002
MOST_LOOKS = 250  # half a second on an idle machine; then the next key is sent in any case


class TypeAhead:
    """Gives ``send`` one key at a time. Used only in the app's event loop."""

    def __init__(self, app: App[None], send: Callable[[events.Key], Awaitable[None]]) -> None:
        self._app = app
        self._send = send
        self._held: deque[events.Key] = deque()
        self._settling: asyncio.Task[None] | None = None

    def holds(self, key: events.Key) -> bool:
        """Whether this new key has to wait; if so, it is queued."""
        if self._settling is None:
            return False
        self._held.append(key)
        return True

    def sent(self) -> None:
        """A key was sent: later keys wait until its effects are complete."""
        self._settling = asyncio.create_task(self._settle())

    async def _settle(self) -> None:
        settled = asyncio.ensure_future(self._settled())
        # Count the attempts, not the seconds: while the machine stalls, the app stalls too.
        for _ in range(MOST_LOOKS):
            done, _pending = await asyncio.wait({settled}, timeout=LOOK_EVERY_S)
            if done:
                break
        settled.cancel()  # if something hangs, keys still work
        if self._held:
            self._app.call_later(self._send, self._held.popleft())
        else:
            self._settling = None

    async def _settled(self) -> None:
        """Wait until the key has bubbled up to the app, and a screen it opened has the focus."""
        for node in (self._app.focused or self._app.screen).ancestors_with_self:
            await _caught_up(node)
        while not self._is_ready():
            await asyncio.sleep(LOOK_EVERY_S)
        await _caught_up(self._app)  # the app handles focus changes

    def _is_ready(self) -> bool:
        screen = self._app.screen
        if not screen.is_mounted or (screen.focused is None and screen.focus_chain):
            return False
        return not isinstance(screen, Dashboard) or screen.is_ready


async def _caught_up(node: MessagePump) -> None:
    """Wait until a widget has handled all messages sent to it so far."""
    done = asyncio.Event()
    if node.is_running and node.call_later(done.set):
        await done.wait()
