"""The points at which the network is drawn as a function: on a line, or over a plane.

Data whose examples are points has a ``Grid``. The trainer sends what does not change with
``started``, and the network's outputs at the points of the grid with each evaluation.
"""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import numpy as np

Array = Any  # NumPy's ndarray; NumPy for Python 3.6 has no types

MOST_SAMPLES = 200  # of the training examples that are drawn
ON_A_LINE, ACROSS_A_PLANE = 101, 24  # points of an axis


class Axis(NamedTuple):
    """Evenly spaced values, both ends included."""

    name: str
    low: float
    high: float
    points: int

    @property
    def values(self) -> Array:
        return np.linspace(self.low, self.high, self.points)


class Grid(NamedTuple):
    """Points of one or two axes; along the first axis first, from the low values to the high.

    ``samples`` has a row for each training example: its place on the axes, then its target.
    """

    axes: Tuple[Axis, ...]
    inputs: Array  # what the network is given at each point
    samples: Array
    truth: Optional[Array] = None  # the function to be found at each point, where it is known

    def of(self, chosen: Array) -> "Grid":
        """The grid with the samples of some training examples."""
        return self._replace(samples=self.samples[chosen])

    def as_json(self) -> Dict[str, Any]:
        """The grid as ``started.data`` holds it."""
        facts: Dict[str, Any] = {"axes": [dict(axis._asdict()) for axis in self.axes]}
        if self.truth is not None:
            facts["truth"] = short_numbers(self.truth)
        facts["samples"] = [short_numbers(sample) for sample in self.samples[:MOST_SAMPLES]]
        return facts


def places_of(axes: Tuple[Axis, ...]) -> Array:
    """The points of the grid, (n, axes)."""
    values = np.meshgrid(*[axis.values for axis in axes])
    return np.stack([one.ravel() for one in values], axis=1)


def short_numbers(values: Array) -> List[Union[float, str]]:
    """Numbers of four digits for JSON: more are not seen. "nan", "inf" and "-inf" stay."""
    texts = ("{:.4g}".format(float(value)) for value in np.ravel(values))
    return [text if text[-1] in "nf" else float(text) for text in texts]
