"""Training pictures in half blocks."""

from setup_fakes import pictures

from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import Line, width_of
from nanotrain_tui.drawing.setup.pictures import INKS, draw_pictures, picture_rows
from nanotrain_tui.drawing.setup.state import Picture

FULL, HALF, FAINT, PAPER = 255, 140, 80, 0


def picture(*rows: bytes) -> Picture:
    return Picture(0, rows)


def square(value: int, side: int = 8) -> Picture:
    return picture(*[bytes([value] * side)] * side)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def test_two_pixels_share_a_cell() -> None:
    rows = [b"\xff\0\xff\0", b"\xff\0\0\xff"]
    assert texts(draw_pictures([picture(*rows, *rows)], 10, 2, UNICODE)) == ["█ ▀▄", "█ ▀▄"]


def test_the_ink_is_a_role_and_its_shape_a_character() -> None:
    """Without colours the shape is left."""
    grey = picture(*[bytes([FAINT, HALF, FULL, PAPER])] * 4)
    (line, _) = draw_pictures([grey], 10, 2, UNICODE)
    assert [(span.text, span.role) for span in line] == [
        ("█", INKS[0]),
        ("█", INKS[1]),
        ("█", INKS[2]),
        (" ", ""),
    ]


def test_faint_pictures_are_as_dark_as_others() -> None:
    assert draw_pictures([square(90)], 20, 4, UNICODE) == draw_pictures(
        [square(255)], 20, 4, UNICODE
    )


def test_ascii_has_a_character_for_each_grey() -> None:
    grey = picture(*[bytes([PAPER, FAINT, HALF, FULL])] * 4)
    assert texts(draw_pictures([grey], 10, 2, ASCII)) == [" -+@", " -+@"]


def test_the_margin_that_all_have_is_cut() -> None:
    wide = picture(*[bytes(12)] * 4, *[bytes(4) + b"\xff" * 4 + bytes(4)] * 4, *[bytes(12)] * 4)
    assert texts(draw_pictures([wide], 20, 2, UNICODE)) == ["████", "████"]
    both = draw_pictures([wide, square(255, 12)], 20, 3, UNICODE)
    assert texts(both) == ["       ██████", "  ██   ██████", "       ██████"]


def test_as_many_as_fit_side_by_side() -> None:
    assert {width_of(line) for line in draw_pictures([square(255)] * 9, 30, 4, UNICODE)} == {26}
    assert draw_pictures([square(255)], 3, 4, UNICODE) == []
    assert draw_pictures([], 30, 4, UNICODE) == draw_pictures([square(255)], 30, 0, UNICODE) == []


def test_pictures_that_are_not_square_keep_their_form() -> None:
    high = picture(*[b"\xff" * 4] * 8)
    assert texts(draw_pictures([high], 30, 4, UNICODE)) == ["████"] * 4


def test_an_empty_picture_is_empty() -> None:
    assert texts(draw_pictures([square(0)], 30, 4, UNICODE)) == [" " * 8] * 4


def test_rows_fit_the_room() -> None:
    assert picture_rows(38, 20) == 6  # three of them
    assert picture_rows(38, 5) == 5
    assert picture_rows(80, 20) == 7 and picture_rows(100, 40) == 14
    assert picture_rows(38, 3) == picture_rows(6, 20) == 0


def test_strokes_are_readable() -> None:
    seven = texts(draw_pictures(pictures(1), 12, 6, UNICODE))
    assert seven[0].strip("█▀▄ ") == "" and len(seven[0].strip()) > 5
    assert len(seven[-1].strip()) < 4
