"""How the values of a metric are written and scaled, as the session declares it."""

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

METRIC_CELLS = 32  # of a name within a sentence
MOST_PERCENT = 1e4  # greater ones are written in short
KNOWN_FIGURES = 1024  # metrics and scales whose functions are kept
_SCALES: Mapping[str, Callable[[Sequence[float]], Scale]] = {
    "auto": log_if_wide, "linear": linear_scale, "log": log_or_linear,
}  # fmt: skip


class Figures(NamedTuple):
    """The functions that write the values of a metric; the same ones for the same metric."""

    value: Callable[[float | None, str], str]  # with its unit
    batch: Callable[[float | None, str], str]  # of one batch: coarser
    label: Callable[[float], str]  # of an axis: in few cells, without the unit


@lru_cache(KNOWN_FIGURES)
def figures_of(metric: Metric) -> Figures:
    """How to write the values of a metric."""
    if metric.format == PERCENT:
        return Figures(_percent, _whole_percent, _percent_label)
    if not metric.unit:
        return Figures(figure, figure, short)

    def with_unit(value: float | None, missing: str) -> str:
        return missing if value is None else f"{figure(value, missing)} {metric.unit}"

    return Figures(with_unit, with_unit, short)


def scale_of(metric: Metric, kind: str = "auto") -> Callable[[Sequence[float]], Scale]:
    """The y axis of a metric; ``kind`` is one of ``chart_view.SCALES``."""
    if metric.format == PERCENT and metric.better == UP:
        return fraction_scale
    if kind == "auto" and metric.better == UP:
        return linear_scale  # a logarithmic one would press the best values together
    return _SCALES[kind]


def has_choice_of_scale(metric: Metric) -> bool:
    """Whether the y axis of a metric may be linear or logarithmic."""
    return scale_of(metric, "log") is not fraction_scale


def value_text(metric: Metric, value: float | None, missing: str = "—") -> str:
    """A value of a metric with its unit: ``94.27%``, ``0.212``, ``12.5 ms``."""
    return figures_of(metric).value(value, missing)


def part_title(key: MetricPart, metrics: Metrics) -> str:
    """A metric of one part of the data within a sentence: ``loss``, ``test accuracy``."""
    label = metrics.get(key.metric).label
    return label if key.part == TRAINING else f"{key.part} {label}"


def cut(text: str, cells: int, ellipsis: str = "…") -> str:
    """Text of at most so many cells: a name may be long, or wide."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, max(0, cells - cell_len(ellipsis))).rstrip() + ellipsis


def _percent(value: float | None, missing: str) -> str:
    return _short_percent(value) or percent(value, missing)


def _whole_percent(value: float | None, missing: str) -> str:
    return _short_percent(value) or percent(value, missing, digits=0)


def _percent_label(value: float) -> str:
    return f"{100 * value:.3g}%"


def _short_percent(value: float | None) -> str:
    """A value that is no fraction of 0 to 1 by far; empty for all others."""
    if value is None or not MOST_PERCENT < abs(100 * value) < float("inf"):
        return ""
    return f"{short(100 * value)}%"
