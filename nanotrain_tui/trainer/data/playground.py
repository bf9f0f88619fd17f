"""Points in a plane, as in TensorFlow Playground (playground.tensorflow.org): what to tell apart.

Both coordinates are between about -6 and 6. The two classes of a classification are 0 and 1, which
the Playground shows in orange and blue. The target of a regression is between -1 and 1.

``data.noise`` is the Playground's noise in percent, divided by 100. A function of points gets the
source of random numbers, how many points it makes, and the noise, and returns the points
(n, 2) and their targets (n,). ``POINTS`` has all of them.
"""

import math
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from .dataset import BINARY, REGRESSION, DataError, Dataset, Progress, Rows
from .grid import ACROSS_A_PLANE, Axis, Grid, places_of
from .made import Made, facts_of, made_by
from .samples import with_sketch
from .source import Facts, Source

Array = Any  # NumPy's ndarray; NumPy for Python 3.6 has no types
Points = Tuple[Array, Array]
PointsOf = Callable[[Any, int, float], Points]

FEATURES_KEY = "data.features"
KEYS = ("data.features", "data.samples", "data.noise", "data.train_share", "data.seed")
DEFAULTS: Dict[str, Any] = {"features": "x, y", "samples": 500, "noise": 0.0, "train_share": 0.5}
RADIUS = 5.0  # of the circle and the spiral, and half a side of xor's square
REACH = 6.0  # half a side of the plane that is shown
_GAP = 0.3  # between xor's axes and the nearest points

#: What a network can be given of a point.
FEATURES: Dict[str, Callable[[Array, Array], Array]] = {
    "x": lambda x, _: x,
    "y": lambda _, y: y,
    "x^2": lambda x, _: x * x,
    "y^2": lambda _, y: y * y,
    "xy": lambda x, y: x * y,
    "sin x": lambda x, _: np.sin(x),
    "sin y": lambda _, y: np.sin(y),
}


class Set(NamedTuple):
    """A set of points: its task, its formula and a few words about it."""

    task: str
    points: PointsOf
    about: str


def circle(random: Any, count: int, noise: float) -> Points:
    inside = _halves(count)
    share: Array = np.where(inside, _even(random, 0.0, 0.5, count), _even(random, 0.7, 1.0, count))
    points = _around(share * RADIUS, _even(random, 0.0, 2.0 * math.pi, count))
    seen = points + _even(random, -RADIUS, RADIUS, count, 2) * noise
    return points, np.sqrt(np.square(seen).sum(axis=1)) < 0.5 * RADIUS


def xor(random: Any, count: int, noise: float) -> Points:
    points = _even(random, -RADIUS, RADIUS, count, 2)
    points += np.where(points > 0.0, _GAP, -_GAP)
    seen = points + _even(random, -RADIUS, RADIUS, count, 2) * noise
    return points, seen[:, 0] * seen[:, 1] >= 0.0


def gauss(random: Any, count: int, noise: float) -> Points:
    ones = _halves(count)
    middle = np.where(ones, 2.0, -2.0)
    deviation = math.sqrt(0.5 + 7.0 * noise)
    return middle[:, None] + deviation * random.standard_normal((count, 2)), ones


def spiral(random: Any, count: int, noise: float) -> Points:
    ones = _halves(count)
    along: Array = np.where(ones, _ranks(ones), _ranks(~ones))
    turn: Array = 1.75 * along * 2.0 * math.pi + np.where(ones, 0.0, math.pi)
    points = _around(along * RADIUS, turn)
    return points + _even(random, -1.0, 1.0, count, 2) * noise, ones


def plane(random: Any, count: int, noise: float) -> Points:
    points = _even(random, -REACH, REACH, count, 2)
    seen = points + _even(random, -REACH, REACH, count, 2) * noise
    return points, seen.sum(axis=1) / 10.0


_HILLS = (  # the middle of each, and its height
    (-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0),
    (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0),
)  # fmt: skip


def multi_gauss(random: Any, count: int, noise: float) -> Points:
    points = _even(random, -REACH, REACH, count, 2)
    seen = points + _even(random, -REACH, REACH, count, 2) * noise
    target = np.zeros(count)
    for x, y, height in _HILLS:
        away = np.sqrt(np.square(seen - (x, y)).sum(axis=1))
        here = height * np.clip(1.0 - away / 2.0, 0.0, 1.0)
        target = np.where(np.abs(here) > np.abs(target), here, target)
    return points, target


POINTS: Dict[str, Set] = {
    "circle": Set(BINARY, circle, "a disk within a ring"),
    "xor": Set(BINARY, xor, "the four quarters of a square, opposite ones alike"),
    "gauss": Set(BINARY, gauss, "two clouds of points"),
    "spiral": Set(BINARY, spiral, "two spirals, one within the other"),
    "plane": Set(REGRESSION, plane, "a slope: the sum of x and y"),
    "multi-gauss": Set(REGRESSION, multi_gauss, "six hills and hollows"),
}


def source_of_points(name: str) -> Source:
    """The source of data of a set of points."""

    def inspect(config: Mapping[str, Any]) -> Facts:
        made, features = made_by(config, DEFAULTS), features_of(config)
        facts = {
            "source": _source(name), "shape": [len(features)], "outputs": 1,
            "classes": 2 if POINTS[name].task == BINARY else 0, "task": POINTS[name].task,
        }  # fmt: skip
        facts = dict(facts, **facts_of(made))
        return with_sketch(facts, config, _grid(features, name, made))

    def load(config: Mapping[str, Any], _progress: Progress) -> Dataset:
        task, made = POINTS[name].task, made_by(config, DEFAULTS)
        train, test = (Rows(*part) for part in points_data(dict(config, **{"data.name": name})))
        grid = _grid(features_of(config), name, made)
        count = 2 if task == BINARY else 0
        return Dataset(name, _source(name), train, test, task, count, grid=grid)

    return Source(
        inspect, load, keys=KEYS, standalone=points_data, columns=lambda _: ("x", "y"),
        inputs_of=lambda config, rows: inputs_of(rows, features_of(config)), features=features_of,
    )  # fmt: skip


def _grid(features: List[str], name: str, made: Made) -> Grid:
    axes = tuple(Axis(name, -REACH, REACH, ACROSS_A_PLANE) for name in ("x", "y"))
    samples = np.column_stack(points_of(name, made))[: made.train]
    return Grid(axes, inputs_of(places_of(axes), features), samples)


def points_data(config: Mapping[str, Any], _place: Optional[str] = None) -> Any:
    """The script makes the points itself, without --data."""
    made = made_by(config, DEFAULTS)
    points, targets = points_of(str(config["data.name"]), made)
    inputs = inputs_of(points, features_of(config))
    parts = (slice(made.train), slice(made.train, None))
    return tuple((inputs[part], targets[part]) for part in parts)


def points_of(name: str, made: Made) -> Points:
    """The points (n, 2) and their targets, in random order: int64 (n,) or float64 (n, 1)."""
    random = made.random
    points, targets = POINTS[name].points(random, made.samples, made.noise)
    order = random.permutation(made.samples)
    if POINTS[name].task == BINARY:
        return points[order], targets[order].astype(np.int64)
    return points[order], targets[order, None]


def inputs_of(points: Array, features: List[str]) -> Array:
    """What the network is given of points (n, 2): float32 (n, features)."""
    x, y = points[:, 0], points[:, 1]
    return np.stack([FEATURES[name](x, y) for name in features], axis=1).astype(np.float32)


def features_of(config: Mapping[str, Any]) -> List[str]:
    """The names of ``data.features``. Raises DataError."""
    text = config.get(FEATURES_KEY, DEFAULTS["features"])
    names = [name.strip() for name in str(text).split(",")]
    for name in names:
        if name not in FEATURES:
            message = "{!r} is not one of {}.".format(name, ", ".join(FEATURES))
            raise DataError(FEATURES_KEY, message)
    return list(dict.fromkeys(names))


def _source(name: str) -> str:
    return "{}, made by nanotrain".format(POINTS[name].about)


def _halves(count: int) -> Array:
    """Which points are of the first half."""
    return np.arange(count) < (count + 1) // 2


def _ranks(chosen: Array) -> Array:
    """Where the chosen points are among themselves, from 0 to below 1."""
    return (np.cumsum(chosen) - 1.0) / max(1, int(chosen.sum()))


def _even(random: Any, low: float, high: float, *shape: int) -> Array:
    """Uniform numbers."""
    return low + (high - low) * random.random_sample(shape)


def _around(distance: Array, angle: Array) -> Array:
    """Points (n, 2) by their distance from the origin and their angle, in radians."""
    return np.stack([distance * np.sin(angle), distance * np.cos(angle)], axis=1)
