"""``python -m benchmarks wire``: the output that the dashboard's is compared with."""

from __future__ import annotations

import random

import pyte
import pytest

from benchmarks.wire import shortest, table

COLUMNS, ROWS = 24, 6
STYLES = ("0", "1", "4", "7", "38;2;1;2;3", "48;2;5;6;7", "31", "92;44")
TEXTS = ("ab", "   ", " " * 14, "é", "⣿", " x", "─" * 6)


class Screen:
    """A terminal."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    def rows(self) -> list[shortest.Row]:
        return [list(row) for row in shortest.rows_of(self.screen)]

    def looks(self) -> list[list[tuple[str, shortest.Pen]]]:
        """What a person sees."""
        return [[(cell.data, shortest._shown(cell)) for cell in row] for row in self.rows()]


def scribble(screen: Screen, chance: random.Random, pieces: int) -> None:
    for _ in range(pieces):
        y, x = chance.randint(1, ROWS), chance.randint(1, COLUMNS - 14)
        screen.feed(f"\x1b[{y};{x}H\x1b[0;{chance.choice(STYLES)}m{chance.choice(TEXTS)}")


@pytest.mark.slow
def test_it_draws_the_cells_and_the_cells_that_changed() -> None:
    chance = random.Random(5)
    for _ in range(150):
        wanted, drawn = Screen(), Screen()
        scribble(wanted, chance, 20)
        before = wanted.rows()
        drawn.feed(shortest.shortest(before))
        assert drawn.looks() == wanted.looks()
        scribble(wanted, chance, 4)
        drawn.feed("\x1b[0m" + shortest.shortest(wanted.rows(), before))
        assert drawn.looks() == wanted.looks()


def test_its_size_is_that_of_the_formula() -> None:
    screen = Screen()
    assert shortest.size(screen.rows(), screen.rows()) == 0
    before = screen.rows()
    screen.feed("\x1b[2;3H\x1b[1;38;2;10;20;30mab cd")
    move, style = len("\x1b[2;3H"), len("\x1b[1;38;2;10;20;30m")
    assert shortest.size(screen.rows(), before) == move + style + len("ab cd")


def test_a_row_of_blanks_costs_an_erasure() -> None:
    screen = Screen()
    screen.feed("\x1b[48;2;1;2;3m" + " " * COLUMNS * ROWS)
    rows = screen.rows()
    first, other = "\x1b[H\x1b[48;2;1;2;3m\x1b[K", "\r\n\x1b[K"
    assert shortest.shortest(rows) == first + other * (ROWS - 1)


def test_the_table_has_a_column_for_each_size() -> None:
    figures = {"bytes a second": 1234.5, "help, opened / shortest": 0.789}
    lines = table({"80x24": figures, "120x40": figures}, "what").splitlines()
    assert lines[0] == "what" and lines[1].split() == ["80x24", "120x40"]
    assert lines[2].split()[-2:] == ["1,234", "1,234"] and lines[3].split()[-1] == "0.79"
