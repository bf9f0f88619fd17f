"""Lines of spans: exact widths, and what differs between two of them."""

from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.drawing.lines import (
    Line,
    Span,
    changed_cells,
    first_fitting,
    fit,
    split,
    width_of,
)

TEXT = st.text(st.sampled_from("ab日 é"), max_size=12)
LINES = st.lists(st.builds(Span, TEXT, st.sampled_from(["", "bar"])), max_size=4).map(tuple)


@given(LINES, st.integers(0, 30))
def test_a_fitted_line_has_its_width(line: Line, width: int) -> None:
    fitted = fit(line, width)
    assert width_of(fitted) == width
    if width_of(line) > width > 0:
        assert "…" in "".join(span.text for span in fitted)


def test_a_wide_character_is_never_cut_in_half() -> None:
    fitted = ["".join(span.text for span in fit((Span("日本語"),), width)) for width in range(1, 7)]
    assert fitted == ["…", " …", "日…", "日 …", "日本…", "日本語"]


@given(LINES, LINES)
def test_outside_the_changed_cells_two_lines_are_equal(a: Line, b: Line) -> None:
    old, new = fit(a, 20), fit(b, 20)
    run = changed_cells(old, new)
    before, after = _cells(old), _cells(new)
    if run is None:
        assert before == after
        return
    start, end = run
    assert before[:start] == after[:start] and before[end:] == after[end:]
    assert before[start] != after[start] and before[end - 1] != after[end - 1]


def _cells(line: Line) -> list[tuple[str, str]]:
    from rich.cells import cell_len

    return [
        (char if not part else "", role)
        for text, role in line
        for char in text
        for part in range(cell_len(char))
    ]


def test_the_first_line_with_room_is_taken() -> None:
    long, short = (Span("accuracy"),), (Span("acc"),)
    assert first_fitting(8, long, short) == long
    assert first_fitting(5, long, short) == (Span("acc"), Span("  "))
    assert width_of(first_fitting(2, long, short)) == 2


def test_the_right_part_goes_where_both_do_not_fit() -> None:
    left, right = (Span("left"),), (Span("right"),)
    assert "".join(span.text for span in split(left, right, 12)) == "left   right"
    assert "".join(span.text for span in split(left, right, 8)) == "left    "
