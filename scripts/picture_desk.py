"""A dashboard without a terminal, for the pictures of the documentation."""

import re
import time
from collections.abc import Callable

from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp

WAIT_S = 180.0  # for one text to appear: TensorFlow loads slowly on a busy machine


class CannotBeMade(Exception):
    """A picture could not be made; the message says why."""


class Desk:
    """A dashboard without a terminal: keys go in, its text and its picture come out."""

    def __init__(self, app: NanotrainApp, pilot: Pilot[None]) -> None:
        self.app = app
        self._pilot = pilot

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def step(self) -> int:
        found = re.search(r"step ([\d,]+)/", self.text)
        return int(found.group(1).replace(",", "")) if found else 0

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._pilot.press(key)
            await self._pilot.pause(0.3)

    async def until(self, what: str, condition: Callable[[], object]) -> None:
        """Wait for the condition. Raises CannotBeMade with the screen."""
        end = time.monotonic() + WAIT_S
        while not condition():
            if time.monotonic() > end:
                raise CannotBeMade(f"waited in vain for {what}. The screen:\n{self.text}")
            await self._pilot.pause(0.1)

    async def shows(self, pattern: str) -> None:
        await self.until(f"'{pattern}'", lambda: re.search(pattern, self.text))

    async def becomes(self, state: str) -> None:
        """Wait for the session's state, which stands in the first line."""
        await self.until(f"a session that is {state}", lambda: state in self.text.split("\n")[0])

    async def reaches(self, step: int) -> None:
        await self.until(f"step {step}", lambda: self.step >= step)

    async def wait(self, seconds: float) -> None:
        await self._pilot.pause(seconds)
