"""How the network of a checkpoint did on the test data, and which checkpoint is the best."""

import math
from typing import Any, Dict, List, NamedTuple, Optional

from nanotrain_tui.session import events
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.metrics import BESIDE_METRICS, DIVERGED_BY, SCORED_BY, UP, MetricsFold
from nanotrain_tui.session.recording.records import Event

#: Key of a ``checkpoint`` that was written late: the last event before the step of its network.
AFTER = "after"

_CHANGE_NETWORK = ("loss.", "model.")  # edits after which an evaluation counts no more
_BUT = "model.dropout"  # an evaluation goes without it


class Tested(NamedTuple):
    """An evaluation of a checkpoint's own network."""

    step: int
    metrics: Dict[str, Any]  # by name, as recorded

    def value(self, metric: str) -> Optional[float]:
        """One of them as a number; None where it is not among them."""
        return number(self.metrics.get(metric))


class Score(NamedTuple):
    """What the best checkpoint is chosen by."""

    metric: str
    value: float
    better: str = UP  # which values are: UP or DOWN


class Kept(NamedTuple):
    """A checkpoint that was not deleted."""

    event: Event
    tested: Optional[Tested]  # None: its network was never evaluated
    score: Optional[Score]  # None: the same, or it diverged
    current: bool = True  # False: a resume went back behind it, and runs its step again


class KeptCheckpoints:
    """Folds events in their order, and starts of segments, to the checkpoints there are."""

    KINDS = (  # it takes
        events.STARTED, events.CHECKPOINT, events.CHECKPOINT_REMOVED, events.EVALUATED,
        events.EDITED,
    )  # fmt: skip

    def __init__(self, most: Optional[int] = None) -> None:
        """Only the newest ``most`` are known, if that is given."""
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
        """Take in an event of any kind."""
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
        """In the order in which they were written."""
        return list(self._kept.values())

    def best(self) -> Optional[Kept]:
        """The one with the best score, the earliest of equals; None where none has one."""
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
    """The seq at which the session was as in this checkpoint: later events are not in it."""
    after = checkpoint.body.get(AFTER)
    return after if isinstance(after, int) and 0 < after < checkpoint.seq else checkpoint.seq


def is_late(event: Event) -> bool:
    """Whether this is a checkpoint of an earlier step than the training was at."""
    return event.kind == events.CHECKPOINT and AFTER in event.body


def _best_first(score: Score, one: Kept) -> Any:
    value = -score.value if score.better == UP else score.value
    return value, one.event.step, one.event.seq


def _metrics_of(body: Dict[str, Any]) -> Dict[str, Any]:
    metrics = body.get("metrics")
    if isinstance(metrics, dict):
        return metrics
    return {key: body[key] for key in BESIDE_METRICS if body.get(key) is not None}


def _parse_tested(told: Any) -> Optional[Tested]:
    if not isinstance(told, dict) or not isinstance(told.get("metrics"), dict):
        return None
    return Tested(told["step"], told["metrics"]) if isinstance(told.get("step"), int) else None


def _score_of(event: Event, tested: Optional[Tested]) -> Optional[Score]:
    if tested is None:
        return None
    told = event.body.get("score")
    if "score" not in event.body:  # of an older version
        loss = tested.value(DIVERGED_BY)
        diverged = loss is not None and not math.isfinite(loss)
        told = None if diverged else {"metric": SCORED_BY, "value": tested.value(SCORED_BY)}
    if not isinstance(told, dict):
        return None
    value = number(told.get("value"))
    if value is None or not math.isfinite(value):
        return None
    return Score(str(told.get("metric")), value)


def _changes_network(key: str) -> bool:
    return key.startswith(_CHANGE_NETWORK) and key != _BUT
