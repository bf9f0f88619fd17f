"""The source of the rows of a session, and the follower that folds them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Batch
from nanotrain_tui.session.summary import parent_name

ROWS_A_LOOK = 512  # the maximum number of rows of a table that one call reads
STATUS_WITHIN_S = 1.0
QUIET_S = 3.0  # after this time without a new row, the host is asked whether it can record


class SessionSource(Protocol):
    """A session on this machine or another one. Use it from one thread.

    Every method may raise SessionError.
    """

    @property
    def name(self) -> str: ...

    def config(self) -> Mapping[str, Any]:
        """The nested configuration that the session was started with."""

    def parent(self) -> str:
        """The name of the session that a fork began from; empty if it is no fork."""

    def follow(self, since_seq: int) -> Batch:
        """The next rows after ``since_seq``, the oldest first, at most ``ROWS_A_LOOK`` a table."""

    def alive(self) -> bool:
        """Whether a host runs the session."""

    def responding(self) -> bool:
        """Whether the heartbeat of that host is recent."""

    def trouble(self) -> str | None:
        """Why the host cannot record; empty if it can, None if it does not answer."""

    def silent_s(self) -> float:
        """The seconds since the last heartbeat of that host."""

    def close(self) -> None:
        """Close the connection and the recording; the session continues."""


class LocalSource:
    """A session in a folder of this machine."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = SessionFolder(str(folder))
        self._reader = SessionReader(self._folder)
        self._client = ControlClient(self._folder)

    @property
    def name(self) -> str:
        return self._folder.name

    def config(self) -> Mapping[str, Any]:
        config = self._reader.meta()["config"]
        return config if isinstance(config, dict) else {}

    def parent(self) -> str:
        return parent_name(self._reader.meta()) or ""

    def follow(self, since_seq: int) -> Batch:
        return self._reader.read_since(since_seq, ROWS_A_LOOK)

    def window(self, first: int, last: int) -> WindowCurves:
        """The curves of the steps ``first`` to ``last``. Raises SessionError."""
        from nanotrain_tui.follow.window import read_window

        return read_window(self._reader, first, last)

    def alive(self) -> bool:
        return self._folder.is_alive()

    def responding(self) -> bool:
        return self._folder.is_responding()

    def trouble(self) -> str | None:
        try:
            reply = self._client.request("status", timeout=STATUS_WITHIN_S)
        except SessionError:
            return None
        return str(reply.get("trouble") or "")

    def silent_s(self) -> float:
        return self._folder.heartbeat_age_s() or 0.0

    def close(self) -> None:
        self._client.close()
        self._reader.close()


class Follower:
    """Reads a source and folds its rows, a limited number at a time."""

    def __init__(self, source: SessionSource) -> None:
        self._source = source
        self._fold = Fold(source.name, source.config(), source.parent())
        self._quiet_since = time.monotonic()
        self._trouble = ""

    def follow(self) -> RunState:
        """Read new rows and return the state. If it is ``behind``, call again at once.

        Raises SessionError if the recording cannot be read.
        """
        # This comes before reading: if the host ends in between, no row is missed.
        alive = self._source.alive()
        responding = alive and self._source.responding()
        silent_s = self._source.silent_s() if alive else 0.0
        before = self._fold.seq
        batch = self._source.follow(before)
        self._fold.add(batch)
        rows = max(len(batch.events), len(batch.steps), len(batch.samples))
        behind = batch.last_seq > before and rows >= ROWS_A_LOOK
        state = replace(self._fold.state(alive, responding, behind), silent_s=silent_s)
        if batch.last_seq > before or state.ended or not responding:
            self._quiet_since, self._trouble = time.monotonic(), ""
        elif time.monotonic() - self._quiet_since >= QUIET_S:
            trouble = self._source.trouble()
            self._trouble = self._trouble if trouble is None else trouble
        return replace(state, trouble=self._trouble) if self._trouble else state

    def close(self) -> None:
        """Close the source; the session continues."""
        self._source.close()
