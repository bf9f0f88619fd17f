"""The blocks of batches that the engine trains on. The next one is gathered while it trains."""

import threading
from typing import Any, Optional, Tuple

import numpy as np

from .batches import Batches
from .data.dataset import Rows

Array = Any
Pair = Tuple[Array, Array]  # inputs and targets


class Blocks:
    """Takes blocks from the stream of examples in order, whatever their sizes.

    After each block, a thread gathers as many examples as that block had. The next block takes
    its first examples from there, and the rest directly.
    """

    def __init__(self, rows: Rows, batches: Batches) -> None:
        self._rows, self._batches = rows, batches
        self._ahead: Optional[_Gathering] = None

    def take(self, steps: int, batch_size: int) -> Pair:
        """Inputs and targets of the next ``steps`` batches: (steps, batch_size, ...)."""
        wanted, place = steps * batch_size, self._batches.position
        parts = []
        if self._ahead is not None:
            found = self._ahead.from_place(place, wanted)
            if found is not None:
                parts.append(found)
        have = len(parts[0][0]) if parts else 0
        self._batches.position = place + have
        if have < wanted:
            parts.append(self._rows.take(self._batches.take(1, wanted - have)[0]))
        inputs, targets = parts[0] if len(parts) == 1 else map(np.concatenate, zip(*parts))
        form = (steps, batch_size)
        return inputs.reshape(form + inputs.shape[1:]), targets.reshape(form + targets.shape[1:])

    def gather_ahead(self, examples: int) -> None:
        """Begin to gather the next examples, in a thread."""
        place = self._batches.position
        rows = self._batches.take(1, examples)[0]
        self._batches.position = place
        self._ahead = _Gathering(self._rows, rows, place)


class _Gathering:
    """Examples from a place in the stream on, which a thread gathers."""

    def __init__(self, rows: Rows, wanted: Array, place: int) -> None:
        self._rows, self._wanted, self._place = rows, wanted, place
        self._found: Optional[Pair] = None
        self._thread = threading.Thread(target=self._gather, daemon=True)
        self._thread.start()

    def _gather(self) -> None:
        self._found = self._rows.take(self._wanted)

    def from_place(self, place: int, most: int) -> Optional[Pair]:
        """At most so many examples from that place on, if it has them."""
        first = place - self._place
        if not 0 <= first < len(self._wanted):
            return None
        self._thread.join()
        if self._found is None:
            return None  # it failed; the caller gathers them itself and gets the error
        part = slice(first, first + most)
        return self._found[0][part], self._found[1][part]
