"""Series of any length in constant memory: bins that double their width when all are full."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Curve:
    """A series' bins at one moment; bin i covers x in [i * width, (i + 1) * width).

    A bin without finite values has count 0 and is a gap; ``bad`` counts its NaN and infinities.
    """

    width: int = 1
    counts: array[int] = field(default_factory=lambda: array("q"))
    bad: array[int] = field(default_factory=lambda: array("q"))
    lows: array[float] = field(default_factory=lambda: array("d"))
    highs: array[float] = field(default_factory=lambda: array("d"))
    means: array[float] = field(default_factory=lambda: array("d"))
    last: float | None = None  # the newest value, NaN and infinities included
    low: float | None = None  # over all finite values
    high: float | None = None
    end: int = 0  # x of the newest value
