"""A widget made of lines of spans. It writes only the cells that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from nanotrain_tui.drawing.lines import Line, changed_cells, colors_of, fit


class LineWidget(Widget):
    """A widget made of lines. A subclass returns them from ``draw``.

    Textual writes a changed cell together with all cells to its left in the widget. If the right
    end changes often, a subclass sets ``TILES`` to split the widget into columns.
    """

    TILES: ClassVar[int] = 0

    DEFAULT_CSS = """
    LineWidget {
        width: 1fr;
        height: 1fr;
        layout: horizontal;
        overflow: hidden;
        & > .live--title { color: $primary; text-style: bold; }
        & > .live--value { text-style: bold; }
        & > .live--muted { color: $text-muted; }
        & > .live--train { color: $primary; }
        & > .live--test { color: $accent; text-style: bold; }
        & > .live--bar { color: $primary; }
        & > .live--good { color: $success; text-style: bold; }
        & > .live--warning { color: $warning; text-style: bold; }
        & > .live--error { color: $error; text-style: bold; }
        & > .live--match { color: $accent; text-style: bold underline; }
        & > .live--cursor, & > .live--cursor-match {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        & > .live--cursor-match { text-style: bold underline; }
        &:nocolor > .live--cursor { text-style: reverse; }
        &:nocolor > .live--cursor-match { text-style: reverse bold underline; }
    }
    """

    _lines: Sequence[Line] = ()
    _drawn_at: tuple[int, int] | None = None  # the size that the lines were drawn for
    _drawn_roles: frozenset[str] = frozenset()  # the component classes that this widget has drawn

    def compose(self) -> ComposeResult:
        for _ in range(self.TILES):
            yield _Tile()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """The content for this size: at most ``height`` lines, each ``width`` cells wide."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw again and write the cells that changed."""
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
        """Return one line of the content. Called by Textual."""
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

    def _get_component_classes(self) -> frozenset[str]:  # type: ignore[override]
        """Only the roles drawn: Textual finds their styles again at each change of a class."""
        return self._drawn_roles

    def _style(self, role: str) -> Style:
        if not role:
            return self.get_component_rich_style()
        if colors := colors_of(role):
            return self.get_component_rich_style() + Style(
                color=colors[0], bgcolor=colors[1] if len(colors) > 1 else None
            )
        name = f"live--{role}"
        if name not in self._drawn_roles:
            self._drawn_roles |= {name}
            part = DOMNode(classes=name)
            part._attach(self)
            self.app.stylesheet.apply(part)
            self._component_styles[name] = part.styles
        return self.get_component_rich_style(name)

    def _filled(self, width: int, height: int) -> list[Line]:
        lines = [fit(line, width) for line in self.draw(width, height)[:height]]
        return lines + [fit((), width)] * (height - len(lines))


class _Tile(Widget):
    """A column of its parent LineWidget."""

    DEFAULT_CSS = "_Tile { width: 1fr; height: 1fr; }"

    def render_line(self, y: int) -> Strip:
        assert isinstance(self.parent, LineWidget)
        left, _, width, _ = self.virtual_region
        return self.parent.render_line(y).crop(left, left + width)
