"""The rows of steps: declares the metrics, counts the steps, and sends what is due."""

import math
import time
from typing import Any, Dict, List, Optional, Sequence

from .channel import Channel, floats
from .means import number

EVERY_S = 0.1  # between messages
MOST_WAITING = 512  # calls of ``record`` or ``train_on_batch`` in one message
RATE = "learning_rate"
STEP, CALL, RUNNING_MEAN, SAMPLE = "step", "call", "running mean", "sample"

_DOWN = ("loss", "error", "mse", "mae", "mape", "msle", "rmse", "perplexity", "divergence")
_UP = (
    "acc", "auc", "precision", "recall", "f1", "iou", "dice", "r2", "bleu", "similarity",
)  # fmt: skip


class Rows:
    """Sends values with the steps that they belong to. ``step``: updates so far."""

    def __init__(self, channel: Channel, step: int) -> None:
        self.step = step
        self.facts: Dict[str, Any] = {}  # of the event ``started``, besides its metrics
        self._channel = channel
        self._declared: Dict[str, Dict[str, Any]] = {}
        self._is_new = False
        self._last_t = time.monotonic()
        self._calls: List[Dict[str, float]] = []  # the values of the last steps, not sent yet
        self._beside: Dict[str, float] = {}

    def resume(self) -> None:
        """Time passed that no update used: the rows go on from now."""
        self._last_t = time.monotonic()

    def declare(self, name: str, resolution: str, on: Sequence[str] = ("training",)) -> None:
        """Declare a metric, or its new resolution."""
        one = {
            "title": "Learning rate" if name == RATE else name,
            "better": _better(name),
            "format": "percent" if "acc" in name.lower() else "number",
            "on": list(on),
            "resolution": resolution,
        }
        if self._declared.get(name) != one:
            self._declared[name] = one
            self._is_new = True

    def has(self, name: str) -> bool:
        """Whether a metric is declared."""
        return name in self._declared

    def send(
        self, counts: Sequence[int], values: Dict[str, List[float]], rate: Optional[float] = None
    ) -> None:
        """Send the values of successive calls; each made this many updates."""
        now = time.monotonic()
        span = {"t0": min(self._last_t, now), "t1": now}
        messages: List[Dict[str, Any]] = []
        if all(count == 1 for count in counts):
            if values:
                messages.append(_row(self.step + 1, values, span))
            self.step += len(counts)
        else:
            for place, count in enumerate(counts):
                self.step += count
                one = {name: series[place : place + 1] for name, series in values.items()}
                messages.append(_row(self.step, one, span))
        beside, self._beside = dict(self._beside), {}
        if rate is not None:
            self.declare(RATE, SAMPLE)
            beside[RATE] = rate
        if beside and self.step:
            messages.append(_row(self.step, {name: [v] for name, v in beside.items()}, span))
        self._last_t = now
        self._channel.write(self._started() + messages)

    def of_call(self, values: Dict[str, Any]) -> None:
        """The values of one update; they are sent a little later."""
        self._calls.append(_numbers(values))
        if len(self._calls) == 1:
            for name in self._calls[0]:
                self.declare(name, CALL)
        is_due = time.monotonic() - self._last_t >= EVERY_S
        if is_due or len(self._calls) >= MOST_WAITING:
            self.flush()

    def beside(self, values: Dict[str, Any]) -> None:
        """Values that the script records within ``fit``; the newest is sent."""
        found = _numbers(values)
        for name in found:
            if not self.has(name):
                self.declare(name, CALL)
        self._beside.update(found)

    def flush(self) -> None:
        """Send the values of the calls that wait, in runs of the same names."""
        calls, self._calls = self._calls, []
        start = 0
        for place in range(1, len(calls) + 1):
            if place < len(calls) and calls[place].keys() == calls[start].keys():
                continue
            run = calls[start:place]
            for name in run[0]:
                self.declare(name, CALL)
            self.send([1] * len(run), {name: [one[name] for one in run] for name in run[0]})
            start = place

    def _started(self) -> List[Dict[str, Any]]:
        """The event that declares the metrics, where one is new."""
        if not self._is_new:
            return []
        self._is_new = False
        body = dict({"steps": 0}, **self.facts)
        return [dict(body, event="started", step=self.step, metrics=dict(self._declared))]


def _row(first: int, values: Dict[str, List[float]], span: Dict[str, float]) -> Dict[str, Any]:
    count = max((len(series) for series in values.values()), default=0)
    packed = {name: floats(series) for name, series in values.items()}
    return dict(span, event="steps", first_step=first, count=count, metrics=packed)


def _numbers(values: Dict[str, Any]) -> Dict[str, float]:
    found = {}
    for name, value in values.items():
        try:
            found[str(name)[:120]] = number(value)
        except (TypeError, ValueError):
            pass  # no single number
    return found


def json_number(value: float) -> Any:
    """A JSON number, or "nan", "inf", "-inf"."""
    return value if math.isfinite(value) else str(value)


def _better(name: str) -> Optional[str]:
    lower = name.lower()
    if any(word in lower for word in _DOWN):
        return "down"
    return "up" if any(word in lower for word in _UP) else None
