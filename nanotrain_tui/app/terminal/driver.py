"""The terminal: sends what it should show no faster than it takes it, and hands it to the shell."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.color import ColorSystem
from textual import events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from nanotrain_tui.app.terminal.canvas import Canvas, Update
from nanotrain_tui.app.terminal.gone import LastingOutput
from nanotrain_tui.app.terminal.pacing import LEAST, MOST, Pacing

LOOK_EVERY_S = 0.05  # while output waits for a terminal that does not answer
LAST_ANSWERS_S = 1.0  # leaving waits so long for answers that else would go to the shell
FOREGROUND_S = 0.2  # some shells continue a job a moment before they give it the terminal
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_ANSWER = re.compile(r"\x1b\[\d+;(\d+)R")


class CaughtUp(Message):
    """The terminal was sent all there was: now newer figures may follow."""


class TerminalDriver(LinuxDriver):
    """Textual's driver with paced output (see ``pacing``) and job control."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = LastingOutput(self._file)
        self.started_at = 0.0  # when the terminal was taken last, by Textual's clock
        self._pacing = Pacing()
        self._canvas = Canvas(getattr(app.console, "_color_system", None) or ColorSystem.TRUECOLOR)
        self._is_ours = False  # False: the terminal belongs to the shell
        self._next_look: asyncio.TimerHandle | None = None
        # In the loop and not as Textual does it: a handler in the middle of anything can deadlock.
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop_by_signal)
        self._loop.add_signal_handler(signal.SIGCONT, self._continued)

    # --- drawing ---------------------------------------------------------------------------

    @property
    def lags(self) -> bool:
        """Whether a frame is not sent yet; then only what a key changes is worth drawing."""
        return self._canvas.differs

    def show(self, update: Update, rank: int) -> None:
        """Draw a frame; what it changes is sent before all of a lower rank."""
        self._canvas.apply(update, self._app.size, rank)
        self._send()

    def repaint(self) -> None:
        """Send every cell again."""
        self._canvas.forget()
        self._send()

    def _send(self) -> None:
        """Send as much as the terminal can take now; answers and a timer go on from here."""
        if not self._is_ours or not self._has_terminal() or not self._canvas.differs:
            return
        while self._canvas.differs:
            room = self._room()
            if room <= 0:
                self._look_again()
                return
            self._write_marked(self._canvas.take(room))
        self._app.post_message(CaughtUp())

    def _room(self) -> int:
        """Bytes to send at once; 0: wait."""
        now = time.monotonic()
        if not self._pacing.answers(now):
            # All there is to go by is what the kernel has taken.
            assert self._writer_thread is not None
            return 0 if self._writer_thread._queue.qsize() else MOST
        # In slices, so that answers come while the rest is on its way; not in single rows, as each
        # slice costs a packet.
        room = self._pacing.room()
        return min(room, max(LEAST, self._pacing.window // 8)) if room >= LEAST // 2 else 0

    def _write_marked(self, text: str) -> None:
        now = time.monotonic()
        column = self._pacing.sent(len(text.encode()), self._canvas.size.width or 1, now)
        if text and self._app._sync_available:
            text = f"{SYNC_START}{text}{SYNC_END}"
        x, y = self._app.cursor_position
        self.write(f"{text}\x1b[2;{column}H\x1b[6n\x1b[{y + 1};{x + 1}H")

    def _look_again(self) -> None:
        if self._next_look is None:
            self._next_look = self._loop.call_later(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        self._next_look = None
        if self._is_ours and self._pacing.is_due(time.monotonic()):
            self._write_marked("")
        self._send()

    def process_message(self, message: Message) -> None:
        """Take answers out of the input. Runs in the input's thread."""
        if isinstance(message, events.CursorPosition):
            self._answered(message.x + 1)
            return
        if isinstance(message, events.Paste):  # a terminal may answer in the middle of one
            for column in _ANSWER.findall(message.text):
                self._answered(int(column))
            message.text = _ANSWER.sub("", message.text)
        super().process_message(message)

    def _answered(self, column: int) -> None:
        self._pacing.answered(column, time.monotonic())
        self._loop.call_soon_threadsafe(self._send)

    # --- taking and leaving the terminal ---------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal; waits, stopped, until this process is in the foreground."""
        self._wait_for_terminal()
        self.started_at = time.monotonic()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._pacing.forget()
        self._is_ours = True
        self._write_marked("")
        self.repaint()

    def disable_input(self) -> None:
        """Stop reading, once all answers are here: later ones would be typed into the shell."""
        if self._is_ours:
            self._is_ours = False
            if self._key_thread is not None and self._key_thread.is_alive():
                self._pacing.wait(LAST_ANSWERS_S)
            self._pacing.forget()
        super().disable_input()

    def stop_application_mode(self) -> None:
        """Leave the terminal as it was."""
        self.disable_input()
        if self._mouse_pixels:
            self._mouse_pixels = False
            self.write("\x1b[?1016l")
        super().stop_application_mode()

    # --- job control -----------------------------------------------------------------------

    def suspend(self) -> bool:
        """Go to the shell until it says ``fg``; False, at once, where there is no such shell."""
        # A session leader's own group has no shell above it, as under `ssh -t board nanotrain`.
        if os.getpgrp() == os.getsid(0) or not self._has_terminal():
            return False
        self._stop(0, signal.SIGTSTP)  # the whole job, as the terminal itself would do it
        return True

    def _stop_by_signal(self) -> None:
        self._stop(os.getpid(), signal.SIGSTOP)

    def _stop(self, whom: int, how: signal.Signals) -> None:
        """Leave the terminal, stop, and take it again when continued."""
        self.suspend_application_mode()
        with self._default_signals():
            os.kill(whom, how)
        self.resume_application_mode()

    def _continued(self) -> None:
        """SIGCONT after a SIGSTOP from outside, which left no time to leave the terminal."""
        self._wait_for_terminal()
        if self._is_ours:
            self.suspend_application_mode()
            self.resume_application_mode()

    def _has_terminal(self) -> bool:
        """Whether this process is in the foreground; also where there is no job control."""
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return True

    def _wait_for_terminal(self) -> None:
        """Stop for as long as the shell has the terminal, as after ``bg``."""
        give_up = time.monotonic() + FOREGROUND_S
        while not self._has_terminal():
            if time.monotonic() < give_up:
                time.sleep(FOREGROUND_S / 20)
                continue
            with self._default_signals():
                os.kill(os.getpid(), signal.SIGSTOP)
            give_up = time.monotonic() + FOREGROUND_S

    @contextmanager
    def _default_signals(self) -> Iterator[None]:
        """Stopping and continuing as the kernel does it, without the handlers of this class."""
        handlers = ((signal.SIGTSTP, self._stop_by_signal), (signal.SIGCONT, self._continued))
        for number, _ in handlers:
            self._loop.remove_signal_handler(number)
        try:
            yield
        finally:
            for number, handler in handlers:
                self._loop.add_signal_handler(number, handler)
