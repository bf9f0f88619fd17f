"""Early stopping and the schedule ``plateau``: both watch a metric of the scheduled evaluations.

The rules are those of Keras' ``EarlyStopping`` and ``ReduceLROnPlateau``. Evaluations that a person
or a checkpoint asked for do not count, so that a resume decides as the undisturbed run does.
"""

import math
from typing import Any, Dict, Mapping, NamedTuple, Optional

from .metrics import TASKS, Values, better, names_of
from .protocol import Failed

AUTO = "auto"
PLATEAU = "plateau"


def check_metric(config: Mapping[str, Any], task: str) -> None:
    """Whether the task has the metric ``stop.metric``. Raises Failed."""
    name, known = config.get("stop.metric", AUTO), names_of(task)
    if name not in (AUTO, *known):
        message = "stop.metric: this data has no {}; it has {}.".format(name, ", ".join(known))
        raise Failed("config", message, "stop.metric")


class Decision(NamedTuple):
    """What follows from an evaluation; ``why`` is a sentence for a person."""

    stop: bool = False
    lower: bool = False
    why: str = ""


class Watch:
    """The best value so far, and for how many evaluations it has not been beaten."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._factor = 1.0  # of the learning rate that was given, ``_rate``
        self._rate: Optional[float] = None
        self._metric = ""
        self._best: Optional[float] = None  # higher is better
        self._waited = self._waited_plateau = 0

    def count(self, values: Values, config: Mapping[str, Any]) -> Decision:
        """Count a scheduled evaluation."""
        name = self.metric(config)
        if name != self._metric:
            self._metric, self._best = name, None
            self._waited = self._waited_plateau = 0
        rank = better(name, values.get(name, math.nan))
        if self._is_better(rank, float(config.get("stop.min_delta", 0.0))):
            self._best = rank
            self._waited = self._waited_plateau = 0
            return Decision()
        self._waited += 1
        self._waited_plateau += 1
        patience = int(config.get("stop.patience", 0))
        if patience and self._waited >= patience:
            why = "{} has not improved for {} evaluations.".format(name, self._waited)
            self._waited = 0  # a session that is continued after this gets as many again
            return Decision(stop=True, why=why)
        return self._lower(name, config)

    def factor(self, config: Mapping[str, Any]) -> float:
        """What the plateaus have made of the learning rate; 1 again after an edit of the rate."""
        if config.get("schedule.name") != PLATEAU:
            return 1.0
        rate = float(config["optimizer.learning_rate"])
        if self._rate not in (None, rate):
            self._factor = 1.0
        self._rate = rate
        return self._factor

    def metric(self, config: Mapping[str, Any]) -> str:
        """The name of the metric that is watched."""
        name = config.get("stop.metric", AUTO)
        return TASKS[self._task].score if name == AUTO else str(name)

    def saved(self) -> Dict[str, Any]:
        """All that ``restore`` needs, in JSON's types."""
        return {
            "metric": self._metric, "best": self._best, "waited": self._waited,
            "waited_plateau": self._waited_plateau, "scale": self._factor, "rate": self._rate,
        }  # fmt: skip

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Continue from what ``saved`` returned; from the beginning if it is empty."""
        self._metric, self._best = str(saved.get("metric", "")), saved.get("best")
        self._waited = int(saved.get("waited", 0))
        self._waited_plateau = int(saved.get("waited_plateau", 0))
        self._factor, self._rate = float(saved.get("scale", 1.0)), saved.get("rate")

    def _is_better(self, rank: float, min_delta: float) -> bool:
        if math.isnan(rank):
            return False
        return self._best is None or rank - self._best > min_delta

    def _lower(self, name: str, config: Mapping[str, Any]) -> Decision:
        if config.get("schedule.name") != PLATEAU:
            return Decision()
        if self._waited_plateau < int(config.get("schedule.patience", 5)):
            return Decision()
        self._waited_plateau = 0
        self._factor = self.factor(config) * float(config.get("schedule.factor", 0.5))
        why = "{} has not improved for {} evaluations; the learning rate is now {:g}."
        rate = self._factor * float(config["optimizer.learning_rate"])
        waited = int(config.get("schedule.patience", 5))
        return Decision(lower=True, why=why.format(name, waited, rate))
