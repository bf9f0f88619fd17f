"""An app that draws no faster than its terminal takes output, and exits if the terminal closes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import termios
from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from textual import events, on
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.filter import LineFilter
from textual.screen import Screen

from nanotrain_tui.app.terminal.canvas import UNASKED
from nanotrain_tui.app.terminal.driver import CaughtUp, TerminalDriver
from nanotrain_tui.app.terminal.printable import Printable

LAST_RESORT_S = 5  # a closed terminal can block the exit; then SIGALRM ends the process
CHECK_EVERY_S = 1.0


class PacedApp(App[None], inherit_bindings=False):
    """Shows the effects of keys before figures that change by themselves.

    A subclass calls ``may_draw_figures`` before it draws figures, and ``key_pressed`` for each
    key. ``draw_figures`` is called when delayed figures may be drawn.
    """

    def __init__(self) -> None:
        no_colors = "NO_COLOR" in os.environ
        super().__init__(driver_class=TerminalDriver, ansi_color=True if no_colors else None)
        self.no_colors = no_colors
        self._printable = Printable()
        self._figures_wait = False  # until the terminal has taken the previous ones
        self._figures_drawn = False  # since the last frame
        self._keys_pressed = 0

    @property
    def terminal(self) -> TerminalDriver | None:
        """The terminal driver, or None without a terminal."""
        return self._driver if isinstance(self._driver, TerminalDriver) else None

    @property
    def terminal_taken_at(self) -> float:
        """When the program last took the terminal, in time.monotonic(); 0 without a terminal."""
        return 0.0 if self.terminal is None else self.terminal.started_at

    def suspend_to_shell(self) -> bool:
        """Suspend the process until ``fg``. Returns False if no shell could continue it."""
        return self.terminal is not None and self.terminal.suspend()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._printable]

    # --- exit ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # RuntimeError, ValueError: not the main thread, as under a test's runner
            with contextlib.suppress(RuntimeError, ValueError):
                loop.add_signal_handler(number, self._leave_by_signal)
        self.set_interval(CHECK_EVERY_S, self._check_terminal)

    def _leave_by_signal(self) -> None:
        signal.alarm(LAST_RESORT_S)
        self.exit()

    def _check_terminal(self) -> None:
        """Exit if the terminal is closed, because reading its input would be an endless loop."""
        if self.is_headless or self.is_web:
            return
        try:
            termios.tcgetattr(0)
        except termios.error:
            self._leave_by_signal()

    # --- drawing ---------------------------------------------------------------------------

    def key_pressed(self) -> None:
        """Later changes are the effect of a key, until figures are drawn."""
        self._keys_pressed += 1
        self._figures_drawn = False

    def may_draw_figures(self) -> bool:
        """Whether figures may be drawn now. If not, ``draw_figures`` is called later."""
        self._figures_wait = self.terminal is not None and self.terminal.lags
        if not self._figures_wait:
            self._figures_drawn = True
        return not self._figures_wait

    def draw_figures(self) -> None:
        """Draw the newest figures."""
        raise NotImplementedError

    @on(CaughtUp)
    def _caught_up(self) -> None:
        if self._figures_wait:
            self.draw_figures()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Resize) and self.terminal is not None:
            self.terminal.repaint()
        await super().on_event(event)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send a frame. The effects of keys are sent before figures that change by themselves."""
        terminal = self.terminal
        if terminal is None or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
            return
        # The effects of the newest key have the highest rank, in all frames that they need.
        rank = UNASKED if self._figures_drawn else UNASKED + 1 + self._keys_pressed
        self._figures_drawn = False
        terminal.show(renderable, rank)
        self.post_display_hook()
