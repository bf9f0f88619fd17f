"""How the values of a metric are written and scaled, by the declaration of the metric."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.catalog.formats import figure, percent, short
from nanotrain_tui.drawing.ranges import telling_range
from nanotrain_tui.drawing.scale import ANYWHERE, Curves, Scale, YAxis, round_scale
from nanotrain_tui.session.metrics import PERCENT, TRAINING, UP, Metric, MetricPart, Metrics

METRIC_CELLS = 32  # the name of a metric within a sentence is cut to this
KNOWN_FIGURES = 1024  # the size of the cache
ROUNDING = 1e-6  # the mean of fractions may be outside of 0 to 1 by this much
# A range wider than this has a logarithmic axis: its large values would flatten the rest.
LOG_FROM_RATIO = 20.0


class Figures(NamedTuple):
    """The functions that write the values of a metric beside a chart or in a narrow cell.

    Sentences and tables use ``Metric.text``, which is more precise. The first two functions take
    the value and the text for a missing value.
    """

    value: Callable[[float | None, str], str]  # with the unit
    batch: Callable[[float | None, str], str]  # of one batch: less precise
    label: Callable[[float], str]  # on an axis: short and without the unit


@lru_cache(KNOWN_FIGURES)
def figures_of(metric: Metric) -> Figures:
    """The functions for a metric; the same objects for an equal metric."""
    if metric.format == PERCENT:
        return Figures(percent, _whole_percent, _percent_label)
    if not metric.unit:
        return Figures(figure, figure, short)

    def with_unit(value: float | None, missing: str) -> str:
        return missing if value is None else f"{figure(value, missing)} {metric.unit}"

    return Figures(with_unit, with_unit, short)


@lru_cache(KNOWN_FIGURES)
def scale_of(metric: Metric, kind: str = "auto") -> YAxis:
    """The y axis of a metric. ``kind`` is one of ``chart_view.SCALES``.

    "auto" shows the most important part of the values (see ``ranges``), "zero" shows it from 0,
    and "log" shows it on a logarithmic axis if no value is negative. All values of a metric that
    measures no quality, such as a learning rate, are shown. Equal arguments get the same object, so
    that equal charts are equal.
    """
    return partial(_scale, metric, kind)


def _scale(metric: Metric, kind: str, curves: Curves, rows: int) -> Scale:
    label, values = figures_of(metric).label, curves.values
    if not values:
        high = 1.0 if kind != "log" or metric.format == PERCENT else 10.0
        return round_scale(0.0, high, rows, label, within=(0.0, high))
    low, high = _range(metric, curves)
    can_be_log = min(values) >= 0 and max(values) > 0
    least = min((value for value in values if value > 0 and value >= low), default=math.inf)
    wide = metric.better != UP and high >= LOG_FROM_RATIO * least
    if can_be_log and (kind == "log" or (kind == "auto" and wide)):
        logs = curves.mapped(lambda curve: [math.log(value) for value in curve if value > 0])
        low, high = map(math.exp, _range(metric, logs))
        return round_scale(low, high, rows, label, log=True)
    if kind == "zero":
        low, high = min(0.0, low), max(0.0, high)
    is_share = metric.format == PERCENT and low >= -ROUNDING and high <= 1.0 + ROUNDING
    return round_scale(low, high, rows, label, within=(0.0, 1.0) if is_share else ANYWHERE)


def _range(metric: Metric, curves: Curves) -> tuple[float, float]:
    """The lowest and the highest value that the axis shows of any of the curves."""
    return telling_range(curves) if metric.is_result else (min(curves.values), max(curves.values))


def signed(metric: Metric, by: float) -> str:
    """A difference of two values: ``+0.29`` percentage points, ``-0.018``."""
    if metric.format == PERCENT:
        return f"{100 * by:+.2f}"
    return ("+" if by >= 0 else "") + figure(by)


def difference(metric: Metric, value: float | None, base: float | None, missing: str) -> str:
    """A value minus another, with its sign; ``missing`` if one of them is not a finite number."""
    if value is None or base is None or not math.isfinite(value - base):
        return missing
    return signed(metric, value - base)


def part_title(key: MetricPart, metrics: Metrics) -> str:
    """The name of a metric on one part of the data: ``loss``, ``test accuracy``."""
    label = metrics.get(key.metric).label
    return label if key.part == TRAINING else f"{key.part} {label}"


def cut(text: str, cells: int, ellipsis: str = "…") -> str:
    """The text in at most ``cells`` cells: names may be long or have wide characters."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, max(0, cells - cell_len(ellipsis))).rstrip() + ellipsis


def _whole_percent(value: float | None, missing: str) -> str:
    return percent(value, missing, digits=0)


def _percent_label(value: float) -> str:
    return f"{100 * value:.3g}%"
