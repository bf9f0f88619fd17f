"""The terminal driver: sends output no faster than the terminal takes it; job control."""

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
from nanotrain_tui.app.terminal.encoding import place
from nanotrain_tui.app.terminal.features import erases_in_color
from nanotrain_tui.app.terminal.gone import LastingOutput
from nanotrain_tui.app.terminal.pacing import LEAST, MOST, Pacing

LOOK_EVERY_S = 0.05  # interval of attempts while output waits for the terminal
LAST_ANSWERS_S = 3.0  # at most, for the last answers, which would otherwise go to the shell
LEAST_SLICE = 1024  # bytes, if the window has room for them
FOREGROUND_S = 0.2  # some shells continue a job before they give it the terminal
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_ANSWER = re.compile(r"\x1b\[\d+;(\d+)R")


class CaughtUp(Message):
    """All output was sent to the terminal, so newer figures may be drawn."""


class TerminalDriver(LinuxDriver):
    """Textual's driver with paced output (see ``pacing``) and job control."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = LastingOutput(self._file)
        self.started_at = 0.0  # when the program last took the terminal, by Textual's clock
        self._pacing = Pacing()
        colors = getattr(app.console, "_color_system", None) or ColorSystem.TRUECOLOR
        self._canvas = Canvas(colors, erases_in_color())
        self._is_ours = False  # False: the terminal belongs to the shell
        self._has_size = False  # since the terminal was taken, Textual has reported its size
        self._next_look: asyncio.TimerHandle | None = None
        # Handled in the event loop, unlike in Textual: a Python signal handler can deadlock.
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop_by_signal)
        self._loop.add_signal_handler(signal.SIGCONT, self._continued)

    # --- drawing ---------------------------------------------------------------------------

    @property
    def lags(self) -> bool:
        """Whether a frame is not sent yet. If so, only the effects of keys should be drawn."""
        return self._canvas.differs

    def show(self, update: Update, rank: int) -> None:
        """Draw a frame. Its changes are sent before all changes of a lower rank."""
        self._canvas.apply(update, self._app.size, rank)
        self._send()

    def repaint(self) -> None:
        """Send every cell again. The first time after the terminal is taken, drawing begins."""
        self._has_size = True
        self._canvas.forget()
        self._send()

    def _send(self) -> None:
        """Send as much as the terminal can take now. Answers and a timer call this again."""
        may_draw = self._is_ours and self._has_size and self._canvas.differs
        if not may_draw or not self._has_terminal():
            return
        while self._canvas.differs:
            room = self._room()
            if room <= 0:
                self._look_again()
                return
            self._write_marked(self._canvas.take(room))
        self._app.post_message(CaughtUp())

    def _room(self) -> int:
        """The number of bytes to send now; 0: wait."""
        now = time.monotonic()
        if not self._pacing.answers(now):
            # The terminal does not answer, so wait only until the kernel has taken the output.
            assert self._writer_thread is not None
            return 0 if self._writer_thread._queue.qsize() else MOST
        # Send in slices, so that answers arrive while the rest is sent. Small ones cost more: each
        # has a mark and begins with a complete style.
        room = self._pacing.room()
        return min(room, max(LEAST_SLICE, self._pacing.window // 4)) if room >= LEAST // 2 else 0

    def _write_marked(self, text: str) -> None:
        now = time.monotonic()
        column = self._pacing.sent(len(text.encode()), self._canvas.size.width or 1, now)
        if text and self._app._sync_available:
            text = f"{SYNC_START}{text}{SYNC_END}"
        x, y = self._app.cursor_position
        self.write(f"{text}\x1b[2;{column}H\x1b[6n{place(y, x)}")

    def _look_again(self) -> None:
        if self._next_look is None:
            self._next_look = self._loop.call_later(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        self._next_look = None
        if self._is_ours and self._pacing.is_due(time.monotonic()):
            self._write_marked("")
        self._send()

    def process_message(self, message: Message) -> None:
        """Remove answers from the input. Runs in the input thread."""
        if isinstance(message, events.CursorPosition):
            self._answered(message.x + 1)
            return
        if isinstance(message, events.Paste):  # an answer may arrive in the middle of a paste
            for column in _ANSWER.findall(message.text):
                self._answered(int(column))
            message.text = _ANSWER.sub("", message.text)
        super().process_message(message)

    def _answered(self, column: int) -> None:
        self._pacing.answered(column, time.monotonic())
        self._loop.call_soon_threadsafe(self._send)

    # --- taking and leaving the terminal ---------------------------------------------------

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return (columns, rows) of the terminal; an exported COLUMNS would hide a resize."""
        try:
            columns, rows = os.get_terminal_size(self.fileno)
        except OSError:
            columns = rows = 0
        return (columns, rows) if columns and rows else super()._get_terminal_size()

    def start_application_mode(self) -> None:
        """Take the terminal. Waits until this process is in the foreground."""
        self._wait_for_terminal()
        self.started_at = time.monotonic()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._pacing.forget()
        self._is_ours = True
        # Textual reports the size now, and then every cell is sent. An answer that arrives earlier
        # must not send them, too.
        self._has_size = False
        self._write_marked("")

    def disable_input(self) -> None:
        """Stop reading after all answers have arrived. Later ones would go to the shell."""
        if self._is_ours:
            self._is_ours = False
            if self._key_thread is not None and self._key_thread.is_alive():
                self._pacing.wait(LAST_ANSWERS_S)
            self._pacing.forget()
        super().disable_input()

    def stop_application_mode(self) -> None:
        """Restore the terminal."""
        self.disable_input()
        if self._mouse_pixels:
            self._mouse_pixels = False
            self.write("\x1b[?1016l")
        super().stop_application_mode()

    # --- job control -----------------------------------------------------------------------

    def suspend(self) -> bool:
        """Suspend to the shell until ``fg``. Returns False at once if there is no such shell."""
        # A session leader has no shell above it, for example after `ssh -t board nanotrain`.
        if os.getpgrp() == os.getsid(0) or not self._has_terminal():
            return False
        self._stop(0, signal.SIGTSTP)  # the whole process group, as the terminal does it
        return True

    def _stop_by_signal(self) -> None:
        self._stop(os.getpid(), signal.SIGSTOP)

    def _stop(self, whom: int, how: signal.Signals) -> None:
        """Restore the terminal, stop, and take the terminal again when continued."""
        with self._default_signals():
            # The terminal, restored, turns a second Ctrl+Z into a signal: this stop is its answer.
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)
            self.suspend_application_mode()
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(whom, how)
        self.resume_application_mode()

    def _continued(self) -> None:
        """Handle SIGCONT. After a SIGSTOP from outside, the terminal was not restored before."""
        self._wait_for_terminal()
        if self._is_ours:
            self.suspend_application_mode()
            self.resume_application_mode()

    def _has_terminal(self) -> bool:
        """Whether this process is in the foreground. True if there is no job control."""
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return True

    def _wait_for_terminal(self) -> None:
        """Stop while the shell has the terminal, for example after ``bg``."""
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
        """Use the default actions of SIGTSTP and SIGCONT, without this class's handlers."""
        handlers = ((signal.SIGTSTP, self._stop_by_signal), (signal.SIGCONT, self._continued))
        for number, _ in handlers:
            self._loop.remove_signal_handler(number)
        try:
            yield
        finally:
            for number, handler in handlers:
                self._loop.add_signal_handler(number, handler)
