"""The form: a list of sections and fields with a cursor, drawn with Textual's line API."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nanotrain_tui.app.form.folded import Part, folded_parts
from nanotrain_tui.app.form.letters import LETTERS
from nanotrain_tui.app.form.model import FormModel, Row
from nanotrain_tui.app.keys.actions import bindings
from nanotrain_tui.drawing.glyphs import plain, terminal_glyphs

RAIL, THUMB, MORE = "│", "┃", "…"
PLAIN_RAIL, PLAIN_THUMB, PLAIN_MORE = "|", "#", "~"


class FormList(ScrollView, can_focus=True):
    """Draws the rows of a ``FormModel``. The last column is both border and scroll bar.

    If it is folded, it is one line with the most important values; see ``form.folded``.

    ``!`` marks a value that is not valid, ``?`` one that is not recommended. ``Row.mark`` describes
    the marks of values that differ from the session's.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "form--section", "form--letter", "form--label", "form--value", "form--cursor",
        "form--cursor-blurred", "form--problem", "form--differs", "form--rail",
    }  # fmt: skip
    DEFAULT_CSS = """
    FormList {
        overflow: hidden hidden;
        & > .form--section { color: $primary; text-style: bold; }
        & > .form--letter { color: $primary; }
        & > .form--label { color: $muted; }
        & > .form--value { color: $foreground; }
        & > .form--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        & > .form--cursor-blurred { color: $foreground; background: $panel; text-style: bold; }
        & > .form--problem { color: $error; text-style: bold; }
        & > .form--differs { color: $warning; text-style: bold; }
        & > .form--rail { color: $muted; }
        &:ansi > .form--label { text-style: dim; }
        &:ansi > .form--rail { text-style: dim; }
        &:ansi > .form--cursor-blurred { text-style: underline; }
        &:nocolor > .form--cursor { text-style: reverse; }
    }
    """
    BINDINGS = bindings("form")

    class Moved(Message):
        """The cursor has moved to another field."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Chosen(Message):
        """The field under the cursor was clicked."""

    class Unfolded(Message):
        """The folded form was clicked."""

    def __init__(self, model: FormModel, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.model = model
        self._rows: list[Row] = []
        self._cursor = 0
        self._missed = ""  # the field of the cursor, while the form does not have it
        self.folded = False
        self._was_folded = False  # until the unfolded form has its size
        self.dataset = ""  # the name of the data of the session shown, if it is known
        self.is_known = True  # False: the values of the session shown are not read yet
        drawn = terminal_glyphs().braille
        self._rail, self._thumb, self._more, self._dot = (
            (RAIL, THUMB, MORE, "·") if drawn else (PLAIN_RAIL, PLAIN_THUMB, PLAIN_MORE, "-")
        )
        self.reload()

    @property
    def key(self) -> str:
        """The key of the field under the cursor."""
        return self._rows[self._cursor].key

    @property
    def row(self) -> Row:
        return self._rows[self._cursor]

    def reload(self) -> None:
        """Draw the model's current rows. The cursor stays on its field if that is still shown."""
        key = self._missed or (self.key if self._rows else "")
        before, self._rows = self._rows, self.model.rows()
        if before == self._rows:
            return
        places = [index for index, row in enumerate(self._rows) if row.key == key]
        self._cursor = places[0] if key and places else min(self._cursor, len(self._rows) - 1)
        self._missed = "" if places else key
        if not self.key:  # a heading: another kind of session has other fields
            self._cursor = self._first
        self.virtual_size = Size(self.size.width, len(self._rows))
        if self.folded or len(before) != len(self._rows):
            self.refresh()
            return
        for index, (old, new) in enumerate(zip(before, self._rows, strict=True)):
            if old != new:
                self.refresh_line(index)

    def describe(self, dataset: str, is_known: bool) -> None:
        """Name the data of the session. ``is_known``: whether the values are the session's."""
        if (dataset, is_known) != (self.dataset, self.is_known):
            self.dataset, self.is_known = dataset, is_known
            self.refresh()

    def fold(self, folded: bool) -> None:
        """Show one line, or all fields."""
        self._was_folded = self.folded
        self.folded = folded
        self.refresh()

    @property
    def is_cursor_shown(self) -> bool:
        """Whether the field under the cursor can be seen; it always can if not folded."""
        return not self.folded or self.row.key in [part.key for part in self._parts()]

    def go_to(self, key: str) -> bool:
        """Put the cursor on a field. Returns False if the form does not show it now."""
        for index, row in enumerate(self._rows):
            if row.key == key:
                self._place(index)
                return True
        return False

    def move(self, rows: int) -> None:
        """Move the cursor by a number of lines, skipping headings, up to the ends."""
        step = 1 if rows > 0 else -1
        target = max(0, min(len(self._rows) - 1, self._cursor + rows))
        while 0 <= target < len(self._rows) and not self._rows[target].key:
            target += step
        if 0 <= target < len(self._rows):
            self._place(target)

    def page(self, direction: int) -> None:
        self.move(direction * max(1, self.size.height - 2))

    @property
    def _first(self) -> int:
        """The first line with a field."""
        return next((index for index, row in enumerate(self._rows) if row.key), 0)

    @property
    def is_at_start(self) -> bool:
        """Whether the cursor is on the first field."""
        return self._cursor == self._first

    def first(self) -> None:
        self._place(self._first)

    def last(self) -> None:
        self._place(len(self._rows) - 1)

    def _place(self, index: int) -> None:
        before, self._cursor = self._cursor, index
        self._missed = ""
        self._show_cursor()
        if before != index:
            if self.folded:
                self.refresh()
            self.refresh_line(before)
            self.refresh_line(index)
            self.post_message(self.Moved(self.key))

    def _show_cursor(self, center: bool = False) -> None:
        if self.folded:
            return
        top = self._cursor
        if top > 0 and not self._rows[top - 1].key:
            top -= 1  # the heading of a section is shown with its first field
        region = Region(0, top, 1, self._cursor - top + 1)
        self.scroll_to_region(region, animate=False, force=True, immediate=True, center=center)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows))
        self._show_cursor(center=self._was_folded)
        self._was_folded = False
        self.refresh()

    def on_focus(self) -> None:
        self._draw_cursor()

    def on_blur(self) -> None:
        self._draw_cursor()

    def _draw_cursor(self) -> None:
        if self.folded:
            self.refresh()
        else:
            self.refresh_line(self._cursor)

    def on_click(self, event: events.Click) -> None:
        if self.folded:
            self.post_message(self.Unfolded())
            return
        index = event.y + self.scroll_offset.y
        if index < len(self._rows) and self._rows[index].key:
            again = index == self._cursor
            self._place(index)
            if again:
                self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        if self.folded:
            segments = self._folded_segments() if y == 0 and self.is_known else []
            return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)
        width = self.size.width - 1
        index = y + self.scroll_offset.y
        base = self.rich_style
        segments = self._row_segments(index, width) if index < len(self._rows) else []
        line = Strip(segments).adjust_cell_length(width, base)
        rail = Segment(self._rail_at(y), self.get_component_rich_style("form--rail"))
        return Strip([*line, rail], width + 1)

    def _rail_at(self, y: int) -> str:
        height, total = self.size.height, len(self._rows)
        if total <= height:
            return self._rail
        top = self.scroll_offset.y * height // total
        return self._thumb if top <= y <= top + height * height // total else self._rail

    def _row_segments(self, index: int, width: int) -> list[Segment]:
        row = self._rows[index]
        style = self.get_component_rich_style
        if not row.key:
            return [Segment(f" {row.label}", style("form--section"))]
        mark, mark_style = self._mark(row)
        value_style = mark_style if row.problem else style("form--value")
        label_style, letter_style = style("form--label"), style("form--letter")
        if index == self._cursor:
            cursor = style("form--cursor" if self.has_focus else "form--cursor-blurred")
            mark_style = letter_style = label_style = value_style = cursor
        value = fitting(row, width - 4 - cell_len(row.label), self._more)
        gap = max(1, width - 3 - cell_len(row.label) - cell_len(value))
        return [
            Segment(mark, mark_style),
            Segment(f"{LETTERS.get(row.key, ' ')} ", letter_style),
            Segment(row.label + " " * gap, label_style),
            Segment(value, value_style),
        ]

    def _parts(self) -> list[Part]:
        return folded_parts(self._rows, self.key, self.dataset)

    def _folded_segments(self) -> list[Segment]:
        style = self.get_component_rich_style
        parts = self._parts()
        while len(parts) > 1 and sum(map(_cells, parts)) >= self.size.width:
            dropped = [at for at, part in enumerate(parts) if not part.row.mark]
            others = [at for at in dropped if parts[at].key != self.key]
            del parts[(others or dropped or [0])[-1]]
        segments = []
        for index, part in enumerate(parts):
            if index:
                dot = " " if part.joined else f" {self._dot} "
                segments.append(Segment(dot, style("form--label")))
            mark, mark_style = self._mark(part.row)
            if mark.strip():
                segments.append(Segment(mark, mark_style))
            value = style("form--problem" if part.row.problem else "form--value")
            if part.key == self.key:
                value = style("form--cursor" if self.has_focus else "form--cursor-blurred")
            text = part.text if terminal_glyphs().braille else plain(part.text)
            segments.append(Segment(text, value))
        return segments

    def _mark(self, row: Row) -> tuple[str, Style]:
        if row.problem:
            return "!", self.get_component_rich_style("form--problem")
        sign = row.mark or ("?" if row.advice else " ")
        return sign, self.get_component_rich_style("form--differs")


def _cells(part: Part) -> int:
    """The cells of a part, with its sign and the dot before it."""
    return cell_len(part.text) + 4


def fitting(row: Row, room: int, more: str = MORE) -> str:
    """The value in ``room`` cells: its label, or its short name, or cut."""
    for text in (row.value, row.short_value):
        if cell_len(text) <= room:
            return text
    shortest = min(row.value, row.short_value, key=cell_len)
    return set_cell_size(shortest, max(1, room - 1)).rstrip() + more
