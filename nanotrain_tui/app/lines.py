"""Lines of spans: what the drawing functions return and the live widgets put on screen.

A widget keeps the lines it shows, compares them with the new ones cell by cell, and asks Textual
to write only what differs: over a slow link unchanged cells cost nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

ROLES = (
    "title", "value", "muted", "train", "test", "bar", "good", "warning", "error",
)  # fmt: skip


class Span(NamedTuple):
    """Text in one style; ``role`` is one of ROLES or empty for plain text."""

    text: str
    role: str = ""


Line = tuple[Span, ...]


def width_of(line: Line) -> int:
    """The cells a line takes."""
    return sum(cell_len(span.text) for span in line)


def fit(line: Line, width: int, ellipsis: str = "…") -> Line:
    """A line of exactly ``width`` cells: cut with an ellipsis, or filled with spaces."""
    spans: list[Span] = []
    left = max(0, width)
    short = width_of(line) > left
    room = left - cell_len(ellipsis) if short else left
    for span in line:
        size = cell_len(span.text)
        if size > room:
            cut = set_cell_size(span.text, max(0, room)) + ellipsis
            spans.append(Span(set_cell_size(cut, left), span.role))
            left = 0
            break
        spans.append(span)
        room -= size
        left -= size
    if left:
        spans.append(Span(" " * left))
    return tuple(span for span in spans if span.text)


def first_fitting(width: int, *variants: Line) -> Line:
    """The first of these lines that has room, else the last one cut."""
    for variant in variants:
        if width_of(variant) <= width:
            return fit(variant, width)
    return fit(variants[-1], width)


def split(line: Line, right: Line, width: int) -> Line:
    """One line at the left edge and one at the right; the right one goes where both do not fit."""
    free = width - width_of(right) - 1
    if free < width_of(line):
        return fit(line, width)
    return (*fit(line, free + 1), *right)


def changed_cells(old: Line, new: Line) -> tuple[int, int] | None:
    """``(start, end)`` of the cells in which two lines of equal width differ; None if nowhere.

    One run a line: Textual writes each from the widget's left edge, so two would cost more.
    """
    if old == new:
        return None
    pairs = enumerate(zip(_cells(old), _cells(new), strict=True))
    changed = [x for x, (before, after) in pairs if before != after]
    return (changed[0], changed[-1] + 1) if changed else None


def _cells(line: Line) -> list[tuple[str, str]]:
    cells: list[tuple[str, str]] = []
    for text, role in line:
        for char in text:
            size = cell_len(char)
            if size:
                cells.append((char, role))
                cells.extend([("", role)] * (size - 1))
            elif cells:  # a combining mark belongs to the cell before it
                cells[-1] = (cells[-1][0] + char, role)
    return cells


class LineWidget(Widget):
    """A widget made of lines; a subclass says in ``draw`` what they are.

    Textual writes a changed cell together with all that stands left of it in its widget. A
    subclass whose right end changes often is cut into ``TILES`` columns, so that less does.
    """

    TILES: ClassVar[int] = 0

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"live--{role}" for role in ROLES}

    DEFAULT_CSS = """
    LineWidget {
        width: 1fr;
        height: 1fr;
        layout: horizontal;
        overflow: hidden;
        & > .live--title { text-style: bold; }
        & > .live--value { text-style: bold; }
        & > .live--muted { color: $text-muted; }
        & > .live--train { color: $primary; }
        & > .live--test { color: $accent; text-style: bold; }
        & > .live--bar { color: $primary; }
        & > .live--good { color: $success; text-style: bold; }
        & > .live--warning { color: $warning; text-style: bold; }
        & > .live--error { color: $error; text-style: bold; }
    }
    """

    _lines: Sequence[Line] = ()
    _drawn_at: tuple[int, int] | None = None  # the size the lines are of; None: of no size

    def compose(self) -> ComposeResult:
        for _ in range(self.TILES):
            yield _Tile()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """The content for this size: at most ``height`` lines, each ``width`` cells wide."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw again and write the cells that came out otherwise."""
        width, height = self.content_size
        if not self.is_mounted or self._drawn_at != (width, height):
            self._drawn_at = None
            for part in self.children or (self,):
                part.refresh()
            return
        old, self._lines = self._lines, self._filled(width, height)
        for y, (before, after) in enumerate(zip(old, self._lines, strict=True)):
            run = changed_cells(before, after)
            if run:
                self._refresh_cells(Region(run[0], y, run[1] - run[0], 1))

    def render_line(self, y: int) -> Strip:
        """One line of the content, for Textual."""
        width, height = self.content_size
        if self._drawn_at != (width, height):
            self._lines = self._filled(width, height)
            self._drawn_at = (width, height)
        if not 0 <= y < len(self._lines):
            return Strip.blank(width, self.rich_style)
        return Strip([Segment(text, self._style(role)) for text, role in self._lines[y]], width)

    def _refresh_cells(self, changed: Region) -> None:
        if not self.children:
            self.refresh(changed)
        for tile in self.children:
            own = changed.intersection(tile.virtual_region)
            if own:
                tile.refresh(own.translate(-tile.virtual_region.offset))

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(f"live--{role}") if role else self.rich_style

    def _filled(self, width: int, height: int) -> list[Line]:
        lines = [fit(line, width) for line in self.draw(width, height)[:height]]
        return lines + [fit((), width)] * (height - len(lines))


class _Tile(Widget):
    """A column of the LineWidget it stands in."""

    DEFAULT_CSS = "_Tile { width: 1fr; height: 1fr; }"

    def render_line(self, y: int) -> Strip:
        assert isinstance(self.parent, LineWidget)
        left, _, width, _ = self.virtual_region
        return self.parent.render_line(y).crop(left, left + width)
