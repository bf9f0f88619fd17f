"""The rows of a recording, as plain typed values.

``seq`` is one counter over all tables, which gives the order of everything recorded. ``t`` is
seconds of session time, ``step`` the number of updates completed.
"""

import array
from typing import Any, Dict, List, NamedTuple, Optional

from nanotrain_tui.session.metrics import TEST


class Event(NamedTuple):
    """An event: a row of the table ``events``."""

    seq: int
    segment: int
    t: float
    step: int
    kind: str
    body: Dict[str, Any]


class Steps(NamedTuple):
    """``values[i]`` is the metric of update ``first_step + i``: a row of the table ``steps``."""

    seq: int
    segment: int
    metric: str
    first_step: int
    t0: float
    t1: float
    values: "array.array[float]"  # float32

    def time_of(self, index: int) -> float:
        """Session time in seconds at which update ``first_step + index`` was done."""
        return self.t0 + (self.t1 - self.t0) * (index + 1) / len(self.values)

    def after(self, step: int) -> "Steps":
        """The same row without the updates up to ``step``."""
        skip = step - self.first_step + 1
        if skip <= 0:
            return self
        return self._replace(
            first_step=step + 1, t0=self.time_of(skip - 1), values=self.values[skip:]
        )

    def until(self, step: int) -> "Steps":
        """The same row without the updates after ``step``."""
        count = step - self.first_step + 1
        if count >= len(self.values):
            return self
        count = max(0, count)
        t1 = self.time_of(count - 1) if count else self.t0
        return self._replace(t1=t1, values=self.values[:count])


class Sample(NamedTuple):
    """Telemetry at one moment: a row of the table ``samples``."""

    seq: int
    segment: int
    t: float
    step: int
    body: Dict[str, Any]


class Segment(NamedTuple):
    """One start or resume: a row of the table ``segments``."""

    seq: int
    t: float
    wall: str  # local time, ISO 8601 with zone
    from_step: int
    environment: Dict[str, Any]


class Place(NamedTuple):
    """The position of a segment, an event or a sample in the recording, without its body."""

    seq: int
    segment: int
    t: float
    step: int


class StepsRow(NamedTuple):
    """A row of the table ``steps`` without its values."""

    seq: int
    segment: int
    metric: str
    first_step: int
    updates: int
    t0: float
    t1: float

    @property
    def last_step(self) -> int:
        return self.first_step + self.updates - 1

    def after(self, step: int) -> "StepsRow":
        """The same row without the updates up to ``step``, of which it has later ones."""
        skip = step - self.first_step + 1
        if skip <= 0:
            return self
        return self._replace(
            first_step=step + 1, updates=self.updates - skip, t0=self.time_of(step)
        )

    def until(self, step: int) -> "StepsRow":
        """The same row without the updates after ``step``, of which it has earlier ones."""
        if step >= self.last_step:
            return self
        return self._replace(updates=step - self.first_step + 1, t1=self.time_of(step))

    def time_of(self, step: int) -> float:
        """Session time in seconds at which an update of this row, or the last one, was done."""
        done = min(self.updates, step - self.first_step + 1)
        return self.t0 + (self.t1 - self.t0) * done / self.updates

    def done_at(self, t: float) -> int:
        """The last update that was done at ``t``, not before ``t0``."""
        if t >= self.t1 or self.t1 <= self.t0:
            return self.last_step
        return self.first_step - 1 + int(self.updates * (t - self.t0) / (self.t1 - self.t0))


class Batch(NamedTuple):
    """Everything recorded after a seq, each list in order of seq."""

    segments: List[Segment]
    events: List[Event]
    steps: List[Steps]
    samples: List[Sample]
    last_seq: int


class Evaluation(NamedTuple):
    """An evaluation on one part of the data after update ``step``, at ``t`` seconds."""

    step: int
    t: float
    metrics: Dict[str, float]  # by name; may be nan or inf
    on: str = TEST  # the part of the data
    cause: str = ""  # "schedule", "asked", "checkpoint"; empty if unknown
    seconds: Optional[float] = None  # the duration of the evaluation

    def value(self, metric: str) -> Optional[float]:
        """One of the metrics; None if it is missing."""
        return self.metrics.get(metric)
