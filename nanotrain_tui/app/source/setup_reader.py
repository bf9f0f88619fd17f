"""The threads that read this machine for the set-up panel: what ``r`` would use, and the board.

They are not the training worker: a look at the data takes up to two minutes, and a start must not
wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nanotrain_tui.app.source.ports import Backend, Board
from nanotrain_tui.app.source.reports import BoardRead, LookedUp, WorkerReport
from nanotrain_tui.drawing.setup.state import BoardState, Findings

Post = Callable[[WorkerReport], object]
AFTER_S = 0.3  # without another request: a key held down is looked up once


class LookUpThread(threading.Thread):
    """Looks up configurations. Of those that wait, only the newest counts."""

    def __init__(self, backend: Backend, post: Post, after_s: float = AFTER_S) -> None:
        super().__init__(name="nanotrain-look-up", daemon=True)
        self._backend = backend
        self._post = post
        self._after_s = after_s
        self._waiting: list[Mapping[str, Any]] = []
        self._number = 0  # of the newest request
        self._ended = False
        self._changed = threading.Condition()

    def submit(self, config: Mapping[str, Any]) -> None:
        """Look up this configuration, and forget older requests."""
        with self._changed:
            self._waiting = [config]
            self._number += 1
            self._changed.notify()

    def forget(self) -> None:
        """Forget all requests. The result of one that is being looked up is dropped."""
        with self._changed:
            self._waiting = []
            self._number += 1
            self._changed.notify()

    def end(self) -> None:
        """End the thread after the request that is being looked up."""
        with self._changed:
            self._ended = True
            self._number += 1
            self._changed.notify()

    def run(self) -> None:
        while (request := self._next()) is not None:
            config, number = request
            findings = self._found(partial(self._backend.look_up, config))
            if self._post_if_newest(config, number, findings) and findings.decodes:
                more = self._found(partial(self._backend.with_pictures, config, findings))
                self._post_if_newest(config, number, more)

    def _post_if_newest(self, config: Mapping[str, Any], number: int, findings: Findings) -> bool:
        """Post what was found, unless there is a newer request. Returns whether it was posted."""
        if number != self._number:
            return False
        self._post(LookedUp(config, findings))
        return True

    def _found(self, look: Callable[[], Findings]) -> Findings:
        try:
            return look()
        except Exception as error:  # otherwise the panel would wait for ever
            return Findings(problem=f"the dashboard could not look it up ({error!r})")

    def _next(self) -> tuple[Mapping[str, Any], int] | None:
        """The newest request, once there was no other for a while; None at the end."""
        with self._changed:
            while not self._ended:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._is_newer_than(self._number) and self._waiting:
                    return self._waiting.pop(), self._number
            return None

    def _is_newer_than(self, number: int) -> bool:
        """Wait whether another request or the end comes. The caller holds the condition."""
        return self._changed.wait_for(lambda: self._number != number or self._ended, self._after_s)


class BoardThread(threading.Thread):
    """Reads the board until ``end``."""

    def __init__(self, backend: Backend, config: Mapping[str, Any], post: Post) -> None:
        super().__init__(name="nanotrain-board", daemon=True)
        self._backend = backend
        self._config = config
        self._post = post
        self._lock = threading.Lock()
        self._board: Board | None = None
        self._ended = False

    def end(self) -> None:
        """End the thread; does not wait. No reading is posted after this."""
        with self._lock:
            self._ended = True
            if self._board is not None:
                self._board.stop()

    def run(self) -> None:
        try:
            with self._lock:
                if self._ended:
                    return
                self._board = self._backend.board(self._config)
            for state in self._board.states():
                self._read(state)
        except Exception as error:  # otherwise the panel would show old figures
            self._read(BoardState(problem=f"the dashboard could not read the board ({error!r})"))

    def _read(self, state: BoardState) -> None:
        with self._lock:
            if not self._ended:
                self._post(BoardRead(state))
