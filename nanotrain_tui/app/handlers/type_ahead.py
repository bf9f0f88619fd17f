"""Keys that come faster than the screen changes, as over a slow link, wait for their place.

Textual hands a key to what has the focus when it arrives. Of ``f l`` in one packet the ``l`` would
go to the form, as the screen that ``f`` brings up is not there yet. So a key is held back until the
one before has had its whole effect.
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
MOST_LOOKS = 250  # half a second of an idle machine; then the next key goes where it may


class TypeAhead:
    """Lets one key at a time through to ``send``; used in the app's own loop alone."""

    def __init__(self, app: App[None], send: Callable[[events.Key], Awaitable[None]]) -> None:
        self._app = app
        self._send = send
        self._held: deque[events.Key] = deque()
        self._settling: asyncio.Task[None] | None = None

    def holds(self, key: events.Key) -> bool:
        """Whether a key that has just come has to wait."""
        if self._settling is None:
            return False
        self._held.append(key)
        return True

    def sent(self) -> None:
        """A key was let through."""
        self._settling = asyncio.create_task(self._settle())

    async def _settle(self) -> None:
        settled = asyncio.ensure_future(self._settled())
        # Looks are counted, not seconds: while the machine stalls nothing else moves either.
        for _ in range(MOST_LOOKS):
            done, _pending = await asyncio.wait({settled}, timeout=LOOK_EVERY_S)
            if done:
                break
        settled.cancel()  # if something hangs; keys must not
        if self._held:
            self._app.call_later(self._send, self._held.popleft())
        else:
            self._settling = None

    async def _settled(self) -> None:
        """Until the key has bubbled up to the app, and what it brought up has the focus."""
        for node in (self._app.focused or self._app.screen).ancestors_with_self:
            await _caught_up(node)
        while not self._is_ready():
            await asyncio.sleep(LOOK_EVERY_S)
        await _caught_up(self._app)  # a change of the focus goes through there

    def _is_ready(self) -> bool:
        screen = self._app.screen
        if not screen.is_mounted or (screen.focused is None and screen.focus_chain):
            return False
        return not isinstance(screen, Dashboard) or screen.is_ready


async def _caught_up(node: MessagePump) -> None:
    """Until a widget has handled all it was sent so far."""
    done = asyncio.Event()
    if node.is_running and node.call_later(done.set):
        await done.wait()
