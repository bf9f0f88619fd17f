"""Whatever is sent, the terminal shows the cells that Textual composed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import normalize

import pyte
import pytest
from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from nanotrain_tui.app.terminal.canvas import Canvas

FRAMES = 60
NO_WRAP = "\x1b[?7l"  # as the driver sets it
TEXTS = ("ab", "é", "漢字", "漢", " ", "   ", " " * 15, "e\u0301x", "⣿⡇", "─" * 5, "🙂", "0")
COLORS = ("#ff0000", "#00ff00", "#303030", "#000080", "red", "bright_blue", "default", None)
SEEN_ON_SPACES = {"underline", "reverse", "strike"}
ATTRIBUTES = ("bold", "italic", "underline", "reverse", "strike")


class Seen(NamedTuple):
    """What a person sees of a cell. A text colour and a weight are not seen on a space."""

    text: str
    color: str
    background: str
    attributes: frozenset[str]


class Pair:
    """A canvas, the cells that it should show, and a terminal that gets what the canvas sends."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.size = Size(chance.randint(5, 40), chance.randint(1, 6))
        self.canvas = Canvas(erases=chance.random() < 0.5)
        self.screen = pyte.Screen(*self.size)
        self.stream = pyte.Stream(self.screen)
        self.stream.feed(NO_WRAP)
        self.wanted = [[Seen(" ", "", "", frozenset())] * self.size.width] * self.size.height
        self.draw_all()

    def draw_all(self) -> None:
        strips = [self.strip(self.size.width) for _ in range(self.size.height)]
        update = LayoutUpdate([[strip] for strip in strips], Region(0, 0, *self.size))
        self.canvas.apply(update, self.size, 0)
        self.wanted = [list(cells_of(strip)) for strip in strips]

    def draw_part(self) -> None:
        """Another piece of some rows, as a widget that has changed."""
        width, height = self.size
        chops: list[dict[int, Strip | None]] = [{0: None} for _ in range(height)]
        ends, spans = [[width] for _ in range(height)], []
        for y in self.chance.sample(range(height), self.chance.randint(1, height)):
            begin = self.chance.randrange(width)
            end = self.chance.randint(begin + 1, width)
            if not self.cuts_wide(y, begin) and not self.cuts_wide(y, end):
                strip = self.strip(end - begin)
                chops[y], ends[y] = {begin: strip}, [end]
                spans.append((y, begin, end))
                self.wanted[y][begin:end] = cells_of(strip)
        self.canvas.apply(ChopsUpdate(chops, spans, ends), self.size, self.chance.randint(0, 2))

    def cuts_wide(self, y: int, x: int) -> bool:
        return x < self.size.width and not self.wanted[y][x].text

    def strip(self, width: int) -> Strip:
        parts = []
        while sum(cell_len(part.text) for part in parts) < width:
            parts.append(Segment(self.chance.choice(TEXTS), self.style()))
        return Strip(parts).adjust_cell_length(width, Style(bgcolor="#101010"))

    def style(self) -> Style | None:
        if self.chance.random() < 0.1:
            return None
        given = {name: True for name in ATTRIBUTES if self.chance.random() < 0.15}
        pick = self.chance.choice
        return Style(color=pick(COLORS), bgcolor=pick(COLORS), **given)  # type: ignore[arg-type]

    def send(self, least: int) -> None:
        self.stream.feed(self.canvas.take(least))

    def differences(self) -> list[tuple[int, int, Seen, Seen]]:
        """Row, column, and what the terminal shows in place of what it should."""
        places = [(y, x) for y in range(self.size.height) for x in range(self.size.width)]
        shown = {(y, x): seen(self.screen.buffer[y][x]) for y, x in places}
        return [
            (y, x, shown[y, x], self.wanted[y][x])
            for y, x in places
            if shown[y, x] != self.wanted[y][x]
        ]


def cells_of(strip: Strip) -> Iterator[Seen]:
    cells: list[Seen] = []
    for text, style, _ in strip:
        style = style or Style()
        names = (name for name in ATTRIBUTES if getattr(style, name))
        look = (_color(style.color), _color(style.bgcolor), frozenset(names))
        for char in text:
            if not cell_len(char):  # belongs to the character before it
                cells[-1] = cells[-1]._replace(text=normalize("NFC", cells[-1].text + char))
            else:
                cells.append(_visible(Seen(char, *look)))
                cells += [Seen("", *look)] * (cell_len(char) - 1)
    return iter(cells)


def seen(cell: pyte.screens.Char) -> Seen:
    flags = dict(zip(ATTRIBUTES, _flags(cell), strict=True))
    attributes = frozenset(name for name, is_set in flags.items() if is_set)
    colors = [name if name != "default" else "" for name in (cell.fg, cell.bg)]
    return _visible(Seen(cell.data, *colors, attributes))


def _flags(cell: pyte.screens.Char) -> tuple[bool, ...]:
    return (cell.bold, cell.italics, cell.underscore, cell.reverse, cell.strikethrough)


def _visible(cell: Seen) -> Seen:
    if cell.text != " ":
        return cell
    attributes = cell.attributes & SEEN_ON_SPACES
    return cell._replace(color=cell.color if attributes else "", attributes=attributes)


def _color(color: Color | None) -> str:
    if color is None or color.is_default:
        return ""
    return {"red": "red", "bright_blue": "brightblue"}.get(color.name, color.name.lstrip("#"))


@pytest.mark.parametrize("seed", [*range(12), None])
def test_the_terminal_shows_what_was_composed(seed: int | None) -> None:
    seed = random.randrange(10**6) if seed is None else seed
    print("seed", seed)
    chance = random.Random(seed)
    pair = Pair(chance)
    for _ in range(FRAMES):
        (pair.draw_all if chance.random() < 0.1 else pair.draw_part)()
        for _ in range(chance.randint(0, 3)):
            pair.send(chance.choice([1, 60, 1000]))
        if chance.random() < 0.05:
            pair.screen.reset()
            pair.stream.feed(NO_WRAP)
            pair.canvas.forget()
        if chance.random() < 0.3:
            while pair.canvas.differs:
                pair.send(chance.choice([1, 60, 1000]))
            assert pair.differences() == []
