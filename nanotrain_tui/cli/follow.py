"""Following a session from the command line until it ends."""

from collections import deque

from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import ControlError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import MOST_METRICS, Metric
from nanotrain_tui.session.recording.records import Batch, Event, Steps

from .report import Report, Trained
from .signals import StopRequests

LOOK_EVERY_S = 0.25
LEAVING_EVERY_S = 0.05
ANSWER_WITHIN_S = 5.0
ROWS_KEPT = 600  # of one training metric: somewhat more than one look brings


class Tap(LocalSource):
    """A session in a folder that also keeps its last events and rows of steps."""

    def __init__(self, folder: SessionFolder) -> None:
        super().__init__(folder.path)
        self.events: list[Event] = []
        self._rows: dict[str, deque[Steps]] = {}  # by metric

    def follow(self, since_seq: int) -> Batch:
        batch = super().follow(since_seq)
        self.events = batch.events
        for row in batch.steps:
            if row.metric in self._rows or len(self._rows) < MOST_METRICS:
                self._rows.setdefault(row.metric, deque(maxlen=ROWS_KEPT)).append(row)
        return batch

    def trained_at(self, step: int, metric: Metric | None) -> Trained | None:
        """The value of a training metric at a step just passed."""
        for row in reversed(self._rows.get(metric.name, ()) if metric else ()):
            if metric and 0 <= step - row.first_step < len(row.values):
                return Trained(metric, row.values[step - row.first_step])
        return None


def follow_to_end(
    folder: SessionFolder, report: Report, stop: StopRequests, since: int = 0
) -> RunState:
    """Report what is recorded after ``since`` until the session has ended and its host has left.

    Returns the last state. ``stop`` asked: the session is told to stop, and waited for.
    """
    tap = Tap(folder)
    follower = Follower(tap)
    told = False
    trouble = ""
    try:
        while True:
            state = follower.follow()
            for event in (event for event in tap.events if event.seq > since):
                trained = tap.trained_at(event.step, state.metrics.primary_training)
                report.event(event, state, trained)
            report.progress(state)
            if state.trouble != trouble:
                trouble = state.trouble
                report.say(_about(trouble))
            if stop.asked and not told:
                told = True
                report.say("stopping at the next step; Ctrl+C again leaves the session to itself")
                tell_to_stop(folder)
            if state.ended and not state.behind:
                break
            if not state.behind:
                stop.wait(LOOK_EVERY_S)
    finally:
        follower.close()
    while folder.is_responding():  # it folds the recording into one plain file
        stop.wait(LEAVING_EVERY_S)
    return state


def _about(trouble: str) -> str:
    if not trouble:
        return "the recording is written again"
    cure = "end the program that writes to it" if "locked" in trouble else "make room on the disk"
    return (
        f"the recording cannot be written ({trouble}): {cure}. It waits in memory, "
        "also when the training has ended, until the session is told to stop twice"
    )


def tell_to_stop(folder: SessionFolder) -> None:
    """Ask for a stop without waiting for it: the recording shows when it came."""
    try:
        with ControlClient(folder) as client:
            client.request("stop", timeout=ANSWER_WITHIN_S, wait=False)
    except ControlError:
        pass  # it is gone, or so slow that the recording tells first
