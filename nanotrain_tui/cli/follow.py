"""Follows a session until it ends, for the commands that train."""

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

POLL_INTERVAL_S = 0.25
HOST_EXIT_INTERVAL_S = 0.05
STOP_TIMEOUT_S = 5.0
MAX_ROWS = 600  # of one metric: a little more than one read returns


class BufferedSource(LocalSource):
    """A session in a folder; keeps the events of the last read and recent rows of steps."""

    def __init__(self, folder: SessionFolder) -> None:
        super().__init__(folder.path)
        self.events: list[Event] = []
        self._rows: dict[str, deque[Steps]] = {}  # by metric

    def follow(self, since_seq: int) -> Batch:
        batch = super().follow(since_seq)
        self.events = batch.events
        for row in batch.steps:
            if row.metric in self._rows or len(self._rows) < MOST_METRICS:
                self._rows.setdefault(row.metric, deque(maxlen=MAX_ROWS)).append(row)
        return batch

    def trained_at(self, step: int, metric: Metric | None) -> Trained | None:
        """The value of a training metric at a recent step; None if it is not known."""
        for row in reversed(self._rows.get(metric.name, ()) if metric else ()):
            if metric and 0 <= step - row.first_step < len(row.values):
                return Trained(metric, row.values[step - row.first_step])
        return None


def follow_to_end(
    folder: SessionFolder, report: Report, stop: StopRequests, since: int = 0
) -> RunState:
    """Report what is recorded after event ``since`` until the session and its host have ended.

    Returns the last state. When ``stop`` is requested, the session is asked to stop and is still
    followed to its end.
    """
    source = BufferedSource(folder)
    follower = Follower(source)
    stop_sent = False
    trouble = ""
    try:
        while True:
            state = follower.follow()
            for event in (event for event in source.events if event.seq > since):
                trained = source.trained_at(event.step, state.metrics.primary_training)
                report.event(event, state, trained)
            report.progress(state)
            if state.trouble != trouble:
                trouble = state.trouble
                report.say(_trouble_message(trouble))
            if stop.requested and not stop_sent:
                stop_sent = True
                report.say("stopping at the next step; press Ctrl+C again to leave without waiting")
                request_stop(folder)
            if state.ended and not state.behind:
                break
            if not state.behind:
                stop.wait(POLL_INTERVAL_S)
    finally:
        follower.close()
    while folder.is_responding():  # the host merges the write-ahead log into the recording
        stop.wait(HOST_EXIT_INTERVAL_S)
    return state


def _trouble_message(trouble: str) -> str:
    if not trouble:
        return "the recording is being written again"
    advice = (
        "end the program that writes to it" if "locked" in trouble else "free space on the disk"
    )
    return (
        f"the recording cannot be written ({trouble}): {advice}. The rows wait in memory, "
        "also after the training has ended; two stop commands end the session without them"
    )


def request_stop(folder: SessionFolder) -> None:
    """Send a stop without waiting for the reply: the recording shows when the session stops."""
    try:
        with ControlClient(folder) as client:
            client.request("stop", timeout=STOP_TIMEOUT_S, wait=False)
    except ControlError:
        pass  # the session has ended or is slow: the recording shows it
