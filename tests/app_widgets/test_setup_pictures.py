"""Training pictures in half blocks."""

from collections.abc import Sequence

from setup_fakes import pictures

from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs
from nanotrain_tui.drawing.lines import Line, Span, width_of
from nanotrain_tui.drawing.setup.pictures import (
    AUGMENTED,
    INKS,
    Samples,
    draw_samples,
    picture_rows,
    side_by_side,
)
from nanotrain_tui.drawing.setup.scaled import scaled_pictures
from nanotrain_tui.drawing.setup.state import Picture

FULL, HALF, FAINT, PAPER = 255, 140, 80, 0


def picture(*rows: bytes) -> Picture:
    return Picture(0, rows)


def square(value: int, side: int = 8) -> Picture:
    return picture(*[bytes([value] * side)] * side)


def drawn(
    given: Sequence[Picture], width: int, rows: int, glyphs: Glyphs, colors: bool = True
) -> list[Line]:
    return side_by_side(scaled_pictures(tuple(given), rows, colors), (), width, glyphs)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def test_two_pixels_share_a_cell() -> None:
    rows = [b"\xff\0\xff\0", b"\xff\0\0\xff"]
    assert texts(drawn([picture(*rows, *rows)], 10, 2, UNICODE)) == ["█ ▀▄", "█ ▀▄"]


def test_the_ink_is_a_role_and_its_shape_a_character() -> None:
    """Without colours the shape is left."""
    grey = picture(*[bytes([FAINT, HALF, FULL, PAPER])] * 4)
    (line, _) = drawn([grey], 10, 2, UNICODE)
    assert [(span.text, span.role) for span in line] == [
        ("█", INKS[0]),
        ("█", INKS[1]),
        ("█", INKS[2]),
        (" ", ""),
    ]


def test_faint_pictures_are_as_dark_as_others() -> None:
    assert drawn([square(90)], 20, 4, UNICODE) == drawn([square(255)], 20, 4, UNICODE)


def test_ascii_has_a_character_for_each_grey() -> None:
    grey = picture(*[bytes([PAPER, FAINT, HALF, FULL])] * 4)
    assert texts(drawn([grey], 10, 2, ASCII)) == [" -+@", " -+@"]


def test_the_margin_that_all_have_is_cut() -> None:
    wide = picture(*[bytes(12)] * 4, *[bytes(4) + b"\xff" * 4 + bytes(4)] * 4, *[bytes(12)] * 4)
    assert texts(drawn([wide], 20, 2, UNICODE)) == ["████", "████"]
    both = drawn([wide, square(255, 12)], 20, 3, UNICODE)
    assert texts(both) == ["       ██████", "  ██   ██████", "       ██████"]


def test_as_many_as_fit_side_by_side() -> None:
    assert {width_of(line) for line in drawn([square(255)] * 9, 30, 4, UNICODE)} == {26}
    assert drawn([square(255)], 3, 4, UNICODE) == []
    assert drawn([], 30, 4, UNICODE) == drawn([square(255)], 30, 0, UNICODE) == []


def test_pictures_that_are_not_square_keep_their_form() -> None:
    high = picture(*[b"\xff" * 4] * 8)
    assert texts(drawn([high], 30, 4, UNICODE)) == ["████"] * 4


def test_an_empty_picture_is_empty() -> None:
    assert texts(drawn([square(0)], 30, 4, UNICODE)) == [" " * 8] * 4


def test_rows_fit_the_room() -> None:
    assert picture_rows(38, 20) == 6  # three of them
    assert picture_rows(38, 5) == 5
    assert picture_rows(80, 20) == 7 and picture_rows(100, 40) == 14
    assert picture_rows(38, 3) == picture_rows(6, 20) == 0


def test_strokes_are_readable() -> None:
    seven = texts(drawn(pictures(1), 12, 6, UNICODE))
    assert seven[0].strip("█▀▄ ") == "" and len(seven[0].strip()) > 5
    assert len(seven[-1].strip()) < 4


# --- in colour, and augmented --------------------------------------------------------------

RED, BLUE, GREEN = b"\xf8\0\0", b"\0\0\xf8", b"\0\xf8\0"
STRIPES = Picture(0, (RED * 8, BLUE * 8) * 4, in_color=True)


def test_a_cell_has_the_colours_of_its_two_pixels() -> None:
    lines = drawn([STRIPES], 10, 4, UNICODE)
    assert lines == [(Span("▀" * 8, "#f80000#0000f8"),)] * 4


def test_in_ascii_a_letter_has_the_colour_of_its_cell() -> None:
    green = Picture(0, (GREEN * 8,) * 8, in_color=True)
    assert drawn([green], 10, 4, ASCII)[0] == (Span("+" * 8, "#00f800"),)


def test_without_colours_a_picture_is_grey() -> None:
    left = Picture(0, (GREEN * 4 + bytes(12),) * 8, in_color=True)
    lines = drawn([left], 10, 4, UNICODE, colors=False)
    assert texts(lines) == ["████    "] * 4
    assert {span.role for line in lines for span in line} <= {*INKS, ""}


def test_augmented_pictures_are_below_the_others_or_beside_them() -> None:
    samples = Samples((square(255),) * 3, (square(100),) * 3, ("cat", "dog", "cat"))
    below = texts(draw_samples(samples, 38, 14, UNICODE))
    assert [line.split() for line in below if "a" in line] == [
        ["cat", "dog", "cat"],
        [AUGMENTED] * 3,
    ]
    assert len(below) == 14
    beside = texts(draw_samples(samples, 38, 6, UNICODE))
    assert len(beside) == 5 and beside[-1].split() == ["cat", "augment…", "dog", "augment…"]
    assert draw_samples(samples, 38, 4, UNICODE) == []


def test_an_augmented_picture_has_the_ink_of_its_original() -> None:
    """One that is darker is drawn darker, and a shift is seen."""
    dot = picture(*[bytes(12)] * 4, *[bytes(4) + b"\xff" * 4 + bytes(4)] * 4, *[bytes(12)] * 4)
    moved = picture(*[b"\x60" * 4 + bytes(8)] * 4, *[bytes(12)] * 8)
    lines = draw_samples(Samples((dot,), (moved,)), 38, 13, UNICODE)
    assert [span.role for span in lines[0] if span.role] == []
    assert {span.role for line in lines[6:8] for span in line if span.role} == {INKS[0]}


def test_without_names_only_the_augmented_ones_are_named() -> None:
    samples = Samples((square(255),), (square(255),), ("",))
    assert len(draw_samples(samples, 38, 13, UNICODE)) == 13
