"""How the values of a metric are written and scaled, by the declaration of the metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.catalog.formats import figure, percent, short
from nanotrain_tui.drawing.scale import (
    Scale,
    fraction_scale,
    linear_scale,
    log_if_wide,
    log_or_linear,
)
from nanotrain_tui.session.metrics import PERCENT, TRAINING, UP, Metric, MetricPart, Metrics

METRIC_CELLS = 32  # the name of a metric within a sentence is cut to this
KNOWN_FIGURES = 1024  # the size of the cache
_SCALES: Mapping[str, Callable[[Sequence[float]], Scale]] = {
    "auto": log_if_wide, "linear": linear_scale, "log": log_or_linear,
}  # fmt: skip


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


def scale_of(metric: Metric, kind: str = "auto") -> Callable[[Sequence[float]], Scale]:
    """A function from values to the y axis. ``kind`` is one of ``chart_view.SCALES``."""
    if metric.format == PERCENT and metric.better == UP:
        return fraction_scale
    if kind == "auto" and metric.better == UP:
        return linear_scale  # on a logarithmic axis the best values would be too close together
    return _SCALES[kind]


def has_choice_of_scale(metric: Metric) -> bool:
    """Whether the y axis of a metric may be linear or logarithmic."""
    return scale_of(metric, "log") is not fraction_scale


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
