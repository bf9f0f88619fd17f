"""Reads a range of steps of a session in small bins, for a chart that is zoomed in.

It reads only the rows of these steps, so it is fast even for a long session.
"""

from __future__ import annotations

import bisect
import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from operator import attrgetter, itemgetter

from nanotrain_tui.follow.curves import NO_CURVE, WindowCurves
from nanotrain_tui.follow.json_values import mapping, positive_integer
from nanotrain_tui.follow.series import Curve, Series
from nanotrain_tui.follow.tape import timeline
from nanotrain_tui.follow.telemetry import GAUGES
from nanotrain_tui.session import events
from nanotrain_tui.session.metrics import TRAINING, MetricPart, Metrics
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Evaluation, Sample, Steps, StepsRow

BINS = 512
PIECE_STEPS = 1 << 20  # the number of steps that are read at once


def read_window(reader: SessionReader, first: int, last: int, bins: int = BINS) -> WindowCurves:
    """The curves of the steps ``first`` to ``last``, each in at most ``bins`` bins.

    A step that was run again counts once. The gauges of ``follow.telemetry.GAUGES`` are over
    session time in seconds. Raises RecordingError.
    """
    window = GrowingWindow(reader, first, last, bins)
    curves = window.read(reader.known_metrics(), reader.evaluations())
    gauges: dict[str, Curve] = dict.fromkeys(GAUGES, NO_CURVE)
    if window.done:
        t0, t1 = window.done[0].t0, window.done[-1].t1
        samples = reader.samples_between(t0, t1)
        gauges = {name: _gauge(name, samples, int(t0), bins) for name in GAUGES}
    return replace(curves, gauges=gauges)


class GrowingWindow:
    """The curves of the steps ``first`` to ``last``. A later reading adds only what is new.

    Make a new one when a segment begins: its steps may replace others.
    """

    def __init__(self, reader: SessionReader, first: int, last: int, bins: int = BINS) -> None:
        self._reader = reader
        self._first = max(1, first)
        self._last = last
        self._bins = bins
        self._series: dict[MetricPart, Series] = {}
        self._read_until: dict[str, int] = {}  # the last step of each metric that was read
        self._evaluations = 0  # the number of those that were read
        self.done: Sequence[StepsRow] = ()  # the rows of these steps, by step

    def read(self, metrics: Metrics, evaluations: Sequence[Evaluation]) -> WindowCurves:
        """Read what is new. ``evaluations`` are all of them, the new ones last."""
        first = self._first
        rows = self._reader.current_rows()
        last = min(self._last, max((row.last_step for row in rows), default=0))
        self.done = [
            row.after(first - 1).until(last)
            for row in timeline(rows)
            if row.first_step <= last and row.last_step >= first
        ]
        for key in metrics.parts:
            self._series.setdefault(key, Series(self._bins))
            if key.part == TRAINING:
                self._read_steps(key, last)
        for one in evaluations[self._evaluations :]:
            if one.step > last:
                break  # its steps are not recorded yet
            self._add_evaluation(one)
            self._evaluations += 1
        return WindowCurves(
            {key: _moved(self._series[key].curve(), first) for key in metrics.parts},
            _along(self.done, first, self._bins, lambda step: _time_of(self.done, step)),
            _along(self.done, first, self._bins, _epochs(self._reader)),
        )

    def _read_steps(self, key: MetricPart, last: int) -> None:
        begin = self._read_until.get(key.metric, self._first - 1) + 1
        for row in _rows(self._reader, key.metric, begin, last):
            self._series[key].extend(row.first_step - self._first, row.values)
            self._read_until[key.metric] = row.first_step + len(row.values) - 1

    def _add_evaluation(self, one: Evaluation) -> None:
        for name, value in one.metrics.items():
            series = self._series.get(MetricPart(name, one.on))
            if series is not None and one.step >= self._first:
                series.add(one.step - self._first, value)


def _rows(reader: SessionReader, metric: str, first: int, last: int) -> Iterator[Steps]:
    """The rows of these steps, ``PIECE_STEPS`` at a time to limit the memory."""
    for begin in range(first, last + 1, PIECE_STEPS):
        yield from reader.read_steps(metric, begin, min(last, begin + PIECE_STEPS - 1))


def _curve(points: Sequence[tuple[int, float]], start: int, bins: int) -> Curve:
    series = Series(bins)
    for x, value in points:
        series.add(x - start, value)
    return _moved(series.curve(), start)


def _moved(curve: Curve, start: int) -> Curve:
    not_finite = {index: one.moved(start) for index, one in curve.not_finite.items()}
    return replace(curve, start=start, end=curve.end + start, not_finite=not_finite)


def _gauge(name: str, samples: Sequence[Sample], start: int, bins: int) -> Curve:
    source = GAUGES[name]
    found = ((int(one.t), source.of(one.body)) for one in samples)
    return _curve([(t, value) for t, value in found if value is not None], start, bins)


def _along(
    done: Sequence[StepsRow], start: int, bins: int, value_at: Callable[[int], float]
) -> Curve:
    """A curve with the value at the last step of each bin. Bins without steps are gaps."""
    if not done:
        return NO_CURVE
    end, width = done[-1].last_step, 1
    while (end - start) // width >= bins:
        width *= 2
    filled = [False] * ((end - start) // width + 1)
    for row in done:
        begin, stop = (row.first_step - start) // width, (row.last_step - start) // width + 1
        filled[begin:stop] = [True] * (stop - begin)
    lasts = (min(start + (i + 1) * width - 1, end) for i in range(len(filled)))
    values = [value_at(x) if has else math.nan for x, has in zip(lasts, filled, strict=True)]
    known = [value for value in values if not math.isnan(value)]
    return Curve(
        width=width,
        counts=array("q", [not math.isnan(value) for value in values]),
        lows=array("d", [math.inf if math.isnan(value) else value for value in values]),
        highs=array("d", [-math.inf if math.isnan(value) else value for value in values]),
        means=array("d", values),
        last=known[-1] if known else None,
        low=min(known, default=None),
        high=max(known, default=None),
        end=end,
        start=start,
    )


def _time_of(rows: Sequence[StepsRow], step: int) -> float:
    """The session time, in seconds, of a step. ``rows`` are in the order of steps."""
    index = bisect.bisect_right(rows, step, key=attrgetter("first_step")) - 1
    return rows[max(0, index)].time_of(step)


def _epochs(reader: SessionReader) -> Callable[[int], float]:
    """A function from a step to its epoch; NaN if it is not known."""
    sizes = list(_batch_sizes(reader))
    begins = [step for step, _, _ in sizes]
    spans = ((b[0] - a[0]) * a[1] for a, b in pairwise(sizes))
    seen = list(accumulate(spans, initial=0))

    def epochs(step: int) -> float:
        index = bisect.bisect_right(begins, step) - 1
        if index < 0 or not sizes[index][2]:
            return math.nan
        begin, batch_size, examples = sizes[index]
        return (seen[index] + (step - begin) * batch_size) / examples

    return epochs


def _batch_sizes(reader: SessionReader) -> Iterator[tuple[int, int, int]]:
    """Tuples (step after which it applies, batch size, training examples), in order of steps."""
    known: list[tuple[int, int, int]] = []
    batch_size = examples = 0
    for event in reader.events((events.STARTED, events.EDITED)):
        if event.kind == events.STARTED:
            batch_size = positive_integer(event.body.get("batch_size")) or batch_size
            examples = positive_integer(mapping(event.body.get("data")).get("train")) or examples
            known = known[: bisect.bisect_left(known, event.step, key=itemgetter(0))]
        else:
            change = mapping(event.body.get("changes")).get("train.batch_size") or [None]
            batch_size = positive_integer(change[-1]) or batch_size
        if not known or known[-1][1:] != (batch_size, examples):
            known.append((event.step if known else 0, batch_size, examples))
    yield from known
