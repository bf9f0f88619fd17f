"""Draws what was found in a person's own tables and arrays: columns, classes, first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.catalog.data_words import picture_words, problem_text
from nanotrain_tui.catalog.formats import count, plural, scalar
from nanotrain_tui.catalog.layer_shapes import by
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.follow.json_values import mappings

_ROOMY = 56  # cells of a line that also has the use and the mean
_NAME_SHARE = 3  # a name has at most a third of the line
_LEAST_NAME = 8
_MOST_CLASSES = 2  # lines
_WHOLE = "nanotrain data inspect"  # the command that has all
_CELL = 12  # cells of a value of the first rows
_PARTS = ("train", "validation", "test")
_ORDER = ("target", "input", "part", "left out")

Lines = list[Line]
Facts = Mapping[str, Any]


def is_own(data: Facts) -> bool:
    """Whether these are facts of a person's own table or arrays."""
    return bool(data.get("columns") or data.get("arrays") or data.get("preprocessing"))


def draw_own_data(data: Facts, width: int, height: int, glyphs: Glyphs) -> Lines:
    """Columns, arrays or files, classes and first rows in at most ``height`` lines."""
    if height <= 0:
        return []
    listed = _columns(data, width) or _arrays(data, width) or _files(data, width)
    classes = _classes(data, width, glyphs)
    if height < len(classes) + 2:
        classes = []
    rows = _with_more(listed, width, height - len(classes), glyphs)
    lines = [*rows, *classes]
    first = _first_rows(data)
    if len(first) > 1 and len(lines) + 3 <= height:
        lines += [(), *first[: height - len(lines) - 1]]
    return lines


def draw_problems(data: Facts, width: int) -> Lines:
    """What is probably wrong with the data, and what to do about it."""
    lines: Lines = []
    for problem in mappings(data.get("problems")):
        texts = wrap(problem_text(problem), max(8, width - 2), break_on_hyphens=False)
        for number, text in enumerate(texts):
            lines.append((Span("  " if number else "! ", "warning"), Span(text, "warning")))
    return lines


def class_name(data: Facts, label: int) -> str:
    """The name of a class; empty if the data has none."""
    names = data.get("class_names")
    return str(names[label]) if isinstance(names, list) and 0 <= label < len(names) else ""


def _with_more(lines: Lines, width: int, height: int, glyphs: Glyphs) -> Lines:
    """As many lines as there is room for, how many more there are, and the command to see them."""
    if len(lines) <= height or height <= 0:
        return lines[: max(0, height)]
    left = len(lines) - height + 1
    more = f"{glyphs.ellipsis} {count(left)} more"
    whole = f"{more}: {_WHOLE}"
    shown = whole if cell_len(whole) <= width else more
    return [*lines[: height - 1], (Span(shown, "muted"),)]


def _fitted(text: str, width: int) -> str:
    """The text in exactly ``width`` cells."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…"


def _named_lines(rows: Sequence[tuple[str, str, str, str]], width: int) -> Lines:
    """Lines of a name, a type and what it is, each with the role of the line."""
    if not rows:
        return []
    names = max(cell_len(name) for name, _, _, _ in rows)
    names = min(names, max(_LEAST_NAME, width // _NAME_SHARE))
    types = max(cell_len(kind) for _, kind, _, _ in rows)
    return [
        (
            Span(set_cell_size(_fitted(name, names), names) + " ", role),
            Span(set_cell_size(kind, types) + " ", "muted"),
            Span(text, role),
        )
        for name, kind, text, role in rows
    ]


def _columns(data: Facts, width: int) -> Lines:
    columns = list(mappings(data.get("columns")))
    columns.sort(key=lambda one: _ORDER.index(one["use"]) if one["use"] in _ORDER else 1)
    classes = len(data.get("class_names") or ())
    return _named_lines([_column(one, classes, width >= _ROOMY) for one in columns], width)


def _column(column: Facts, classes: int, roomy: bool) -> tuple[str, str, str, str]:
    """The name, the type, the values and the role of a column."""
    name, kind, use = str(column["name"]), str(column["type"]), str(column["use"])
    if use == "left out":
        return name, kind, f"left out: {column.get('why') or 'not chosen'}", "muted"
    if use == "part":
        return name, kind, "says the part", "muted"
    parts = [_values(column, roomy)]
    if use == "target":
        parts = ["target", plural(classes, "class", "classes") if classes else parts[0]]
    if column.get("missing"):
        parts.append(f"{count(column['missing'])} missing")
    return name, kind, ", ".join(filter(None, parts)), "title" if use == "target" else ""


def _values(column: Facts, roomy: bool) -> str:
    """``4.3 to 7.9``, or the categories."""
    categories = column.get("categories")
    if categories:
        more = int(column.get("distinct") or 0) - len(categories)
        return ", ".join(map(str, categories)) + (f" and {count(more)} more" if more > 0 else "")
    if column.get("low") is None:
        return ""
    text = f"{_number(column['low'])} to {_number(column['high'])}"
    if roomy and column.get("mean") is not None:
        text += f", mean {_number(column['mean'])}"
    return text


def _number(value: Any) -> str:
    return scalar(value) if isinstance(value, (int, float)) else str(value)


def _files(data: Facts, width: int) -> Lines:
    """The kinds and the sizes of picture files."""
    return [(Span(line),) for text in picture_words(data) for line in wrap(text, max(8, width))]


def _arrays(data: Facts, width: int) -> Lines:
    rows = [
        (
            str(one["name"]),
            str(one["dtype"]),
            f"{by(one['shape'])}, {one['use']}",
            "title" if str(one["use"]).startswith("targets") else "",
        )
        for one in mappings(data.get("arrays"))
    ]
    return _named_lines(rows, width)


def _classes(data: Facts, width: int, glyphs: Glyphs) -> Lines:
    """``classes: setosa (40 + 10), ...``: the examples of each part, in the order of the parts."""
    names, counts = data.get("class_names"), data.get("class_counts")
    if not names or not isinstance(counts, Mapping):
        return []
    parts = [part for part in _PARTS if part in counts]
    texts = [
        f"{name} ({' + '.join(count(counts[part][number]) for part in parts)})"
        for number, name in enumerate(names)
    ]
    return [(Span(line),) for line in _listed("classes: ", texts, width, glyphs)]


def _listed(title: str, texts: Sequence[str], width: int, glyphs: Glyphs) -> list[str]:
    """The texts in at most two lines, divided between them; the last one tells what is left."""
    lines: list[str] = []
    line = title
    for number, text in enumerate(texts):
        left = len(texts) - number
        last = left == 1
        word = text if last else f"{text}, "
        more = f"{glyphs.ellipsis} {left} more"
        is_last_line = len(lines) == _MOST_CLASSES - 1
        room = width if last or not is_last_line else width - len(more)
        if cell_len(line) + cell_len(word.rstrip()) > room and line.strip():
            if is_last_line:
                return [*lines, line + more]
            lines.append(line.rstrip())
            line = "  "
        line += word
    return [*lines, line.rstrip()]


def _first_rows(data: Facts) -> Lines:
    """The columns' names and the first rows."""
    rows = data.get("first_rows")
    names = [str(one["name"]) for one in mappings(data.get("columns"))]
    if not isinstance(rows, list) or not rows:
        return []
    table = [names, *([str(cell) for cell in row] for row in rows)]
    widths = [min(_CELL, max(map(cell_len, column))) for column in zip(*table, strict=False)]
    lines: Lines = []
    for number, row in enumerate(table):
        text = "  ".join(
            set_cell_size(_fitted(cell, size), size)
            for cell, size in zip(row, widths, strict=False)
        )
        lines.append((Span(text, "" if number else "muted"),))
    return lines
