"""The thread that follows the sessions drawn behind the one shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from nanotrain_tui.app.source.jobs import Window
from nanotrain_tui.app.source.ports import Backend, Source
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.source.reports import OthersRead, WorkerReport
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.run_state import RunState

EVERY_S = 1.0
ENDED_EVERY = 5  # looks: an ended session may be resumed


class OthersThread(threading.Thread):
    """Follows sessions, and posts their states when one of them has changed.

    Not the training worker: a long recording takes seconds to read, and the figures of the session
    shown must not wait for it.
    """

    def __init__(
        self, backend: Backend, post: Callable[[WorkerReport], object], every_s: float = EVERY_S
    ) -> None:
        super().__init__(name="nanotrain-others", daemon=True)
        self._backend = backend
        self._post = post
        self._every_s = every_s
        self._changed = threading.Condition()
        self._names: tuple[str, ...] = ()
        self._windows: Mapping[str, Window] = {}
        self._number = 0  # of requests
        self._ended = False
        self._sources: dict[str, Source] = {}
        self._states: dict[str, RunState] = {}
        self._problems: dict[str, str] = {}
        self._details: dict[str, tuple[Window, WindowCurves]] = {}

    def follow(self, names: Sequence[str], windows: Mapping[str, Window] | None = None) -> None:
        """Follow these sessions in place of the ones so far.

        ``windows`` has the steps of a session that are read in more detail.
        """
        self._request(tuple(names), dict(windows or {}))

    def end(self) -> None:
        """End the thread; does not wait."""
        self._request((), {}, ended=True)

    def _request(
        self, names: tuple[str, ...], windows: Mapping[str, Window], ended: bool = False
    ) -> None:
        with self._changed:
            self._names, self._windows, self._ended = names, windows, ended
            self._number += 1
            self._changed.notify()

    def run(self) -> None:
        done, look, shown = 0, 0, None
        while True:
            with self._changed:
                wait_s = self._every_s if self._names else None
                self._changed.wait_for(lambda: self._number != done, wait_s)  # noqa: B023
                done, names, ended = self._number, self._names, self._ended
                windows = self._windows
            for name in self._sources.keys() - set(names):
                self._drop(name)
            if ended:
                return
            self._look(names, windows, done, all_of_them=look % ENDED_EVERY == 0)
            look += 1
            states = tuple(self._states[name] for name in names if name in self._states)
            details = {**self._details}
            known = [(one.name, one.seq, one.state) for one in states]
            read = {name: window for name, (window, _) in details.items()}
            news = (names, known, {**self._problems}, read)
            if news != shown and done == self._number:
                shown = news
                self._post(OthersRead(states, {**self._problems}, details))

    def _look(
        self,
        names: Sequence[str],
        windows: Mapping[str, Window],
        request: int,
        all_of_them: bool,
    ) -> None:
        """Read what is new, until there is another request."""
        self._problems = {name: why for name, why in self._problems.items() if name in names}
        for name in names:
            known = self._states.get(name)
            is_done = known is not None and known.ended and not all_of_them
            try:
                if not is_done:
                    self._read(name, request)
                self._read_window(name, windows.get(name), request)
                self._problems.pop(name, None)
            except Refused as error:
                self._drop(name)
                self._problems[name] = error.message
            except Exception as error:  # otherwise no session would be followed any more
                self._drop(name)
                self._problems[name] = f"the dashboard could not read it ({error!r})"

    def _read(self, name: str, request: int) -> None:
        if name not in self._sources:
            self._sources[name] = self._backend.attach(name)
        source = self._sources[name]
        if source.name != name:  # the beginning of a name also finds a session
            raise Refused(f"session '{name}' does not exist any more")
        while request == self._number:
            state = source.follow()
            if not state.behind:  # a part of a recording is not a state of the session yet
                self._states[name] = state
                return

    def _read_window(self, name: str, window: Window | None, request: int) -> None:
        """Read some steps in more detail, once."""
        read = self._details.get(name)
        if window is None:
            self._details.pop(name, None)
        elif (read is None or read[0] != window) and request == self._number:
            curves = self._sources[name].window(window.first, window.last)
            self._details[name] = (window, curves)

    def _drop(self, name: str) -> None:
        self._states.pop(name, None)
        self._details.pop(name, None)
        source = self._sources.pop(name, None)
        if source is not None:
            source.close()
