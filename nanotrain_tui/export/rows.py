"""The steps of a session as a table, a block of rows at a time."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nanotrain_tui.session.recording.reader import Evaluation, SessionReader
from nanotrain_tui.session.recording.records import Segment, Steps

PAGE_ROWS = 96  # recorded rows read at once: after compaction at most 4096 steps each
MOST_WAITING = 256  # rows that wait for another metric before they go without it
FIRST_METRICS = ("loss", "accuracy", "learning_rate")
TEST_COLUMNS = ("test_loss", "test_accuracy")


@dataclass(frozen=True)
class Block:
    """Consecutive updates: ``first_step``, session times in seconds, and each metric's values.

    A metric that was not recorded for them is missing from ``values``.
    """

    first_step: int
    times_s: "array[float]"
    values: Mapping[str, "array[float]"]

    def __len__(self) -> int:
        return len(self.times_s)


class StepTable:
    """Every update of a session once, in order; what a resume ran again supersedes."""

    def __init__(self, reader: SessionReader) -> None:
        self._reader = reader
        self._until = reader.last_seq()
        self._last_step = reader.position()[0]
        recorded = reader.metrics()
        self.metrics = [name for name in FIRST_METRICS if name in recorded]
        self.metrics += [name for name in recorded if name not in FIRST_METRICS]
        self.evaluations: dict[int, Evaluation] = {e.step: e for e in reader.evaluations()}

    @property
    def columns(self) -> list[str]:
        """step, time_s, the metrics, and the evaluation after that step where there was one."""
        metrics = [*FIRST_METRICS, *(m for m in self.metrics if m not in FIRST_METRICS)]
        return ["step", "time_s", *metrics, *TEST_COLUMNS]

    def fraction(self, block: Block) -> float:
        """How much of the table is done with this block, 0 to 1."""
        return (block.first_step + len(block) - 1) / self._last_step if self._last_step else 1.0

    def blocks(self) -> Iterator[Block]:
        """The table, in the order of steps."""
        joined = Joiner(self.metrics)
        last_steps = last_kept_steps(self._reader.segments())
        for row in self._rows():
            kept = _kept(row, last_steps.get(row.segment))
            if kept is not None:
                joined.add(kept)
                yield from joined.take()
        yield from joined.take(ended=True)

    def _rows(self) -> Iterator[Steps]:
        """The rows there were when the table was made, page by page."""
        seq = 0
        while seq < self._until:
            batch = self._reader.read_since(seq, PAGE_ROWS)
            if batch.last_seq <= seq:
                return
            yield from (row for row in batch.steps if row.seq <= self._until)
            seq = batch.last_seq


def last_kept_steps(segments: Iterable[Segment]) -> dict[int, int]:
    """The last step of each segment that no later one ran again; absent where all stand."""
    last: dict[int, int] = {}
    lowest: int | None = None
    for segment in sorted(segments, key=lambda segment: segment.seq, reverse=True):
        if lowest is not None:
            last[segment.seq] = lowest
        lowest = segment.from_step if lowest is None else min(lowest, segment.from_step)
    return last


class Joiner:
    """Rows of single metrics, put side by side again."""

    def __init__(self, metrics: Iterable[str]) -> None:
        self._waiting: dict[str, list[Steps]] = {name: [] for name in metrics}
        self._done = 0  # the last step given

    def add(self, row: Steps) -> None:
        """Take in the next row of a metric; steps already given are dropped."""
        if row.first_step + len(row.values) - 1 > self._done:
            self._waiting[row.metric].append(row.after(self._done))

    def take(self, ended: bool = False) -> Iterator[Block]:
        """The blocks that are complete; with ``ended`` all that is left."""
        while True:
            heads = {name: rows[0] for name, rows in self._waiting.items() if rows}
            full = any(len(rows) > MOST_WAITING for rows in self._waiting.values())
            if not heads or not (ended or full or len(heads) == len(self._waiting)):
                return
            yield self._next_block(heads)

    def _next_block(self, heads: Mapping[str, Steps]) -> Block:
        first = min(row.first_step for row in heads.values())
        present = {name: row for name, row in heads.items() if row.first_step == first}
        ends = [row.first_step + len(row.values) for row in present.values()]
        end = min(ends + [row.first_step for row in heads.values() if row.first_step > first])
        count = end - first
        clock = present.get("loss") or next(iter(present.values()))
        times_s = array("d", (clock.time_of(i) for i in range(count)))
        self._done = end - 1
        for name in present:
            self._shorten(name)
        return Block(first, times_s, {name: row.values[:count] for name, row in present.items()})

    def _shorten(self, name: str) -> None:
        row = self._waiting[name].pop(0)
        if row.first_step + len(row.values) - 1 > self._done:
            self._waiting[name].insert(0, row.after(self._done))


def _kept(row: Steps, last_step: int | None) -> Steps | None:
    """The row without the steps that a later segment ran again; None where none is left."""
    if last_step is None:
        return row
    cut = row.until(last_step)
    return cut if len(cut.values) else None
