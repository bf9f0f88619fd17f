"""The rows that wait to be written, in order of seq. Their number is limited."""

from typing import Any, List, NamedTuple, Tuple

from nanotrain_tui.catalog.formats import plural

MOST_BYTES = 128 << 20  # ten million steps of three metrics
_ROW_BYTES = 200  # what a row costs in memory besides its text or data


class Row(NamedTuple):
    table: str
    values: Tuple[Any, ...]
    bytes: int

    @property
    def updates(self) -> Tuple[int, int, int]:
        """The segment, first step and count of a row of steps."""
        return self.values[1], self.values[3], self.values[4]


class Lost(NamedTuple):
    """What is missing from a recording; the lost updates are ``first_step`` to ``last_step``."""

    updates: int = 0
    first_step: int = 0
    last_step: int = 0
    events: int = 0
    samples: int = 0

    def __bool__(self) -> bool:
        return bool(self.updates or self.events or self.samples)

    def __str__(self) -> str:
        """``1,200 steps (300 to 1,499), 3 events and 12 samples of telemetry``"""
        parts = []
        if self.updates:
            where = "{:,}".format(self.first_step)
            if self.last_step != self.first_step:
                where += " to {:,}".format(self.last_step)
            parts.append("{} ({})".format(plural(self.updates, "step"), where))
        if self.events:
            parts.append(plural(self.events, "event"))
        if self.samples:
            parts.append(plural(self.samples, "sample") + " of telemetry")
        return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "nothing"

    def plus(self, other: "Lost") -> "Lost":
        known = [lost for lost in (self, other) if lost.updates]
        return Lost(
            self.updates + other.updates,
            min((lost.first_step for lost in known), default=0),
            max((lost.last_step for lost in known), default=0),
            self.events + other.events,
            self.samples + other.samples,
        )


class Backlog:
    """The rows that are not on the disk yet; ``dropped`` are those that memory could not hold."""

    def __init__(self) -> None:
        self.dropped = Lost()
        self._rows: List[Row] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, table: str, values: Tuple[Any, ...], size: int) -> None:
        """Append a row with ``size`` bytes of text or data."""
        self._rows.append(Row(table, values, size + _ROW_BYTES))
        self._bytes += size + _ROW_BYTES

    def first(self, most_bytes: int) -> List[Row]:
        """The oldest rows that fit; at least one, and all metrics of its updates."""
        size, taken = 0, 0
        for row in self._rows:
            if size + row.bytes > most_bytes and taken and not self._joined(taken):
                break
            size += row.bytes
            taken += 1
        return self._rows[:taken]

    def written(self, count: int) -> None:
        """Remove the oldest ``count`` rows: they are on the disk."""
        self._bytes -= sum(row.bytes for row in self._rows[:count])
        del self._rows[:count]

    def shed(self) -> None:
        """Drop the oldest samples, then the oldest updates, until the rest fits; events stay."""
        for table in ("samples", "steps"):
            if self._bytes > MOST_BYTES:
                self._drop(table)

    def contents(self) -> Lost:
        """What is lost if these rows are not written."""
        return _count(self._rows)

    def _drop(self, table: str) -> None:
        kept: List[Row] = []
        dropped: List[Row] = []
        for row in self._rows:
            joined = bool(dropped) and table == "steps" and _are_joined(dropped[-1], row)
            if row.table == table and (self._bytes > MOST_BYTES or joined):
                self._bytes -= row.bytes
                dropped.append(row)
            else:
                kept.append(row)
        self._rows = kept
        self.dropped = self.dropped.plus(_count(dropped))

    def _joined(self, index: int) -> bool:
        return _are_joined(self._rows[index - 1], self._rows[index])


def _are_joined(one: Row, other: Row) -> bool:
    """Whether both are metrics of the same updates."""
    return one.table == other.table == "steps" and one.updates == other.updates


def _count(rows: List[Row]) -> Lost:
    runs = {row.updates for row in rows if row.table == "steps"}
    tables = [row.table for row in rows]
    return Lost(
        sum(count for _, _, count in runs),
        min((first for _, first, _ in runs), default=0),
        max((first + count - 1 for _, first, count in runs), default=0),
        tables.count("events"),
        tables.count("samples"),
    )
