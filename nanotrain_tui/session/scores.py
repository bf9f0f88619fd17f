"""The evaluations and scores of checkpoints, and which checkpoint is the best."""

import math
from typing import Any, Dict, List, NamedTuple, Optional

from nanotrain_tui.session import events
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.metrics import BESIDE_METRICS, DIVERGED_BY, SCORED_BY, UP, MetricsFold
from nanotrain_tui.session.recording.records import Event

#: Key of a ``checkpoint`` that was written late: the last event before the step of its network.
AFTER = "after"

_CHANGE_NETWORK = ("loss.", "model.")  # edits that make an earlier evaluation invalid
_BUT = "model.dropout"  # evaluations do not use dropout


class Tested(NamedTuple):
    """An evaluation of a checkpoint's own network."""

    step: int
    metrics: Dict[str, Any]  # by name, as recorded

    def value(self, metric: str) -> Optional[float]:
        """One of the values as a number; None if it is missing."""
        return number(self.metrics.get(metric))


class Score(NamedTuple):
    """The value that selects the best checkpoint."""

    metric: str
    value: float
    better: str = UP  # UP or DOWN: which values are better


class Kept(NamedTuple):
    """A checkpoint that was not deleted."""

    event: Event
    tested: Optional[Tested]  # None if its network was never evaluated
    score: Optional[Score]  # None if it was not evaluated or has diverged
    current: bool = True  # False: a resume went back to an earlier step


class KeptCheckpoints:
    """Computes the existing checkpoints from the events and the starts of segments, in order."""

    KINDS = (  # of events that it uses
        events.STARTED, events.CHECKPOINT, events.CHECKPOINT_REMOVED, events.EVALUATED,
        events.EDITED,
    )  # fmt: skip

    def __init__(self, most: Optional[int] = None) -> None:
        """``most`` limits it to the newest checkpoints."""
        self._most = most
        self._kept: Dict[str, Kept] = {}  # by file, in the order in which they were written
        self._evaluated: Optional[Tested] = None  # the last one of this segment
        self._metrics = MetricsFold()

    def begin_segment(self, from_step: int) -> None:
        """Steps after ``from_step`` are run again."""
        self._evaluated = None
        for file, one in self._kept.items():
            self._kept[file] = one._replace(current=one.current and one.event.step <= from_step)

    def add(self, event: Event) -> None:
        """Add an event of any kind."""
        if event.kind == events.STARTED:
            self._metrics.event(event.kind, event.body)
        elif event.kind == events.EVALUATED:
            self._evaluated = Tested(event.step, _metrics_of(event.body))
        elif event.kind == events.EDITED:
            changes = event.body.get("changes")
            if isinstance(changes, dict) and any(map(_changes_network, changes)):
                self._evaluated = None
        elif event.kind == events.CHECKPOINT_REMOVED:
            self._kept.pop(str(event.body.get("file")), None)
        elif event.kind == events.CHECKPOINT:
            file, tested = str(event.body.get("file")), self._tested(event)
            self._kept.pop(file, None)
            self._kept[file] = Kept(event, tested, self._score(event, tested))
            while self._most is not None and len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]

    def kept(self) -> List[Kept]:
        """The checkpoints in the order in which they were written."""
        return list(self._kept.values())

    def best(self) -> Optional[Kept]:
        """The checkpoint with the best score, the earliest if equal; None if none has a score."""
        scored = [
            (one.score, one) for one in self._kept.values() if one.current and one.score is not None
        ]
        if not scored:
            return None
        newest, _ = max(scored, key=lambda pair: pair[1].event.seq)
        # Scores of different metrics cannot be compared.
        comparable = [pair for pair in scored if pair[0].metric == newest.metric]
        return min(comparable, key=lambda pair: _best_first(*pair))[1]

    def _score(self, event: Event, tested: Optional[Tested]) -> Optional[Score]:
        score = _score_of(event, tested)
        if score is None:
            return None
        return score._replace(better=self._metrics.metrics().score_better(score.metric))

    def _tested(self, event: Event) -> Optional[Tested]:
        """The evaluation of a checkpoint's own step."""
        found = self._evaluated
        if "tested" in event.body:  # an older version named the last evaluation instead
            found = _parse_tested(event.body["tested"])
        return found if found is not None and found.step == event.step else None


def place_of(checkpoint: Event) -> int:
    """The seq of the last event that is in effect in this checkpoint."""
    after = checkpoint.body.get(AFTER)
    return after if isinstance(after, int) and 0 < after < checkpoint.seq else checkpoint.seq


def is_late(event: Event) -> bool:
    """Whether the training was already at a later step when this checkpoint was written."""
    return event.kind == events.CHECKPOINT and AFTER in event.body


def _best_first(score: Score, one: Kept) -> Any:
    value = -score.value if score.better == UP else score.value
    return value, one.event.step, one.event.seq


def _metrics_of(body: Dict[str, Any]) -> Dict[str, Any]:
    metrics = body.get("metrics")
    if isinstance(metrics, dict):
        return metrics
    return {key: body[key] for key in BESIDE_METRICS if body.get(key) is not None}


def _parse_tested(value: Any) -> Optional[Tested]:
    if not isinstance(value, dict) or not isinstance(value.get("metrics"), dict):
        return None
    return Tested(value["step"], value["metrics"]) if isinstance(value.get("step"), int) else None


def _score_of(event: Event, tested: Optional[Tested]) -> Optional[Score]:
    if tested is None:
        return None
    score = event.body.get("score")
    if "score" not in event.body:  # of an older version
        loss = tested.value(DIVERGED_BY)
        diverged = loss is not None and not math.isfinite(loss)
        score = None if diverged else {"metric": SCORED_BY, "value": tested.value(SCORED_BY)}
    if not isinstance(score, dict):
        return None
    value = number(score.get("value"))
    if value is None or not math.isfinite(value):
        return None
    return Score(str(score.get("metric")), value)


def _changes_network(key: str) -> bool:
    return key.startswith(_CHANGE_NETWORK) and key != _BUT
