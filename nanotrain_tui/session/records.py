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
