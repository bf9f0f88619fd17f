"""What part of a session the charts show, and how: one plain value that all charts share."""

from __future__ import annotations

from dataclasses import dataclass, replace

SMOOTHINGS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)
SCALES = ("auto", "linear", "log")
AXES = ("step", "time", "epoch")
LEAST_STEPS = 8  # a closer look shows no more


@dataclass(frozen=True, slots=True)
class ChartView:
    """A view of the charts; each key makes another one of it.

    ``end`` is always the last step of the whole axis, ``newest`` the newest step.
    """

    window: tuple[int, int] | None = None  # the first and last step shown; None: all
    smoothing: float = 0.0  # TensorBoard's weight, see app.smoothing
    scale: str = "auto"  # the y axes, but of fractions; one of SCALES
    axis: str = "step"  # one of AXES
    cursor: int | None = None  # a step; None: the newest
    hidden: frozenset[str] = frozenset()  # the charts left out of the charts screen, by key
    top: int = 0  # how many charts are above what the charts screen shows

    def shown(self, end: int) -> tuple[int, int]:
        """The first and the last step shown."""
        if self.window is None:
            return 0, end
        first = max(0, min(self.window[0], end - LEAST_STEPS))
        return first, max(first, min(self.window[1], end))

    def at(self, newest: int) -> int:
        """The step the cursor stands on."""
        return newest if self.cursor is None else min(self.cursor, newest)

    def zoomed(self, closer: bool, newest: int, end: int) -> ChartView:
        """Half or twice as many steps; the one under the cursor stays where it is drawn."""
        first, last = self.shown(end)
        here = min(last, max(first, self.at(newest)))
        span = last - first
        wanted = max(LEAST_STEPS, span // 2) if closer else span * 2
        begin = here - (here - first) * wanted // max(1, span)
        return self._windowed(begin, wanted, end)

    def panned(self, direction: int, newest: int, end: int) -> ChartView:
        """A quarter of the window to the left (-1) or the right (1); the cursor stays inside."""
        if self.window is None:
            return self
        first, last = self.shown(end)
        moved = self._windowed(first + direction * max(1, (last - first) // 4), last - first, end)
        begin, stop = moved.shown(end)
        return replace(moved, cursor=min(newest, stop, max(begin, self.at(newest))))

    def whole(self) -> ChartView:
        """All steps."""
        return replace(self, window=None)

    def moved(self, step: int, newest: int, end: int) -> ChartView:
        """The cursor on a step; the window goes with it."""
        step = max(0, min(step, newest))
        first, last = self.shown(end)
        view = replace(self, cursor=step)
        if self.window is None or first <= step <= last:
            return view
        return view._windowed(step if step < first else step - (last - first), last - first, end)

    def smoothed(self, more: bool) -> ChartView:
        """The next weight up or down."""
        index = SMOOTHINGS.index(self.smoothing) + (1 if more else -1)
        return replace(self, smoothing=SMOOTHINGS[max(0, min(index, len(SMOOTHINGS) - 1))])

    def scaled(self) -> ChartView:
        """The next kind of y axis."""
        return replace(self, scale=_after(SCALES, self.scale))

    def along(self) -> ChartView:
        """The next kind of x axis."""
        return replace(self, axis=_after(AXES, self.axis))

    def toggled(self, name: str) -> ChartView:
        """A chart shown or left out."""
        return replace(self, hidden=self.hidden ^ {name})

    def _windowed(self, first: int, span: int, end: int) -> ChartView:
        if span >= end:
            return self.whole()
        first = max(0, min(first, end - span))
        return replace(self, window=(first, first + span))


def _after(kinds: tuple[str, ...], kind: str) -> str:
    return kinds[(kinds.index(kind) + 1) % len(kinds)]
