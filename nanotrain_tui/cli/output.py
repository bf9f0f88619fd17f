"""How commands print: figures, tables, JSON."""

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from nanotrain_tui.session.metrics import PERCENT, Metric
from nanotrain_tui.session.text import printable

NARROW = 80


def say(text: str) -> None:
    """Print text that may come from a file, a program or a host: none of it steers the terminal."""
    print(printable(text, lines=True), flush=True)


def print_json(value: Any) -> None:
    """The value as JSON; what is not finite becomes null."""
    from nanotrain_tui.export.plain import plain_json

    print(json.dumps(plain_json(value), indent=2, allow_nan=False))


def print_json_line(value: Any) -> None:
    """The same in one line."""
    from nanotrain_tui.export.plain import plain_json

    print(json.dumps(plain_json(value), allow_nan=False))


def width() -> int:
    """Characters a line may have: the terminal's, 80 where there is none."""
    return max(40, shutil.get_terminal_size().columns) if sys.stdout.isatty() else NARROW


def clock(seconds: float | None) -> str:
    """``0:05``, ``12:34``, ``1:02:03``, ``3 d 04:05``; ``-`` for an unknown time."""
    if seconds is None:
        return "-"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days} d {hour:02}:{minute:02}"
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def figure(value: float | None) -> str:
    """Four digits; nan and inf by name; ``-`` where there is none."""
    return "-" if value is None else f"{value:.4g}"


def share(value: float | None) -> str:
    """An accuracy of 0 to 1 in four places; ``-`` where there is none."""
    return "-" if value is None else f"{value:.4f}"


def metric_value(metric: Metric, value: float | None) -> str:
    """A value of a metric: a fraction in four places, any other number in four digits."""
    if metric.format == PERCENT:
        return share(value)
    return figure(value) + (f" {metric.unit}" if metric.unit and value is not None else "")


def moment(iso: str | None) -> str:
    """A recorded time of day to the minute: ``2024-05-06 07:08``; ``-`` where there is none."""
    try:
        return datetime.fromisoformat(iso).strftime("%Y-%m-%d %H:%M") if iso else "-"
    except ValueError:
        return iso or "-"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of aligned columns: numbers to the right, words to the left."""
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    right = [all(_is_figure(row[i]) for row in cells[1:]) for i in range(len(header))]
    return ["  ".join(_pad(row, widths, right)).rstrip() for row in cells]


def _pad(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    return [
        cell.rjust(size) if to_right else cell.ljust(size)
        for cell, size, to_right in zip(row, widths, right, strict=True)
    ]


def _is_figure(cell: str) -> bool:
    return cell in ("-", "nan", "inf", "-inf") or cell[:1].isdigit() or cell[:1] == "-"
