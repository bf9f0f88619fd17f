"""The output of ``train`` on a terminal: evaluations above a progress bar with the time left."""

import os
import signal
import sys
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.text import printable

from .charts import session_charts
from .report import PlainReport, end_line, speed

SHOW_CURSOR, HIDE_CURSOR = b"\x1b[?25h", b"\x1b[?25l"
PREPARING_TOTAL = 100  # the bar counts percent while the data and the trainer are prepared


class BarReport(PlainReport):
    """Prints lines above a progress bar, which is redrawn by each call, without a thread."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}", markup=False),
            console=self._console,
            auto_refresh=False,
            transient=True,
            expand=True,
        )
        self._task = self._bar.add_task("starting", total=None, speed="")

    def __enter__(self) -> "BarReport":
        self._bar.start()
        self._previous_handler = signal.signal(signal.SIGTSTP, self._suspend)
        return self

    def __exit__(self, *exc: object) -> None:
        signal.signal(signal.SIGTSTP, self._previous_handler)
        self._bar.stop()

    def _suspend(self, number: int, _: FrameType | None) -> None:
        """Handle Ctrl+Z: show the cursor, which the bar hides, before the shell takes over."""
        terminal = sys.stdout.fileno()  # not through its buffer, which may be in use
        os.write(terminal, SHOW_CURSOR)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._suspend)
        if os.tcgetpgrp(terminal) == os.getpgrp():  # continued by fg, not by bg
            os.write(terminal, HIDE_CURSOR)

    def evaluated(self, line: str, state: RunState) -> None:  # noqa: ARG002
        self.line(line)  # the bar shows the speed

    def progress(self, state: RunState) -> None:
        description, done, total = state.state, state.step, state.steps
        if state.preparing is not None:
            description, total = state.preparing.what, PREPARING_TOTAL
            done = int(PREPARING_TOTAL * (state.preparing.fraction or 0.0))
        self._bar.update(
            self._task,
            description=printable(description),
            completed=done,
            total=total,
            speed="  ".join(speed(state)),
            refresh=True,
        )

    def say(self, text: str) -> None:
        self.line(text)

    def end(self, state: RunState) -> None:
        self._bar.stop()
        charts = session_charts(state)
        if charts:
            print(f"\n{charts}\n")
        print(end_line(state))

    def line(self, text: str) -> None:
        self._console.print(printable(text, lines=True), soft_wrap=True)
