"""The steps of a session as a table, a block of rows at a time."""

from array import array
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nanotrain_tui.session.metrics import TRAINING
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Evaluation, Steps

PAGE_ROWS = 96  # of events and samples, read at once
PAGE_VALUES = 1 << 20  # of all metrics, read at once: 4 MB
LEAST_PAGE_STEPS = 1 << 14


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
        """step, time_s, the metrics, and the evaluation after that step where there was one."""
        return ["step", "time_s", *self.metrics, *(key.text for key in self.evaluated)]

    def tested_at(self, step: int) -> list[float | None] | None:
        """The values of the evaluation after a step, in the order of ``evaluated``.

        None where there was no evaluation; of several of one part of the data the last one.
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
        """How much of the table is done with this block, 0 to 1."""
        return (block.first_step + len(block) - 1) / self._last_step if self._last_step else 1.0

    def blocks(self) -> Iterator[Block]:
        """The table, in the order of steps. Updates that no metric was recorded of are left out."""
        size = max(LEAST_PAGE_STEPS, PAGE_VALUES // max(1, len(self._recorded)))
        for first in range(self._first_step, self._last_step + 1, size):
            yield from self._page(first, min(first + size - 1, self._last_step))

    def _page(self, first: int, last: int) -> Iterator[Block]:
        rows = {name: deque(self._reader.read_steps(name, first, last)) for name in self._recorded}
        yield from join(rows)


def join(rows: Mapping[str, "deque[Steps]"]) -> Iterator[Block]:
    """The rows of single metrics, each by step, side by side.

    Metrics have ranges of their own: where one has no value it is missing from the block.
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
