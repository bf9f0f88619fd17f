"""How commands print: figures, tables, JSON."""

import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from nanotrain_tui.session.metrics import Metric
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


def metric_value(metric: Metric, value: float | None) -> str:
    """A value of a metric with its unit; ``-`` where there is none."""
    return metric.text(value, "-")


def shortened(text: str, most: int) -> str:
    """The text in one line of at most so many characters."""
    line = " ".join(text.splitlines())
    return line if len(line) <= most else line[: most - 1] + "…"


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
