"""The metrics of a session: their names, units and directions, as declared by the trainer.

A recording can contain any metrics. Without a declaration, the standard metrics are assumed.
"""

from math import isfinite
from typing import (
    Any,
    Collection,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Tuple,
)

from nanotrain_tui.catalog.formats import MISSING, percent, scalar
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.events import CHECKPOINT, EVALUATED, STARTED
from nanotrain_tui.session.text import is_printable

UP, DOWN = "up", "down"  # which values are better
PERCENT, NUMBER = "percent", "number"  # a fraction 0..1 shown as percent; any other number
TRAINING, VALIDATION, TEST = "training", "validation", "test"  # the usual parts of the data
STEP = "step"  # one value an update

MOST_METRICS = 64  # per session; more are recorded, but neither declared nor drawn
MOST_PARTS = 4  # of one metric
LONGEST_NAME = 120  # characters of a metric's name, its title or the name of a part
LONGEST_UNIT = 24


class Metric(NamedTuple):
    """The declaration of a metric."""

    name: str
    title: str
    unit: str = ""
    better: Optional[str] = None  # UP, DOWN; None: neither
    format: str = NUMBER  # or PERCENT
    on: Tuple[str, ...] = ()  # the parts of the data that it is reported of
    resolution: str = STEP

    @property
    def evaluated_on(self) -> Tuple[str, ...]:
        """The parts of the data on which evaluations report it."""
        return tuple(part for part in self.on if part != TRAINING)

    def text(self, value: Optional[float], missing: str = MISSING) -> str:
        """A value with its unit, as people read it: ``94.27%``, ``0.3125``, ``12.5 ms``."""
        if value is None:
            return missing
        if self.format == PERCENT:
            return percent(value)
        return "{} {}".format(scalar(value), self.unit).rstrip()

    @property
    def label(self) -> str:
        """The title as it is written within a sentence: ``learning rate``, but ``AUC``."""
        rest = self.title.split(" ")[0][1:]
        return self.title[:1].lower() + self.title[1:] if rest == rest.lower() else self.title

    @property
    def is_result(self) -> bool:
        """Whether it measures the quality of the network; a learning rate does not."""
        return self.better is not None or bool(self.evaluated_on)

    @property
    def shown_of(self) -> str:
        """The part of the data whose evaluations stand for the metric: the test data if any."""
        found = self.evaluated_on
        return TEST if TEST in found or not found else found[0]

    def is_better(self, one: float, other: float) -> bool:
        """Whether ``one`` is a better value than ``other``; False without a direction."""
        if not isfinite(one) or self.better is None:
            return False
        if not isfinite(other):
            return True
        return one > other if self.better == UP else one < other

    def best_of(self, values: Iterable[Optional[float]]) -> Optional[float]:
        """The best finite value; None if there is none, or the metric has no direction."""
        known = [value for value in values if value is not None and isfinite(value)]
        if not known or self.better is None:
            return None
        return max(known) if self.better == UP else min(known)


#: The metrics of a recording without a declaration; our own trainer declares the same ones.
STANDARD = (
    Metric("loss", "Loss", "", DOWN, NUMBER, (TRAINING, TEST)),
    Metric("accuracy", "Accuracy", "", UP, PERCENT, (TRAINING, TEST)),
    Metric("learning_rate", "Learning rate", "", None, NUMBER, (TRAINING,)),
)
#: Keys of an ``evaluated`` body that are names of metrics and hold their values.
BESIDE_METRICS = ("loss", "accuracy")
DIVERGED_BY = "loss"  # the metric of a ``diverged`` event that names none
SCORED_BY = "accuracy"  # the metric that selects the best checkpoint if none has a ``score``

_STANDARD = {metric.name: metric for metric in STANDARD}


class MetricPart(NamedTuple):
    """A metric of one part of the data: what one curve shows."""

    metric: str
    part: str = TRAINING

    @property
    def text(self) -> str:
        """The name in commands and files: ``loss`` for the training, else ``test_loss``."""
        return self.metric if self.part == TRAINING else "{}_{}".format(self.part, self.metric)


def parse_metric_part(text: str, known: Iterable[MetricPart] = ()) -> MetricPart:
    """The inverse of ``MetricPart.text``; the one of ``known`` with this text, if any."""
    for one in known:
        if one.text == text:
            return one
    for part in (TEST, VALIDATION):
        if text.startswith(part + "_") and len(text) > len(part) + 1:
            return MetricPart(text[len(part) + 1 :], part)
    return MetricPart(text)


class Metrics:
    """The metrics of a session in their order, each name once. Immutable."""

    def __init__(self, metrics: Iterable[Metric] = (), declared: Iterable[str] = ()) -> None:
        """``declared``: the names that the recording itself declares."""
        self._by_name = {metric.name: metric for metric in metrics}
        self._declared: FrozenSet[str] = frozenset(declared)

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Metrics):
            return NotImplemented
        return list(self) == list(other) and self._declared == other._declared

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return "Metrics({!r})".format(list(self))

    def get(self, name: str) -> Metric:
        """The metric of this name; an unknown one has only its name."""
        return self._by_name.get(name) or _bare(name)

    def on(self, part: str) -> List[Metric]:
        """The metrics that are reported for a part of the data."""
        return [metric for metric in self if part in metric.on]

    @property
    def parts(self) -> List[MetricPart]:
        """Every metric with every part of the data that it is reported for, sorted by metric."""
        return [MetricPart(metric.name, part) for metric in self for part in metric.on]

    @property
    def expected(self) -> "Metrics":
        """These metrics; the standard ones if nothing is declared and no other was seen yet."""
        if self._declared or any(name not in _STANDARD for name in self._by_name):
            return self
        return STANDARD_METRICS

    @property
    def columns(self) -> List[MetricPart]:
        """The columns of a table: those of the training first, then those of evaluations.

        A recording without a declaration has at least the standard ones.
        """
        parts = self.expected.parts
        training = [key for key in parts if key.part == TRAINING]
        return training + [key for key in parts if key.part != TRAINING]

    def ranked(self, names: Collection[str]) -> List[Metric]:
        """The metrics of these names, the primary one first."""
        there, primary = set(names), self.primary
        known = [metric for metric in self if metric.name in there]
        found = known + [self.get(name) for name in names if name not in self]
        return sorted(found, key=lambda one: one != primary)

    @property
    def primary(self) -> Optional[Metric]:
        """The metric by which sessions and networks are compared; None if there is none.

        The first evaluated one whose better values are higher, else lower, else the first that is
        evaluated, else the first of all.
        """
        evaluated = [metric for metric in self if metric.evaluated_on]
        ranked = sorted(evaluated or self, key=lambda one: (UP, DOWN, None).index(one.better))
        return ranked[0] if evaluated else next(iter(self), None)

    @property
    def primary_training(self) -> Optional[Metric]:
        """The training metric that a single small curve shows: a loss if there is one."""
        found = self.on(TRAINING)
        return min(found, key=lambda one: (DOWN, UP, None).index(one.better), default=None)

    def score_better(self, name: str) -> str:
        """UP or DOWN: which scores of this metric are better; UP without a declaration."""
        declared = self._by_name[name].better if name in self._declared else None
        return declared or UP


#: The metrics of a recording without a declaration.
STANDARD_METRICS = Metrics(STANDARD)


class MetricsFold:
    """Collects the ``Metrics`` of a recording from its rows and events, in order."""

    def __init__(self) -> None:
        self._declared: Dict[str, Metric] = {}
        self._seen: Dict[str, List[str]] = {}  # the parts with values, by metric
        self._scores: Dict[str, None] = {}
        self._metrics: Optional[Metrics] = None
        self.crowded = False  # True: there are more metrics than are shown

    def event(self, kind: str, body: Any) -> None:
        """Add an event of any kind."""
        if kind == STARTED:
            self._started(body)
        elif kind == EVALUATED:
            part = part_of(body)
            for name in evaluated_values(body):
                self._saw(name, part)
        elif kind == CHECKPOINT:
            self._scored(_table(_table(body).get("score")).get("metric"))

    def row(self, name: str) -> bool:
        """Add a row of ``steps`` of this metric; returns whether the metric is shown."""
        self._saw(name, TRAINING)
        return self.shows(name, TRAINING)

    def shows(self, metric: str, part: str) -> bool:
        """Whether values of this metric and part were seen and are within the limit of metrics."""
        return part in self._seen.get(metric, ())

    def metrics(self) -> Metrics:
        """The metrics so far; the same object as long as nothing new was seen."""
        if self._metrics is None:
            rest = sorted({*self._seen, *self._scores})  # not in the order of the recording
            names = list(dict.fromkeys([*self._usual(), *rest]))
            found = [self._metric(name) for name in names[:MOST_METRICS]]
            self._metrics = Metrics(found, self._declared)
        return self._metrics

    def _started(self, body: Any) -> None:
        """Take a declaration; a later one replaces an earlier one."""
        declared = parse_declaration(_table(body).get("metrics"))
        if declared:
            found = {metric.name: metric for metric in declared}
            older = {name: one for name, one in self._declared.items() if name not in found}
            self._declared = dict(list(dict(found, **older).items())[:MOST_METRICS])
            self._metrics = None

    def _scored(self, name: Any) -> None:
        if is_metric_name(name) and name not in self._scores and len(self._scores) < MOST_METRICS:
            self._scores[name] = None
            self._metrics = None

    def _saw(self, name: str, part: str) -> None:
        parts = self._seen.get(name)
        if parts is None:
            if len(self._seen) >= MOST_METRICS:
                self.crowded = True
                return
            parts = self._seen.setdefault(name, [])
        if part not in parts and len(parts) < MOST_PARTS:
            parts.append(part)
            self._metrics = None

    def _usual(self) -> List[str]:
        """The declared metrics; without a declaration, the standard ones that have values."""
        if self._declared:
            return list(self._declared)
        return [name for name in _STANDARD if name in self._seen or not self._seen]

    def _metric(self, name: str) -> Metric:
        known = self._declared.get(name) or _STANDARD.get(name)
        seen = sorted(self._seen.get(name, []), key=_place_of_part)
        if known is None:
            return _bare(name, UP if name in self._scores else None)._replace(on=tuple(seen))
        if name not in self._declared and self._seen:
            return known._replace(on=tuple(seen))
        return known._replace(on=tuple(dict.fromkeys([*known.on, *seen])))


def parse_declaration(value: Any) -> List[Metric]:
    """The metrics that a ``started`` event declares; invalid entries are left out."""
    if not isinstance(value, dict):
        return []
    named = [(name, one) for name, one in value.items() if is_metric_name(name)]
    return [_parse_metric(name, one) for name, one in named[:MOST_METRICS] if isinstance(one, dict)]


def declaration_of(metrics: Iterable[Metric]) -> Dict[str, Dict[str, Any]]:
    """The inverse of ``parse_declaration``."""
    return {
        metric.name: {
            "title": metric.title,
            "unit": metric.unit,
            "better": metric.better,
            "format": metric.format,
            "on": list(metric.on),
            "resolution": metric.resolution,
        }
        for metric in metrics
    }


def is_metric_name(name: Any) -> bool:
    """Whether a metric may have this name: printable text of at most LONGEST_NAME characters."""
    return isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and is_printable(name)


def evaluated_values(body: Any) -> Dict[str, float]:
    """The values of an ``evaluated`` event by metric; they may be NaN or infinite."""
    given = dict(_table(_table(body).get("metrics")))
    for name in BESIDE_METRICS:
        given.setdefault(name, _table(body).get(name))
    found = ((name, number(value)) for name, value in given.items())
    return {name: value for name, value in found if value is not None and is_metric_name(name)}


def standard_values(values: Mapping[str, float]) -> Dict[str, Optional[float]]:
    """The values that the JSON of an evaluation always has; null if unknown."""
    return {name: values.get(name) for name in BESIDE_METRICS}


def part_of(body: Any) -> str:
    """The part of the data that an ``evaluated`` event measured."""
    part: Any = _table(body).get("on")
    return part if is_metric_name(part) else TEST


def _parse_metric(name: str, declared: Dict[str, Any]) -> Metric:
    parts = declared.get("on")
    on = [part for part in parts if is_metric_name(part)] if isinstance(parts, list) else []
    better, form = declared.get("better"), declared.get("format")
    return Metric(
        name,
        _text(declared.get("title"), LONGEST_NAME) or name,
        _text(declared.get("unit"), LONGEST_UNIT),
        better if better in (UP, DOWN) else None,
        form if form in (PERCENT, NUMBER) else NUMBER,
        tuple(dict.fromkeys(on[:MOST_PARTS])) or (TRAINING,),
        _text(declared.get("resolution"), LONGEST_UNIT) or STEP,
    )


def _place_of_part(part: str) -> Tuple[int, str]:
    usual = (TRAINING, VALIDATION, TEST)
    return usual.index(part) if part in usual else len(usual), part


def _bare(name: str, better: Optional[str] = None) -> Metric:
    return Metric(name, name, better=better)


def _text(value: Any, longest: int) -> str:
    return value[:longest] if isinstance(value, str) and is_printable(value) else ""


def _table(value: Any) -> Dict[str, Any]:
    return value if isinstance(value, dict) else {}
