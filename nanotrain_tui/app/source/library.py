"""All sessions in the home folder, for the screens that list and compare them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nanotrain_tui.app.source.refusals import Refused, session_errors_refused

if TYPE_CHECKING:
    from nanotrain_tui.follow.compare.runs import ComparedRun
    from nanotrain_tui.session.folder import SessionFolder
    from nanotrain_tui.session.summary import SessionSummary


# The wait before the first sessions are shown; then ten times as long. They move when the others
# come, so this part of the list is sent twice.
FIRST_LOOK_S = 0.5
MORE_LATER = 10


class Comparison:
    """Sessions that are compared. Use it from one thread. Any method may raise Refused."""

    def __init__(self, folders: Sequence[SessionFolder]) -> None:
        from nanotrain_tui.follow.compare.read import RunReader

        self._readers = [RunReader(folder) for folder in folders]
        self._ended: dict[int, ComparedRun] = {}  # those that are not read again, by their place

    def read(self) -> list[ComparedRun]:
        """The sessions as they are now. One that has not changed is the same object."""
        found = []
        with session_errors_refused():
            for place, reader in enumerate(self._readers):
                one = self._ended.get(place) or reader.read()
                if not one.summary.is_live and place not in self._ended:
                    self._ended[place] = one
                    reader.close()
                found.append(one)
        return found

    def close(self) -> None:
        """Close the recordings."""
        with session_errors_refused():
            for reader in self._readers:
                reader.close()


class Library:
    """Reads and changes the sessions in ``home``, in threads. Any method may raise Refused."""

    def __init__(self, home: Path) -> None:
        self._home = str(home)

    def sessions(self, partly: Callable[[list[SessionSummary]], None]) -> list[SessionSummary]:
        """All sessions, the newest first. ``partly`` gets the sessions read so far."""
        from nanotrain_tui.session.summary import newest_first, summarise_each

        found: list[SessionSummary] = []
        begun, wait_s = time.monotonic(), FIRST_LOOK_S
        for summary in summarise_each(self._home):
            found.append(summary)
            if time.monotonic() - begun > wait_s:
                wait_s *= MORE_LATER
                partly(newest_first(found))
        return newest_first(found)

    def rename(self, name: str, new: str) -> None:
        """Rename an ended session."""
        from nanotrain_tui.session.manage import rename_session

        with session_errors_refused():
            rename_session(self._find(name), new)

    def label(self, name: str, tags: str | None = None, note: str | None = None) -> None:
        """Replace the tags (separated by spaces) or the note of a session."""
        from nanotrain_tui.session.labels import noted, read_labels, tagged, write_labels

        folder = self._find(name)
        with session_errors_refused():
            labels = read_labels(folder)
            if tags is not None:
                labels = tagged(labels._replace(tags=()), tags.replace("+", " ").split())
            if note is not None:
                labels = noted(labels, note)
            write_labels(folder, labels)

    def delete(self, names: Sequence[str]) -> None:
        """Delete sessions and all their files. Stops at the first that cannot be deleted."""
        from nanotrain_tui.session.manage import delete_session

        with session_errors_refused():
            for name in names:
                delete_session(self._find(name))

    def compare(self, names: Sequence[str]) -> Comparison:
        """A comparison of these sessions, for one thread."""
        return Comparison([self._find(name) for name in names])

    def _find(self, name: str) -> SessionFolder:
        from nanotrain_tui.session.folder import find_session

        with session_errors_refused():
            folder = find_session(self._home, name)
        if folder.name != name:  # find_session also accepts the start of a name
            raise Refused(f"session '{name}' does not exist any more")
        return folder
