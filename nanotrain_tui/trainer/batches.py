"""The examples of each step."""

from typing import Any

import numpy as np


class Batches:
    """Draws examples without replacement, in a new order each epoch, as one endless stream.

    The order of an epoch depends only on the seed and the number of the epoch. The position in the
    stream is counted in examples. So a run can continue exactly from a checkpoint, and the batch
    size may change at any step. If an epoch has too few examples left for a batch, the batch takes
    the rest from the next epoch, as the tutorial's reader does. Every batch is full, and every
    epoch uses every example once.
    """

    def __init__(self, examples: int, seed: int, position: int = 0) -> None:
        self.examples, self.seed, self.position = examples, seed, position
        self._epoch = -1
        self._order = np.zeros(0, np.int64)

    @property
    def epoch(self) -> int:
        """The number of completed epochs."""
        return self.position // self.examples

    @property
    def cursor(self) -> int:
        """The number of examples used in the current epoch."""
        return self.position % self.examples

    def go_to(self, epoch: int, cursor: int) -> None:
        """Continue from a position in the stream."""
        self.position = epoch * self.examples + cursor

    def take(self, steps: int, batch_size: int) -> Any:
        """The next ``steps`` batches: row numbers, int64 (steps, batch_size)."""
        wanted = steps * batch_size
        parts = []
        while wanted:
            part = self._order_of(self.epoch)[self.cursor : self.cursor + wanted]
            parts.append(part)
            wanted -= len(part)
            self.position += len(part)
        return np.concatenate(parts).reshape(steps, batch_size)

    def _order_of(self, epoch: int) -> Any:
        if epoch != self._epoch:
            random = np.random.RandomState([self.seed, epoch])
            self._epoch, self._order = epoch, random.permutation(self.examples)
        return self._order
