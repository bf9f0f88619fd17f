"""A series of any length in constant memory: its bins double their width when all are full.

So the bins always hold the whole series, and a drawing of it changes only at its end.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from nanotrain_tui.follow.not_finite import NotFinite
from nanotrain_tui.follow.totals import is_finite, totals, totals_between

BLOCK = 1 << 17  # about the maximum number of values in the buffer
SAME = 1e-6  # the relative difference of values that are equal: means are rounded
FEW_JUMPS = 3  # are always few, also in a short curve
WORTH_NUMPY = 1 << 15  # with fewer values, loading NumPy takes longer than it saves


@dataclass(frozen=True, slots=True)
class Curve:
    """A snapshot of a series. Bin i covers x in [start + i * width, start + (i + 1) * width).

    A bin with count 0 has no finite value: it is a gap, and its mean is NaN. ``not_finite`` has an
    entry for each bin with NaN or infinite values. Do not change the arrays: they are shared.
    """

    width: int = 1
    counts: array[int] = field(default_factory=lambda: array("q"))
    not_finite: Mapping[int, NotFinite] = field(default_factory=dict)
    lows: array[float] = field(default_factory=lambda: array("d"))
    highs: array[float] = field(default_factory=lambda: array("d"))
    means: array[float] = field(default_factory=lambda: array("d"))
    last: float | None = None  # the newest value; it may be NaN or infinite
    low: float | None = None  # the minimum of the finite values
    high: float | None = None  # the maximum of the finite values
    end: int = 0  # the x of the newest value
    start: int = 0  # the x of the first bin
    _stepped: list[Curve] = field(default_factory=list, compare=False, repr=False)

    def __bool__(self) -> bool:
        return self.last is not None

    @property
    def jumps(self) -> bool:
        """Whether it is constant except for a few jumps, as a learning rate that is edited."""
        known = [mean for mean, count in zip(self.means, self.counts, strict=True) if count]
        changes = sum(not math.isclose(a, b, rel_tol=SAME) for a, b in pairwise(known))
        return changes <= max(FEW_JUMPS, len(known) // 10)

    def stepped(self) -> Curve:
        """A curve that jumps, with the value after the jump in the bin of a jump.

        The mean of such a bin is of both values, and was never the value itself. It is the same
        object each time, so that what is drawn from it is known to be the same.
        """
        if not self._stepped:
            self._stepped.append(self._make_stepped())
        return self._stepped[0]

    def _make_stepped(self) -> Curve:
        means, value = array("d", self.means), math.nan
        for i, count in enumerate(self.counts):
            if count:
                low, high = self.lows[i], self.highs[i]
                value = high if math.isclose(value, low, rel_tol=SAME) else low
                means[i] = value
        return replace(self, means=means, _stepped=[])


class Series:
    """Values at integer x >= 0, in at most ``capacity`` bins of 48 bytes.

    Raises ValueError if ``capacity`` is less than 2.
    """

    def __init__(self, capacity: int = 512) -> None:
        if capacity < 2:
            raise ValueError("a series needs two bins")
        self.capacity = capacity
        self._width = 1
        self._clear()

    def _clear(self) -> None:
        self._waiting = array("f")  # a buffer of consecutive values that are binned together
        self._waiting_x = 0
        self._counts = array("q")
        self._not_finite: dict[int, NotFinite] = {}
        self._lows = array("d")
        self._highs = array("d")
        self._sums = array("d")
        self._lasts = array("d")
        self._ends = array("q")  # the largest x in the bin; -1 if the bin is empty
        self._curve: Curve | None = None

    def add(self, x: int, value: float) -> None:
        """Add one value at x."""
        index = x // self._width
        if self._waiting or not 0 <= index < len(self._counts) or not is_finite(value):
            self.extend(x, (value,))
            return
        self._curve = None
        self._counts[index] += 1
        self._sums[index] += value
        self._lows[index] = min(self._lows[index], value)
        self._highs[index] = max(self._highs[index], value)
        if x >= self._ends[index]:
            self._ends[index], self._lasts[index] = x, value

    def extend(self, x: int, values: Sequence[float]) -> None:
        """Add values[i] at x + i, for all i. Values at negative x are ignored."""
        if x < 0:
            values = values[-x:]
            x = 0
        if not values:
            return
        self._curve = None
        if x != self._waiting_x + len(self._waiting) or len(self._waiting) >= BLOCK:
            self._settle()
        if isinstance(values, array) and values.typecode == "f":
            if not self._waiting:
                self._waiting_x = x
            self._waiting.extend(values)
        else:
            self._settle()
            self._put(x, values)

    def cut(self, x: int) -> None:
        """Delete the values from x on. The bin that holds x is deleted completely.

        Its mean mixes values before and after x, and would show values that no longer count.
        """
        self._settle()
        keep = next((i for i, end in enumerate(self._ends) if end >= x), len(self._ends))
        for column in self._columns():
            del column[keep:]
        self._not_finite = {index: one for index, one in self._not_finite.items() if index < keep}
        self._curve = None

    def curve(self) -> Curve:
        """A snapshot; the same object until a value is added or deleted."""
        if self._curve is None:
            self._settle()
            self._curve = self._snapshot()
        return self._curve

    def _columns(self) -> tuple[array[int] | array[float], ...]:
        return (self._counts, self._lows, self._highs, self._sums, self._lasts, self._ends)

    def _snapshot(self) -> Curve:
        newest = len(self._ends) - 1
        while newest >= 0 and self._ends[newest] < 0:
            newest -= 1
        low, high = min(self._lows, default=math.inf), max(self._highs, default=-math.inf)
        means = (s / n if n else math.nan for s, n in zip(self._sums, self._counts, strict=True))
        return Curve(
            width=self._width,
            counts=self._counts[:],
            not_finite=dict(self._not_finite),
            lows=self._lows[:],
            highs=self._highs[:],
            means=array("d", means),
            last=self._lasts[newest] if newest >= 0 else None,
            low=low if low <= high else None,
            high=high if low <= high else None,
            end=self._ends[newest] if newest >= 0 else 0,
        )

    def _reach(self, x: int) -> None:
        """Make room for x: double the width until the bins can hold it, then add bins."""
        while x // self._width >= self.capacity:
            self._halve()
        more = x // self._width + 1 - len(self._counts)
        if more > 0:
            self._counts.extend([0] * more)
            self._lows.extend([math.inf] * more)
            self._highs.extend([-math.inf] * more)
            self._sums.extend([0.0] * more)
            self._lasts.extend([math.nan] * more)
            self._ends.extend([-1] * more)

    def _settle(self) -> None:
        """Move the values of the buffer into their bins."""
        if self._waiting:
            values, self._waiting = self._waiting, array("f")
            self._put(self._waiting_x, values)

    def _put(self, x: int, values: Sequence[float]) -> None:
        end = x + len(values)
        self._reach(end - 1)
        width = self._width
        edges = [0, *range(width - x % width, len(values), width)]
        if len(values) >= WORTH_NUMPY and isinstance(values, array):
            parts = totals_between(values, edges)
        else:
            parts = (totals(values[a:b]) for a, b in pairwise([*edges, len(values)]))
        for index, part in enumerate(parts, x // width):
            last = min(end, (index + 1) * width) - 1
            self._counts[index] += part.values
            if part.last_not_finite >= 0:
                begin = max(x, index * width)
                infinite = last + 1 - begin - part.values - part.nan
                first, until = part.first_not_finite + begin, part.last_not_finite + begin
                found = NotFinite(part.nan, infinite, first, until)
                self._not_finite[index] = found.joined(self._not_finite.get(index))
            self._lows[index] = min(self._lows[index], part.low)
            self._highs[index] = max(self._highs[index], part.high)
            self._sums[index] += part.total
            if last >= self._ends[index]:
                self._ends[index] = last
                self._lasts[index] = values[last - x]

    def _halve(self) -> None:
        """Merge pairs of bins into bins of twice the width."""
        self._width *= 2
        if len(self._counts) % 2:
            for column, empty in zip(
                self._columns(), (0, math.inf, -math.inf, 0.0, math.nan, -1), strict=True
            ):
                column.append(empty)  # type: ignore[arg-type]
        pairs = range(0, len(self._counts), 2)
        newer = [i + 1 if self._ends[i + 1] >= 0 else i for i in pairs]
        self._counts = array("q", [self._counts[i] + self._counts[i + 1] for i in pairs])
        apart, self._not_finite = self._not_finite, {}
        for index, one in apart.items():
            self._not_finite[index // 2] = one.joined(self._not_finite.get(index // 2))
        self._lows = array("d", [min(self._lows[i], self._lows[i + 1]) for i in pairs])
        self._highs = array("d", [max(self._highs[i], self._highs[i + 1]) for i in pairs])
        self._sums = array("d", [self._sums[i] + self._sums[i + 1] for i in pairs])
        self._lasts = array("d", [self._lasts[i] for i in newer])
        self._ends = array("q", [self._ends[i] for i in newer])
