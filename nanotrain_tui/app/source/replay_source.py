"""A replay as ``ports.Source``: the dashboard shows it like a session."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from nanotrain_tui.app.source.ports import Reply
from nanotrain_tui.app.source.refusals import Refused, session_errors_refused
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.window import read_window
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

RELOAD_EVERY_S = 2.0  # while the session still runs
HUNDREDTH = 0.01


class ReplaySource:
    """Replays a recording. The worker thread reads it; the channel's thread moves it."""

    def __init__(
        self,
        folder: SessionFolder,
        speed: float = 1.0,
        begin: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._reload_at = 0.0
        with session_errors_refused():
            self._reader = SessionReader(folder)
            self._replay = Replay(self._reader, clock, speed)
        problem = self._replay.seek(begin) if begin else ""
        if problem:
            self._reader.close()
            raise Refused(problem)
        self._replay.play()

    @property
    def name(self) -> str:
        return self._folder.name

    def follow(self) -> RunState:
        live = self._folder.is_alive()
        with self._lock, session_errors_refused():
            if live and self._clock() >= self._reload_at:
                self._reload_at = self._clock() + RELOAD_EVERY_S
                self._replay.reload()
            return self._replay.state(live)

    def window(self, first: int, last: int) -> WindowCurves:
        """The curves up to the current step. Steps that were run again show their new values."""
        with self._lock, session_errors_refused():
            return read_window(self._reader, first, min(last, self._replay.state().step))

    def channel(self) -> ReplayChannel:
        return ReplayChannel(self)

    def command(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        """Move the replay. The session itself cannot be changed."""
        if do != "replay":
            return Reply(False, why="a replay cannot be changed")
        with self._lock, session_errors_refused():
            return self._move(**arguments)

    def reopen(self) -> None:
        """Does nothing: the state is computed again at each read."""

    def close(self) -> None:
        with self._lock:
            self._reader.close()

    def _move(self, what: str, to: str = "") -> Reply:
        replay = self._replay
        if what == "toggle":
            replay.pause() if replay.playing else replay.play()
        elif what in ("faster", "slower"):
            replay.faster(1 if what == "faster" else -1)
        elif what in ("before", "after"):
            mark = replay.seek_stop(1 if what == "after" else -1)
            if mark is None:
                return Reply(False, why=f"There is no event {what} this position.")
            return Reply(True, why=f"step {mark.step:,}: {mark.text}")
        elif what in ("back", "ahead"):
            replay.skip(HUNDREDTH if what == "ahead" else -HUNDREDTH)
        else:
            problem = replay.seek(to)
            return Reply(not problem, why=problem)
        return Reply(True)


class ReplayChannel:
    """A ``ports.Channel`` that moves a replay. Used in its own thread."""

    def __init__(self, source: ReplaySource) -> None:
        self._source = source

    def send(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        return self._source.command(do, arguments)

    def close(self) -> None:
        """Does nothing: there is no connection."""
