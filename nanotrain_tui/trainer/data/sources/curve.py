"""Samples of a curve, with noise: a network approximates a continuous function.

x is between -1 and 1. The samples to train on have noise; those to test on are the curve itself,
so that the test error is the distance from the curve.
"""

import math
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

import numpy as np

from ..dataset import REGRESSION, Dataset, Progress, Rows
from ..grid import ON_A_LINE, Axis, Grid, places_of
from ..made import Made, chosen, facts_of, made_by
from ..samples import with_sketch
from ..source import Facts, Source

Array = Any  # NumPy's ndarray; NumPy for Python 3.6 has no types

CURVE = "data.curve"
DEFAULTS: Dict[str, Any] = {"curve": "sine", "samples": 500, "noise": 0.1, "train_share": 0.8}
HARMONICS = (1, 3, 5, 7, 9)


def square_wave(x: Array) -> Array:
    """The first harmonics of a square wave (its Fourier series), which overshoot at each edge."""
    return sum(np.sin(n * math.pi * x) / n for n in HARMONICS) * (4.0 / math.pi)


#: The curves, and a few words about each.
CURVES: Dict[str, Tuple[Callable[[Array], Array], str]] = {
    "sine": (lambda x: np.sin(2.0 * math.pi * x), "a sine curve"),
    "square": (square_wave, "a square wave of {} harmonics".format(len(HARMONICS))),
    "step": (lambda x: np.where(x < 0.0, 0.0, 1.0), "a step"),
    "polynomial": (lambda x: 4.0 * x ** 3 - 3.0 * x, "a polynomial of degree 3"),
}  # fmt: skip


def inspect(config: Mapping[str, Any]) -> Facts:
    made, name = made_by(config, DEFAULTS), _name(config)
    facts = {
        "source": _source(name, made), "shape": [1], "outputs": 1, "classes": 0,
        "task": REGRESSION,
    }  # fmt: skip
    x, y = samples_of(name, made)
    grid = _grid(name, np.stack([x, y], axis=1)[: made.train])
    return with_sketch(dict(facts, **facts_of(made)), config, grid)


def load(config: Mapping[str, Any], _progress: Progress) -> Dataset:
    made, name = made_by(config, DEFAULTS), _name(config)
    train, test = (Rows(*part) for part in curve_data(config))
    grid = _grid(name, np.hstack([train.inputs, train.targets]))
    return Dataset("curve", _source(name, made), train, test, REGRESSION, grid=grid)


def _grid(name: str, samples: Array) -> Grid:
    axes = (Axis("x", -1.0, 1.0, ON_A_LINE),)
    places = places_of(axes)
    truth = CURVES[name][0](places[:, 0])
    return Grid(axes, places.astype(np.float32), samples, truth)


def curve_data(config: Mapping[str, Any], _place: Optional[str] = None) -> Any:
    """The script makes the samples itself, without --data."""
    made = made_by(config, DEFAULTS)
    x, y = samples_of(_name(config), made)
    parts = (slice(made.train), slice(made.train, None))
    return tuple((x[part, None].astype(np.float32), y[part, None]) for part in parts)


def samples_of(name: str, made: Made) -> Tuple[Array, Array]:
    """x and y of all samples, those to train on first. The noise is a normal distribution's."""
    random = made.random
    x = 2.0 * random.random_sample(made.samples) - 1.0
    y = CURVES[name][0](x)
    y[: made.train] += made.noise * random.standard_normal(made.train)
    return x, y


def _name(config: Mapping[str, Any]) -> str:
    return chosen(config, CURVE, DEFAULTS["curve"], CURVES)


def _source(name: str, made: Made) -> str:
    noise = " with noise {:g}".format(made.noise) if made.noise else ""
    return "{}{}, made by nanotrain".format(CURVES[name][1], noise)


SOURCE = Source(
    inspect,
    load,
    keys=(CURVE, "data.samples", "data.noise", "data.train_share", "data.seed"),
    standalone=curve_data,
    columns=lambda _: ("x",),
    features=lambda _: ("x",),
)
