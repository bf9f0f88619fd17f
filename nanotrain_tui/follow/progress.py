"""The session time and the epochs of the training data at each step."""

from __future__ import annotations

from nanotrain_tui.follow.series import Curve, Series

CAPACITY = 256  # bins; both are nearly linear in between


class Progress:
    """Session time and epochs over steps. A step that was trained again counts once.

    It uses only events and samples. These do not change when an ended session is compacted, but
    rows of steps do. So a replay has the same result as the live session.
    """

    def __init__(self) -> None:
        self._times = Series(CAPACITY)
        self._epochs = Series(CAPACITY)
        self._step = 0
        # (step after which it applies, examples seen until then, batch size), by step
        self._paces: list[tuple[int, int, int]] = []

    def reached(self, t: float, step: int, batch_size: int | None, examples: int | None) -> None:
        """``step`` was completed at ``t`` seconds of session time; later calls are ignored.

        ``examples`` is the number of training examples of an epoch.
        """
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
        """Delete everything from ``step`` on, because it is trained again."""
        self._times.cut(step)
        self._epochs.cut(step)
        self._step = min(self._step, step - 1)
        self._paces = [pace for pace in self._paces if pace[0] < step]

    def times(self) -> Curve:
        """Session time in seconds over steps."""
        return self._times.curve()

    def epochs(self) -> Curve:
        """Epochs over steps: how often all of the training data was seen."""
        return self._epochs.curve()

    def _seen(self, step: int) -> int:
        begin, seen, batch_size = self._paces[-1]
        return seen + (step - begin) * batch_size
