"""A metric as points of a line, and the places where the line is broken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from nanotrain_tui.follow.not_finite import INFINITE, NAN
from nanotrain_tui.follow.not_finite_ranges import in_words
from nanotrain_tui.follow.series import Curve

Point = tuple[float, float]


class Trace(NamedTuple):
    """A metric over an x axis. The points of each piece are joined by a line, in order of x."""

    pieces: Sequence[Sequence[Point]]  # only finite values
    not_finite: Sequence[tuple[float, str]] = ()  # (x, kind) of values that are not finite
    note: str = ""  # a text about them, from ``follow.not_finite_ranges.in_words``
    extent: tuple[float, float] | None = None  # the ends of the axis; None: those of the points
    held: bool = False  # a value stays until the next point, as a learning rate does: no slopes

    @property
    def points(self) -> list[Point]:
        """The points of all pieces."""
        return [point for piece in self.pieces for point in piece]

    @property
    def xs(self) -> list[float]:
        """The x of everything that is drawn, and the ends of the axis; empty without values."""
        drawn = [x for x, _ in self.points] + [x for x, _ in self.not_finite]
        return [*drawn, *(self.extent or ())] if drawn else []

    @property
    def kinds(self) -> list[str]:
        """The kinds of values that are not finite."""
        found = {kind for _, kind in self.not_finite}
        return [kind for kind in (NAN, INFINITE) if kind in found]


def corners(piece: Sequence[Point]) -> list[Point]:
    """The points of a held trace with those where it jumps: lines between them are steps."""
    found = list(piece[:1])
    for x, value in piece[1:]:
        found += [(x, found[-1][1]), (x, value)]
    return found


def trace_of_curve(curve: Curve, place: Callable[[int], float] = float) -> Trace:
    """The trace of a curve: each bin at the middle of its steps. ``place`` is the x of a step."""
    middle = (curve.width - 1) // 2
    pieces: list[list[Point]] = [[]]
    not_finite: list[tuple[float, str]] = []
    for i, count in enumerate(curve.counts):
        x = place(min(curve.end, curve.start + i * curve.width + middle))
        if i in curve.not_finite:
            not_finite.append((x, curve.not_finite[i].kind))
        if count:
            pieces[-1].append((x, curve.means[i]))
        elif i in curve.not_finite:
            pieces.append([])
    return Trace([piece for piece in pieces if piece], not_finite, in_words(curve))


def trace_of_values(values: Iterable[tuple[int, float]], place: Callable[[int], float]) -> Trace:
    """The trace of (step, value) pairs. ``place`` is the x of a step."""
    pieces: list[list[Point]] = [[]]
    not_finite: list[tuple[float, str]] = []
    for step, value in values:
        if math.isfinite(value):
            pieces[-1].append((place(step), value))
        else:
            not_finite.append((place(step), NAN if math.isnan(value) else INFINITE))
            pieces.append([])
    return Trace([piece for piece in pieces if piece], not_finite)


def steps_of(curves: Iterable[Curve]) -> tuple[int, int]:
    """The first and the last step with a value, finite or not, in any of the curves."""
    there = [curve for curve in curves if curve]
    begins = [curve.start + _first_bin(curve) * curve.width for curve in there]
    return max(1, min(begins, default=1)), max((curve.end for curve in there), default=1)


def _first_bin(curve: Curve) -> int:
    return next(i for i, count in enumerate(curve.counts) if count or i in curve.not_finite)
