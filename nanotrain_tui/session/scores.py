"""How the network of a checkpoint did on the test data, and which checkpoint is the best."""

import math
from typing import Any, Dict, List, NamedTuple, Optional

from nanotrain_tui.session import events
from nanotrain_tui.session.recording.reader import number
from nanotrain_tui.session.recording.records import Event

#: Key of a ``checkpoint`` that was written late: the last event before the step of its network.
AFTER = "after"

SCORED_BY = "accuracy"  # of recordings without a ``score``
_CHANGE_NETWORK = ("loss.", "model.")  # edits after which an evaluation counts no more
_BUT = "model.dropout"  # an evaluation goes without it


class Tested(NamedTuple):
    """An evaluation of a checkpoint's own network."""

    step: int
    metrics: Dict[str, Any]  # {"loss": 0.31, "accuracy": 0.91}, as recorded


class Score(NamedTuple):
    """What the best checkpoint is chosen by, higher is better."""

    metric: str
    value: float


class Kept(NamedTuple):
    """A checkpoint that was not deleted."""

    event: Event
    tested: Optional[Tested]  # None: its network was never evaluated
    score: Optional[Score]  # None: the same, or it diverged
    current: bool = True  # False: a resume went back behind it, and runs its step again

    @property
    def accuracy(self) -> Optional[float]:
        """On the test data, 0 to 1."""
        return number(self.tested.metrics.get(SCORED_BY)) if self.tested else None


class KeptCheckpoints:
    """Folds events in their order, and starts of segments, to the checkpoints there are."""

    def __init__(self, most: Optional[int] = None) -> None:
        """Only the newest ``most`` are known, if that is given."""
        self._most = most
        self._kept: Dict[str, Kept] = {}  # by file, in the order in which they were written
        self._evaluated: Optional[Tested] = None  # the last one of this segment

    def begin_segment(self, from_step: int) -> None:
        """Steps after ``from_step`` are run again."""
        self._evaluated = None
        for file, one in self._kept.items():
            self._kept[file] = one._replace(current=one.current and one.event.step <= from_step)

    def add(self, event: Event) -> None:
        """Take in an event of any kind."""
        if event.kind == events.EVALUATED:
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
            self._kept[file] = Kept(event, tested, _score_of(event, tested))
            while self._most is not None and len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]

    def kept(self) -> List[Kept]:
        """In the order in which they were written."""
        return list(self._kept.values())

    def best(self) -> Optional[Kept]:
        """The one with the best score, the earliest of equals; None where none has one."""
        scored = [one for one in self._kept.values() if one.current and one.score]
        return min(scored, key=_best_first) if scored else None

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


def _best_first(one: Kept) -> Any:
    return -one.score.value if one.score else 0.0, one.event.step, one.event.seq


def _metrics_of(body: Dict[str, Any]) -> Dict[str, Any]:
    metrics = body.get("metrics")
    if isinstance(metrics, dict):
        return metrics
    return {key: body[key] for key in ("loss", "accuracy") if body.get(key) is not None}


def _parse_tested(told: Any) -> Optional[Tested]:
    if not isinstance(told, dict) or not isinstance(told.get("metrics"), dict):
        return None
    return Tested(told["step"], told["metrics"]) if isinstance(told.get("step"), int) else None


def _score_of(event: Event, tested: Optional[Tested]) -> Optional[Score]:
    if tested is None:
        return None
    told = event.body.get("score")
    if "score" not in event.body:  # of an older version
        loss = number(tested.metrics.get("loss"))
        diverged = loss is not None and not math.isfinite(loss)
        told = None if diverged else {"metric": SCORED_BY, "value": tested.metrics.get(SCORED_BY)}
    if not isinstance(told, dict):
        return None
    value = number(told.get("value"))
    if value is None or not math.isfinite(value):
        return None
    return Score(str(told.get("metric")), value)


def _changes_network(key: str) -> bool:
    return key.startswith(_CHANGE_NETWORK) and key != _BUT
