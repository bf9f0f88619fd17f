"""What is sent to the terminal: after every frame it shows what it should, for few bytes."""

from __future__ import annotations

import random

import pyte
import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from nanotrain_tui.app.terminal.canvas import Canvas

SIZE = Size(20, 4)
STYLES = [
    Style(), Style(bold=True), Style(color="#ff0000"), Style(color="#00ff00", bgcolor="#000080"),
    Style(bgcolor="#303030"), Style(underline=True, color="#00ff00"), Style(reverse=True),
]  # fmt: skip


class Pair:
    """A canvas and a terminal that gets what the canvas sends; another one is sent all of it."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self.screen = pyte.Screen(SIZE.width, SIZE.height)
        self._stream = pyte.Stream(self.screen)
        self.sent = 0

    def draw(self, rows: dict[int, Strip], rank: int = 0) -> None:
        """Rows in place of what is there."""
        chops = [{0: rows[y]} if y in rows else {0: None} for y in range(SIZE.height)]
        ends = [[SIZE.width] for _ in range(SIZE.height)]
        spans = [(y, 0, SIZE.width) for y in rows]
        self.canvas.apply(ChopsUpdate(chops, spans, ends), SIZE, rank)

    def all(self, rows: list[Strip]) -> None:
        region = Region(0, 0, *SIZE)
        self.canvas.apply(LayoutUpdate([[row] for row in rows], region), SIZE, 0)

    def send(self, least: int = 10**6) -> str:
        text = self.canvas.take(least)
        self._stream.feed(text)
        self.sent += len(text.encode())
        return text

    def shown(self) -> list[str]:
        return list(self.screen.display)


def line(text: str, style: Style | None = None) -> Strip:
    return Strip([Segment(text + " " * (SIZE.width - cell_len(text)), style)])


@pytest.fixture
def pair() -> Pair:
    pair = Pair()
    pair.all([line("")] * SIZE.height)
    pair.send()
    pair.sent = 0
    return pair


def test_an_equal_frame_costs_nothing(pair: Pair) -> None:
    pair.draw({1: line("step 10")})
    pair.send()
    pair.draw({1: line("step 10")})
    assert not pair.canvas.differs and pair.send() == ""


def test_one_digit_costs_a_movement_and_a_digit(pair: Pair) -> None:
    pair.draw({1: line("step 10")})
    pair.send()
    pair.draw({1: line("step 11")})
    assert pair.send() == "\x1b[2;7H\x1b[0m1\x1b[0m"


def test_of_frames_that_wait_only_the_newest_is_sent(pair: Pair) -> None:
    for step in range(1000):
        pair.draw({0: line(f"step {step}"), 1: line(f"loss {step}")})
    text = pair.send()
    assert pair.shown()[0].startswith("step 999") and len(text) < 60


def test_rows_go_one_by_one_those_of_the_newest_key_first(pair: Pair) -> None:
    pair.draw({y: line(f"figure {y}") for y in range(4)})
    pair.send(1)
    pair.draw({3: line("key one")}, 1)
    pair.draw({2: line("key two")}, 2)
    order = [pair.send(1) for _ in range(3)]
    assert ["two" in order[0], "one" in order[1], "1" in order[2]] == [True, True, True]
    assert not pair.canvas.differs


def test_what_was_undone_before_it_was_sent_is_not_sent(pair: Pair) -> None:
    pair.draw({0: line("help")})
    pair.draw({0: line("")})
    assert pair.send() == ""


def test_after_something_else_wrote_all_is_sent_again(pair: Pair) -> None:
    pair.draw({0: line("here")})
    pair.send()
    pair.screen.reset()
    pair.canvas.forget()
    pair.send()
    assert pair.shown()[0].startswith("here")


def test_another_size_is_another_screen(pair: Pair) -> None:
    other = Size(10, 2)
    strips = [[line("a").crop(0, 10)], [line("b").crop(0, 10)]]
    pair.canvas.apply(LayoutUpdate(strips, Region(0, 0, *other)), other, 0)
    text = pair.send()
    assert "a" in text and "b" in text and "\x1b[3;1H" not in text


def test_a_colour_change_alone_sends_the_colour_alone(pair: Pair) -> None:
    red, green = Style(color="#ff0000"), Style(color="#00ff00")
    pair.draw({0: Strip([Segment("ab", red), Segment("  ", green), Segment("cd", green)])})
    text = pair.send()
    assert text.count("\x1b[0;") == 1 and "\x1b[38;2;0;255;0mcd" in text


@pytest.mark.parametrize("text", ["n\u0903", "\U0001f642", "漢"])
def test_a_terminal_with_other_widths_shifts_no_text(pair: Pair, text: str) -> None:
    pair.draw({0: line(f"a{text}bc")})
    column = 1 + 1 + cell_len(text)
    assert f"{text}\x1b[1;{column}Hbc" in pair.send()


def test_random_frames_in_random_slices_end_as_the_newest(pair: Pair) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(300):
        rows = {}
        for y in chance.sample(range(SIZE.height), chance.randint(1, SIZE.height)):
            parts = [
                Segment(chance.choice(["ab", "é", "漢字", " ", "e\u0301x", "⣿", "   "]), style)
                for style in chance.choices(STYLES, k=5)
            ]
            rows[y] = Strip(parts).adjust_cell_length(SIZE.width)
        pair.draw(rows, chance.randint(0, 2))
        for _ in range(chance.randint(0, 3)):
            pair.send(chance.choice([1, 40, 1000]))
        if chance.random() < 0.05:
            pair.canvas.forget()
    pair.send()
    fresh = Pair()
    fresh.canvas = pair.canvas
    fresh.canvas.forget()
    fresh.send()
    for y in range(SIZE.height):
        for x in range(SIZE.width):
            assert visible(pair.screen.buffer[y][x]) == visible(fresh.screen.buffer[y][x]), (y, x)


def visible(cell: pyte.screens.Char) -> tuple[object, ...]:
    """What a person sees: the colour of text and its weight do not show on a space."""
    if cell.data == " " and not (cell.underscore or cell.reverse):
        return (cell.data, cell.bg)
    return (cell.data, cell.bg, cell.fg, cell.bold, cell.underscore, cell.reverse)
