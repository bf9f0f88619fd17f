"""The skeletons of handwritten digits: the ways people write each one, as strokes.

A stroke is a Catmull-Rom spline through its points, written "x,y" in hundredths: x to the right and
y down, the digit about 100 high. A stroke ends where the pen turns sharply, and the next one begins
at the same point.
"""

import math
from typing import List, NamedTuple, Tuple

import numpy as np

Point = Tuple[float, float]

#: How many points each skeleton is drawn with.
POINTS = 64

#: Digit -> the ways to write it; "/" parts strokes.
_WAYS = {
    0: [
        "50,0 24,12 14,50 24,88 50,100 76,88 86,50 76,12 50,0",
        "56,2 34,16 24,50 32,86 50,99 68,84 76,50 68,16 54,2 44,6",
        "62,6 40,2 16,28 10,62 26,94 54,97 80,72 88,38 74,8 52,0 40,8",
    ],
    1: [
        "50,0 50,50 50,100",
        "26,24 42,14 54,0 / 54,0 54,50 54,100",
        "30,20 44,12 52,0 / 52,0 52,50 52,100 / 28,100 52,100 76,100",
        "40,10 54,0 / 54,0 50,50 50,100",
    ],
    2: [
        "18,24 28,6 52,0 76,10 80,32 62,60 38,82 16,98 / 16,98 50,98 86,97",
        "20,20 36,2 62,2 76,22 68,52 44,82 24,96 14,90 22,80 40,86 62,97 86,92",
        "16,12 48,2 78,12 76,36 46,66 14,99 / 14,99 50,97 84,99",
        "22,30 26,8 50,0 74,12 72,38 48,70 22,98 / 22,98 44,90 64,97 84,90",
    ],
    3: [
        "20,12 42,0 68,4 76,22 64,42 42,48 / 42,48 70,52 84,72 70,94 42,100 16,88",
        "18,2 50,1 80,2 / 80,2 62,22 44,42 / 44,42 72,46 84,70 70,94 42,100 16,90",
        "22,16 44,0 70,10 70,34 48,46 40,47 50,49 74,62 74,88 46,100 18,90",
    ],
    4: [
        "62,0 40,32 14,66 / 14,66 50,66 88,64 / 66,34 65,70 64,100",
        "26,2 20,30 18,54 / 18,54 48,56 84,52 / 72,4 70,50 68,100",
        "64,0 36,34 12,68 / 12,68 48,68 88,68 / 64,0 64,50 64,100",
        "30,4 20,30 24,50 46,54 72,44 / 76,4 72,50 66,100",
    ],
    5: [
        "28,2 26,24 22,44 / 22,44 48,36 76,48 82,72 66,95 40,100 16,88 / 28,2 54,3 82,1",
        "80,4 54,2 34,6 26,28 30,42 54,42 78,56 76,84 52,99 18,92",
        "82,2 56,3 30,2 / 30,2 26,24 24,46 / 24,46 52,38 78,54 74,86 46,99 16,94",
    ],
    6: [
        "66,2 42,18 24,46 18,74 32,96 58,98 78,82 74,60 52,52 32,62 22,80",
        "56,0 38,30 26,62 30,90 52,100 72,88 74,66 56,56 36,66 28,78",
        "76,8 56,0 34,16 20,46 18,78 36,98 62,96 80,78 72,56 46,52 26,64",
    ],
    7: [
        "14,6 50,5 84,4 / 84,4 62,42 44,100",
        "14,6 50,5 84,4 / 84,4 62,42 44,100 / 36,50 56,49 78,47",
        "18,22 20,4 / 20,4 52,6 84,4 / 84,4 60,36 48,66 44,100",
        "14,12 40,2 66,6 82,8 / 82,8 66,38 54,70 50,100",
    ],
    8: [
        "74,14 54,0 28,10 28,32 52,48 76,66 76,90 50,100 24,90 24,68 50,48 72,30 74,14",
        "50,0 28,10 28,36 50,47 72,36 72,10 50,0 / 50,47 24,60 20,86 50,100 80,86 76,60 50,47",
        "80,12 58,2 34,8 32,30 54,48 74,70 64,96 36,98 22,78 42,54 66,34 84,10",
    ],
    9: [
        "74,26 60,4 34,4 20,26 30,48 54,48 74,26 / 76,6 74,40 68,100",
        "76,16 54,0 28,12 22,36 42,52 66,40 76,16 / 76,16 78,52 68,88 46,100 24,92",
        "70,12 44,2 22,20 26,44 50,48 70,30 72,8 / 72,8 66,54 54,100",
    ],
}


class Skeletons(NamedTuple):
    """Every way to write every digit, digits in order.

    ``points`` float32 (ways, POINTS, 2): x, y evenly along the strokes, in digit heights from
    the digit's middle. ``length`` float32 (ways,): of all its strokes. ``first``, ``number``
    int (10,): which ways write a digit.
    """

    points: np.ndarray
    length: np.ndarray
    first: np.ndarray
    number: np.ndarray


def skeletons() -> Skeletons:
    """All skeletons. Only +, -, *, / and sqrt, so the same bits on every machine."""
    ways = [_evenly(_trace(way)) for digit in range(10) for way in _WAYS[digit]]
    counts = [len(_WAYS[digit]) for digit in range(10)]
    return Skeletons(
        points=np.array([points for points, _ in ways], np.float32),
        length=np.array([length for _, length in ways], np.float32),
        first=np.array([sum(counts[:digit]) for digit in range(10)]),
        number=np.array(counts),
    )


def _trace(way: str, pieces: int = 16) -> List[List[Point]]:
    """The strokes as fine polylines: ``pieces`` straight pieces between two points."""
    strokes = []
    for text in way.split("/"):
        knots = [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]
        padded = [knots[0], *knots, knots[-1]]
        line = [
            _spline(padded[at : at + 4], piece / pieces)
            for at in range(len(knots) - 1)
            for piece in range(pieces)
        ]
        strokes.append([*line, knots[-1]])
    return strokes


def _spline(knots: List[Point], t: float) -> Point:
    """Catmull-Rom from the second (t = 0) to the third (t = 1) of four ``knots``."""
    x, y = (
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        for a, b, c, d in zip(*knots)
    )
    return x, y


def _evenly(strokes: List[List[Point]]) -> Tuple[List[Point], float]:
    """POINTS points at equal distances along the strokes, and their length, in digit heights."""
    pieces = [(a, b) for line in strokes for a, b in zip(line, line[1:])]
    lengths = [math.sqrt((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) for a, b in pieces]
    total = sum(lengths)
    points, passed, at = [], 0.0, 0
    for k in range(POINTS):
        wanted = (k + 0.5) * total / POINTS
        while passed + lengths[at] < wanted and at < len(pieces) - 1:
            passed += lengths[at]
            at += 1
        (x0, y0), (x1, y1) = pieces[at]
        part = (wanted - passed) / lengths[at]
        points.append(((x0 + part * (x1 - x0)) / 100 - 0.5, (y0 + part * (y1 - y0)) / 100 - 0.5))
    return points, total / 100
