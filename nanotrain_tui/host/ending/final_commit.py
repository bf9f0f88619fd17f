"""Writes the last rows of a session, waits if that is not possible, and reports what is lost."""

import sys
from typing import Any, Callable, Dict, Optional

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.journal import Journal
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.lost import write_lost

WAIT_FOR_ROOM_S = 24 * 3600.0
_RETRY_EVERY_S = 0.5
_STOPS_TO_GIVE_UP = 2


class FinalCommit:
    """Keeps the host running until its recording is written.

    If the disk is full, or another program holds the database's lock, the host waits: for up to a
    day, or until two stops are requested. Afterwards ``lost`` says what the recording lacks; it is
    empty if nothing is missing.
    """

    def __init__(self, folder: SessionFolder, journal: Journal, loop: Loop) -> None:
        self.lost = ""
        self.is_waiting = False
        self._folder = folder
        self._journal = journal
        self._loop = loop
        self._stops = 0

    def write(self, take_stops: Callable[[], object]) -> None:
        """Write the last rows; ``take_stops`` is called after every turn of the loop."""
        if self._journal.end():
            return
        self.is_waiting = True
        self._say("{}; the host waits".format(self._trouble()))
        give_up_at = self._loop.clock() + WAIT_FOR_ROOM_S
        while self._journal.trouble is not None:
            if self._stops >= _STOPS_TO_GIVE_UP or self._loop.clock() >= give_up_at:
                break
            self._loop.turn(_RETRY_EVERY_S)
            take_stops()
        self.is_waiting = False

    def stop_requested(self) -> Dict[str, Any]:
        """Count a request to stop the waiting host; returns the answer to it."""
        self._stops += 1
        if self._stops >= _STOPS_TO_GIVE_UP:
            return {"ok": True}
        why = "{}: solve that, or stop again to lose {}"
        return {"ok": False, "why": why.format(self._trouble(), self._journal.unwritten)}

    def finish(self, tidy: bool) -> None:
        """Close the recording, and write to the session's folder what is missing from it.

        Without ``tidy`` the file is left as it is: see ``Recorder.finish``.
        """
        trouble = self._journal.trouble
        self._journal.finish(tidy)
        missing = self._journal.unwritten
        if not missing:
            return
        self.lost = "{} are lost: {}".format(missing, _because(trouble))
        write_lost(self._folder, self.lost)
        self._say(self.lost)

    def _trouble(self) -> str:
        return "the session has ended, but {}".format(_because(self._journal.trouble))

    def _say(self, text: str) -> None:
        """Write a line to standard error, which a detached host appends to trainer.log."""
        try:
            sys.stderr.write("nanotrain: {}\n".format(text))
            sys.stderr.flush()
        except (OSError, ValueError):
            pass  # the log is on the same full disk, or standard error is closed


def _because(trouble: Optional[str]) -> str:
    return "the recording could not be written ({})".format(trouble or "out of memory")
