"""What a recording holds, as plain typed values.

``seq`` is one counter over all tables: the total order of what happened. ``t`` is seconds of
session time, ``step`` the number of updates completed.
"""

import array
from typing import Any, Dict, List, NamedTuple


class Event(NamedTuple):
    """Something that happened: a row of the table ``events``."""

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


class Batch(NamedTuple):
    """Everything recorded after some seq, each list in the order of seq."""

    segments: List[Segment]
    events: List[Event]
    steps: List[Steps]
    samples: List[Sample]
    last_seq: int
