"""The steps of a session as a table that is read in blocks of rows."""

from array import array
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nanotrain_tui.session.metrics import TRAINING
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Evaluation, Steps

PAGE_ROWS = 96  # events or samples that are read at once
PAGE_VALUES = 1 << 20  # values of all metrics that are read at once: 4 MB
LEAST_PAGE_STEPS = 1 << 14


@dataclass(frozen=True)
class Block:
    """Consecutive steps from ``first_step`` on.

    ``times_s`` are session times in seconds. ``values`` are the float32 values by metric. All
    arrays have the same length. A metric without values for these steps is not in ``values``.
    """

    first_step: int
    times_s: "array[float]"
    values: Mapping[str, "array[float]"]

    def __len__(self) -> int:
        return len(self.times_s)


class StepTable:
    """The steps of a session in order. A step that was run again after a resume occurs once."""

    def __init__(self, reader: SessionReader) -> None:
        self._reader = reader
        segments = reader.segments()
        self._first_step = min((one.from_step for one in segments), default=0) + 1
        self._last_step = reader.position()[0]
        self._recorded = reader.metrics()
        known = reader.known_metrics().columns
        names = [key.metric for key in known if key.part == TRAINING]
        self.metrics = list(dict.fromkeys([*names, *self._recorded]))
        self.evaluated = [key for key in known if key.part != TRAINING]
        self.evaluations = reader.evaluations()
        self._at_step: dict[int, list[Evaluation]] = {}
        for one in self.evaluations:
            self._at_step.setdefault(one.step, []).append(one)

    @property
    def columns(self) -> list[str]:
        """The names of the columns: step, time_s, training metrics, metrics of evaluations."""
        return ["step", "time_s", *self.metrics, *(key.text for key in self.evaluated)]

    def tested_at(self, step: int) -> list[float | None] | None:
        """The values of the evaluations after a step, in the order of ``evaluated``.

        The result is None if there was no evaluation. If one part of the data was evaluated several
        times, the last evaluation counts.
        """
        found = self._at_step.get(step)
        if found is None:
            return None
        by_part = {one.on: one for one in found}
        return [
            by_part[part].value(metric) if part in by_part else None
            for metric, part in self.evaluated
        ]

    def fraction(self, block: Block) -> float:
        """The fraction of the table up to the end of this block, 0 to 1."""
        return (block.first_step + len(block) - 1) / self._last_step if self._last_step else 1.0

    def blocks(self) -> Iterator[Block]:
        """The blocks of the table, in the order of steps, without steps that have no value."""
        size = max(LEAST_PAGE_STEPS, PAGE_VALUES // max(1, len(self._recorded)))
        for first in range(self._first_step, self._last_step + 1, size):
            yield from self._page(first, min(first + size - 1, self._last_step))

    def _page(self, first: int, last: int) -> Iterator[Block]:
        rows = {name: deque(self._reader.read_steps(name, first, last)) for name in self._recorded}
        yield from join(rows)


def join(rows: Mapping[str, "deque[Steps]"]) -> Iterator[Block]:
    """Join the rows of single metrics, each in the order of steps, to blocks.

    A metric is missing from a block if it has no values for the steps of the block.
    """
    step = 0
    while any(rows.values()):
        heads = {name: queue[0] for name, queue in rows.items() if queue}
        step = max(step, min(row.first_step for row in heads.values()))
        present = {
            name: row.after(step - 1) for name, row in heads.items() if row.first_step <= step
        }
        present = {name: row for name, row in present.items() if len(row.values)}
        if present:
            ends = [row.first_step + len(row.values) for row in present.values()]
            end = min(ends + [row.first_step for row in heads.values() if row.first_step > step])
            clock = next(iter(present.values()))
            times_s = array("d", (clock.time_of(i) for i in range(end - step)))
            yield Block(step, times_s, {n: row.values[: end - step] for n, row in present.items()})
            step = end
        for queue in rows.values():
            while queue and queue[0].first_step + len(queue[0].values) <= step:
                queue.popleft()
