"""An evaluation as a person reads it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nanotrain_tui.catalog.formats import percent, plural, scalar
from nanotrain_tui.cli.output import NARROW, shortened, table

from .text import class_text

_NAME = 24  # characters of a class in a table
_MATRIX_NAME = 16  # characters of a class above the matrix
_CONFUSIONS = 12  # that are listed
_PERCENTS = ("precision", "recall", "f1")
_LONGEST = 16  # characters of a figure
_QUANTILES = {"0": "least", "0.5": "median", "1": "most"}


def report_lines(answer: Mapping[str, Any], columns: int = NARROW) -> list[str]:
    """All of an answer of ``--evaluate``, in lines of at most this many columns."""
    examples = plural(answer["examples"], "example")
    lines = [f"{answer['session']} at step {answer['step']:,}, {answer['file']}: {examples}", ""]
    if "classes" in answer:
        return lines + _of_classes(answer, columns)
    return lines + _of_numbers(answer)


def _of_classes(answer: Mapping[str, Any], columns: int) -> list[str]:
    metrics = answer["metrics"]
    lines = [f"accuracy   {percent(metrics['accuracy'])}"]
    if answer["positive"] is not None:
        positive = shortened(class_text(answer["positive"]), _NAME)
        lines += [
            f"{title:<9}  {percent(metrics[name])} for {positive}"
            for name, title in zip(_PERCENTS, ("precision", "recall", "F1"), strict=True)
        ]
        area = metrics.get("auc")
        lines.append(f"AUC        {_area(area, answer)}")
    lines += [f"loss       {scalar(metrics['loss'])}", ""]
    rows = [_class_row(class_text(one["class"]), one, one["support"]) for one in answer["classes"]]
    total = answer["examples"]
    rows += [_class_row(f"{kind} mean", answer["averages"][kind], total)
             for kind in ("macro", "weighted")]  # fmt: skip
    lines += table(("class", "precision", "recall", "F1", "examples"), rows)
    return [*lines, "", *_confusion(answer, columns)]


def _area(area: float | None, answer: Mapping[str, Any]) -> str:
    if area is not None:
        return f"{area:.4f}"
    there = [one for one in answer["classes"] if one["support"]]
    if len(there) == 1:
        return f"not defined: all examples are {class_text(there[0]['class'])}"
    return "not defined: an output is not finite"


def _class_row(name: str, figures: Mapping[str, float], examples: int) -> list[str]:
    values = [percent(figures[metric]) for metric in _PERCENTS]
    return [shortened(name, _NAME), *values, f"{examples:,}"]


def _confusion(answer: Mapping[str, Any], columns: int) -> list[str]:
    """The confusion matrix; where it is too wide, the most frequent confusions."""
    names = [shortened(str(one["class"]), _MATRIX_NAME) for one in answer["classes"]]
    counts: Sequence[Sequence[int]] = answer["confusion"]
    widths = [
        max(len(name), *(len(f"{row[i]:,}") for row in counts)) for i, name in enumerate(names)
    ]
    first = max(map(len, names))
    if first + sum(width + 2 for width in widths) > columns:
        return _most_frequent(names, counts)
    lines = ["Confusion matrix: a row for each target, a column for each prediction", ""]
    head = "".join(f"  {name:>{width}}" for name, width in zip(names, widths, strict=True))
    lines.append(" " * first + head)
    for name, row in zip(names, counts, strict=True):
        cells = "".join(f"  {n:>{width},}" for n, width in zip(row, widths, strict=True))
        lines.append(f"{name:<{first}}{cells}")
    return lines


def _most_frequent(names: Sequence[str], counts: Sequence[Sequence[int]]) -> list[str]:
    wrong = sorted(
        (-count, row, column)
        for row, found in enumerate(counts)
        for column, count in enumerate(found)
        if count and row != column
    )
    start = f"The confusion matrix of {len(names):,} classes is too wide here; --json has it."
    if not wrong:
        return [start, "No example was predicted as another class."]
    rows = [[names[row], names[column], f"{-count:,}"] for count, row, column in wrong]
    more = len(rows) - _CONFUSIONS
    lines = [start, "The most frequent confusions:", ""]
    lines += table(("target", "prediction", "examples"), rows[:_CONFUSIONS])
    return [*lines, f"and {plural(more, 'other pair')} of classes"] if more > 0 else lines


def _of_numbers(answer: Mapping[str, Any]) -> list[str]:
    targets, metrics = answer["targets"], answer["metrics"]
    lines = []
    if len(targets) > 1:
        lines += ["all targets", *_errors(metrics), ""]
    for one in targets:
        lines += [shortened(one["target"], NARROW), *_errors(one)]
        if one is targets[0] and len(targets) == 1:
            lines.append(f"loss       {scalar(metrics['loss'])}")
        lines += ["", *_residuals(one["residuals"]), ""]
    if len(targets) > 1:
        lines.append(f"loss       {scalar(metrics['loss'])}")
    return lines[:-1] if lines[-1] == "" else lines


def _errors(metrics: Mapping[str, Any]) -> list[str]:
    area = metrics["r2"]
    r2 = "not defined: there is one example" if area is None else f"{area:.4f}"
    return [
        f"MAE        {scalar(metrics['mae'])}",
        f"RMSE       {scalar(metrics['rmse'])}",
        f"R²         {r2}",
    ]


def _residuals(found: Mapping[str, Any]) -> list[str]:
    mean, deviation = scalar(found["mean"]), scalar(found["deviation"])
    quantiles = found["quantiles"]
    heading = [_QUANTILES.get(at, f"{100 * float(at):g}%") for at in quantiles]
    lines = [f"Residuals (target - prediction): mean {mean}, deviation {deviation}"]
    lines += table(heading, [[scalar(value) for value in quantiles.values()]])
    has_rows = all(one["row"] is not None for one in found["largest"])
    decimals = _decimals(found["largest"])
    rows = [
        [f"{one['row'] if has_rows else one['index']}",
         *(_figure(one[name], decimals) for name in ("target", "prediction", "residual"))]
        for one in found["largest"]
    ]  # fmt: skip
    where = "row" if has_rows else "index"
    return [*lines, "", "The largest:", *table((where, "target", "prediction", "residual"), rows)]


def _decimals(largest: Sequence[Mapping[str, Any]]) -> int:
    """The decimals that show three digits of the largest residual."""
    most = max((abs(one["residual"]) for one in largest), default=0.0)
    return max(0, 2 - math.floor(math.log10(most))) if most > 0.0 else 0


def _figure(value: float, decimals: int) -> str:
    """The value with these decimals, unless it is too long then."""
    text = f"{value:,.{decimals}f}"
    return text if len(text) <= _LONGEST else scalar(value)
