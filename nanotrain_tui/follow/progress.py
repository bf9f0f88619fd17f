"""When the steps were done, and how much of the training data had been seen by then."""

from __future__ import annotations

from nanotrain_tui.follow.series import Curve, Series

CAPACITY = 256  # bins; in between both are drawn straight


class Progress:
    """Session time and epochs over steps, as they count now.

    Told by events and samples alone: unlike rows of steps they stay as they are when an ended
    session is compacted, so that a replay comes to the same.
    """

    def __init__(self) -> None:
        self._times = Series(CAPACITY)
        self._epochs = Series(CAPACITY)
        self._step = 0
        # (after which step, examples seen by then, batch size), by step
        self._paces: list[tuple[int, int, int]] = []

    def reached(self, t: float, step: int, batch_size: int | None, examples: int | None) -> None:
        """``step`` was done ``t`` seconds into the session; only the first time counts."""
        if step <= self._step:
            return
        self._times.add(step, t)
        if batch_size and examples:
            if not self._paces:
                self._paces.append((0, 0, batch_size))
            elif self._paces[-1][2] != batch_size:
                self._paces.append((self._step, self._seen(self._step), batch_size))
            self._epochs.add(step, self._seen(step) / examples)
        self._step = step

    def cut(self, step: int) -> None:
        """Forget everything from ``step`` on: it is trained again."""
        self._times.cut(step)
        self._epochs.cut(step)
        self._step = min(self._step, step - 1)
        self._paces = [pace for pace in self._paces if pace[0] < step]

    def times(self) -> Curve:
        """Session time in seconds over steps."""
        return self._times.curve()

    def epochs(self) -> Curve:
        """How often all of the training data was seen, over steps."""
        return self._epochs.curve()

    def _seen(self, step: int) -> int:
        begin, seen, batch_size = self._paces[-1]
        return seen + (step - begin) * batch_size
