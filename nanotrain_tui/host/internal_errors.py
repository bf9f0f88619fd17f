"""Reports exceptions of the host's own code, so that a training survives them."""

import traceback
from typing import Any, Callable, Dict, Set

from nanotrain_tui.host.trainer.trainer_log import TrainerLog
from nanotrain_tui.session import events

PHRASE = "nanotrain had an internal error and went on"
MOST_ERRORS = 1000  # with more the loop does nothing else, and the next one ends the host
_MOST_REPORTS = 20


class InternalErrors:
    """Writes each traceback to trainer.log, and records a warning for each different error.

    ``record(kind, body)`` records an event.
    """

    def __init__(self, log: TrainerLog, record: Callable[[str, Dict[str, Any]], None]) -> None:
        self._log = log
        self._record = record
        self._reported: Set[str] = set()
        self._count = 0

    def report(self, error: Exception) -> None:
        """Report an error; raises it again if there were too many."""
        self._count += 1
        if self._count > MOST_ERRORS:
            raise error
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        self._log.write("".join(lines).encode("utf-8", "replace"))
        what = "{}: {}".format(type(error).__name__, error)[:300]
        if what in self._reported or len(self._reported) >= _MOST_REPORTS:
            return
        self._reported.add(what)
        try:
            message = "{} ({}); trainer.log has the traceback".format(PHRASE, what)
            self._record(events.WARNED, {"message": message})
        except Exception as another:  # the recording may be what failed
            self._log.write("{!r}\n".format(another).encode("utf-8", "replace"))
