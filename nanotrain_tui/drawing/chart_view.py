"""Which part of a session the charts show, and how: one immutable value for all charts."""

from __future__ import annotations

from dataclasses import dataclass, replace

SMOOTHINGS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)
SCALE_TEXTS = {
    "auto": "Automatic y axes: the later values set them. Arrows mark values outside.",
    "zero": "The y axes begin at 0. Arrows mark values outside.",
    "log": "Logarithmic y axes. Arrows mark values outside.",
}  # what the user reads about each kind of y axis
SCALES = tuple(SCALE_TEXTS)
AXES = ("step", "time", "epoch")
Steps = tuple[int, int]  # the first and the last step
LEAST_STEPS = 8  # zooming in stops here: there would be nothing more to see


@dataclass(frozen=True, slots=True)
class ChartView:
    """A view of the charts. It is immutable: each method returns a new view.

    In the methods ``whole`` is the first and the last step of the whole axis, and ``newest`` the
    last completed step.
    """

    window: tuple[int, int] | None = None  # the first and the last step shown; None: all steps
    smoothing: float = 0.0  # TensorBoard's weight, 0 to 1; see drawing.smoothing
    scale: str = "auto"  # of the y axes of metrics; one of SCALES
    axis: str = "step"  # one of AXES
    cursor: int | None = None  # a step; None: the newest
    hidden: frozenset[str] = frozenset()  # keys of the charts that the charts screen leaves out
    top: int = 0  # the number of charts above the first visible one on the charts screen

    def shown(self, whole: Steps) -> Steps:
        """The first and the last step shown."""
        if self.window is None:
            return whole
        begin, end = whole
        first = max(begin, min(self.window[0], end - LEAST_STEPS))
        return first, max(first, min(self.window[1], end))

    def at(self, newest: int) -> int:
        """The step the cursor stands on."""
        return newest if self.cursor is None else min(self.cursor, newest)

    def zoomed(self, closer: bool, newest: int, whole: Steps) -> ChartView:
        """Show half or twice as many steps; the cursor keeps its position on the screen."""
        first, last = self.shown(whole)
        here = min(last, max(first, self.at(newest)))
        span = last - first
        wanted = max(LEAST_STEPS, span // 2) if closer else span * 2
        begin = here - (here - first) * wanted // max(1, span)
        return self._windowed(begin, wanted, whole)

    def panned(self, direction: int, newest: int, whole: Steps) -> ChartView:
        """Move the window by a quarter to the left (-1) or the right (1), and the cursor with it.

        The cursor moves only if it would leave the window.
        """
        if self.window is None:
            return self
        first, last = self.shown(whole)
        moved = self._windowed(first + direction * max(1, (last - first) // 4), last - first, whole)
        begin, stop = moved.shown(whole)
        return replace(moved, cursor=min(newest, stop, max(begin, self.at(newest))))

    def whole(self) -> ChartView:
        """Show all steps."""
        return replace(self, window=None)

    def moved(self, step: int, newest: int, whole: Steps) -> ChartView:
        """Move the cursor to a step, and the window if the step is outside of it."""
        step = max(min(whole[0], newest), min(step, newest))
        first, last = self.shown(whole)
        view = replace(self, cursor=step)
        if self.window is None or first <= step <= last:
            return view
        begin = step if step < first else step - (last - first)
        return view._windowed(begin, last - first, whole)

    def smoothed(self, more: bool) -> ChartView:
        """Use the next larger or smaller smoothing weight."""
        index = SMOOTHINGS.index(self.smoothing) + (1 if more else -1)
        return replace(self, smoothing=SMOOTHINGS[max(0, min(index, len(SMOOTHINGS) - 1))])

    def scaled(self) -> ChartView:
        """Use the next kind of y axis."""
        return replace(self, scale=_after(SCALES, self.scale))

    def along(self) -> ChartView:
        """Use the next kind of x axis."""
        return replace(self, axis=_after(AXES, self.axis))

    def toggled(self, name: str) -> ChartView:
        """Show or hide a chart, by its key."""
        return replace(self, hidden=self.hidden ^ {name})

    def _windowed(self, first: int, span: int, whole: Steps) -> ChartView:
        begin, end = whole
        if span >= end - begin:
            return self.whole()
        first = max(begin, min(first, end - span))
        return replace(self, window=(first, first + span))


def _after(kinds: tuple[str, ...], kind: str) -> str:
    return kinds[(kinds.index(kind) + 1) % len(kinds)]
