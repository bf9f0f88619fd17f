"""Turns the running means that Keras reports back into the values of single batches."""

from typing import Any, Dict, List, Optional

MEAN, OWN, RUNNING = "mean", "own", "running"
#: A float32 mean over more batches than this says too little about the last one.
MOST_BATCHES = 20000
_SAME = 1e-4


def number(value: Any) -> float:
    """A Python float of a tensor, a variable or a number. Raises TypeError or ValueError."""
    return float(value.numpy() if hasattr(value, "numpy") else value)


class Series:
    """The values of one name in the logs.

    ``kind``: ``mean``, a running mean whose batches are recovered; ``own``, the batch's own value;
    ``running``, anything else that Keras accumulates. ``metric`` is the object that keeps the mean.
    """

    def __init__(self, kind: str, metric: Any = None) -> None:
        self.kind, self.metric = kind, metric
        self._is_checked = False
        self._weight: Optional[float] = None  # of one batch, as the metric counts it
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Keras resets its metrics."""
        self._mean = self._count = 0.0
        self._batches = 0

    def count_after(self, batches: int) -> float:
        """What the metric has counted after so many full batches more than were taken."""
        return self._count + batches * (self._weight or 0.0)

    def take(self, means: List[float]) -> List[float]:
        """The values of the next batches, for what the logs said after each."""
        if self.kind != MEAN:
            return means
        self._batches += len(means)
        try:
            count = number(self.metric.count)
        except (AttributeError, TypeError, ValueError):
            self.kind = RUNNING
            return means
        if not self._is_mean(means[-1]):
            self.kind = OWN
            return means
        if count <= self._count:  # reset in between
            self._mean = self._count = 0.0
        weights = self._weights(len(means), count - self._count)
        if not weights:
            return means
        values = [self._recover(mean, weight) for mean, weight in zip(means, weights)]
        if self._batches > MOST_BATCHES:
            self.kind = RUNNING
        return values

    def _is_mean(self, value: float) -> bool:
        """Whether the logs hold the metric's mean, and not a value of the batch under its name.

        After the first batch both are the same.
        """
        if self._is_checked or self._batches < 2:
            return True
        self._is_checked = True
        result = number(self.metric.result())
        return result != result or abs(result - value) <= _SAME * max(1.0, abs(value))

    def _weights(self, batches: int, count: float) -> List[float]:
        """What each of these batches counts; the last one of an epoch may count less."""
        if count <= 0:
            return []
        if self._weight is None or (self._count == 0 and batches == 1):
            self._weight = count / batches
        last = count - (batches - 1) * self._weight
        if 0 < last <= self._weight * (1 + _SAME):
            return [self._weight] * (batches - 1) + [last]
        return [count / batches] * batches

    def _recover(self, mean: float, weight: float) -> float:
        before, self._count = self._count, self._count + weight
        value = (mean * self._count - self._mean * before) / weight
        self._mean = mean
        return value


def series_of(model: Any, names: List[str]) -> Dict[str, Series]:
    """A series for each name in the logs of a model."""
    metrics = _metrics_by_name(model)
    own_step = _has_own_train_step(model)
    found = {}
    for name in names:
        metric = metrics.get(name)
        if metric is not None:
            kind = MEAN if _is_plain_mean(metric) else RUNNING
            if kind == MEAN and name != "loss" and _is_weighted(model):
                kind = RUNNING
            found[name] = Series(kind, metric)
        else:
            found[name] = Series(OWN if own_step else RUNNING)
    return found


def results_of_next_batch(model: Any, known: Dict[str, Series], waiting: int) -> Dict[str, float]:
    """The results of the metrics, if they have counted a batch more than is known.

    ``known`` has taken all batches but so many that wait.

    Empty if they have not, or if no metric is a plain mean.
    """
    metrics = _metrics_by_name(model)
    wanted = {name: metrics[name] for name in known if name in metrics} if known else metrics
    plain = [name for name, metric in wanted.items() if _is_plain_mean(metric)]
    expected = {name: known[name].count_after(waiting) if known else 0.0 for name in plain}
    if not any(number(wanted[name].count) > expected[name] for name in plain):
        return {}
    return {name: number(metric.result()) for name, metric in wanted.items()}


def _metrics_by_name(model: Any) -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    for metric in getattr(model, "metrics", None) or []:
        inner = getattr(metric, "_flat_metrics", None)
        if inner is None:
            found.setdefault(str(getattr(metric, "name", "")), metric)
            continue
        for group in list(inner) + list(getattr(metric, "_flat_weighted_metrics", None) or []):
            output = getattr(group, "output_name", None)
            for one in getattr(group, "metrics", None) or []:
                name = str(one.name)
                found.setdefault(name, one)
                if output:
                    found[f"{output}_{name}"] = one
    return found


def _is_plain_mean(metric: Any) -> bool:
    """Whether its result is its total through its count."""
    mean = next((kind for kind in type(metric).__mro__ if kind.__name__ == "Mean"), None)
    if mean is None or not hasattr(metric, "count") or not hasattr(metric, "total"):
        return False
    return type(metric).result is getattr(mean, "result", None)


def _is_weighted(model: Any) -> bool:
    """Whether metrics use sample weights, so that batches count differently."""
    for name in ("compiled_metrics", "_compile_metrics"):
        container = getattr(model, name, None)
        if getattr(container, "_user_weighted_metrics", None):
            return True
    return False


def _has_own_train_step(model: Any) -> bool:
    """Whether the script has written ``train_step`` itself."""
    step = getattr(type(model), "train_step", None)
    module = str(getattr(step, "__module__", ""))
    return not module.startswith(("keras.", "tf_keras.", "tensorflow."))
