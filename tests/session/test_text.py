"""Text that is shown, and paths that must still name their file."""

import pytest

from nanotrain_tui.session.text import REPLACEMENT, is_printable, safe_path, steers


@pytest.mark.parametrize(
    "path", ["/data/a b", "/größe/图", "/not-utf8/\udcff", "/lines\n\tand tabs"]
)
def test_a_path_keeps_what_names_its_file(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize("char", ["\x1b", "\x00", "\x7f", "\x9b", "\u202e", "\ud800"])
def test_a_path_cannot_steer_a_terminal(char: str) -> None:
    assert safe_path(f"/data/{char}x") == f"/data/{REPLACEMENT}x"
    assert not is_printable(f"/data/{char}x")


def test_the_last_two_characters_of_every_plane_are_no_text() -> None:
    for plane in range(17):
        for last in (0xFFFE, 0xFFFF):
            assert not is_printable(chr(plane << 16 | last)), hex(plane)
        assert is_printable(chr(plane << 16 | 0xFFFD)), hex(plane)
    assert is_printable("𐀀 😀 𠀀 𰀀")  # the first of the planes 1, 2 and 3, and an emoji


def test_what_steers_a_terminal_is_found_in_keys_and_in_lists() -> None:
    for value in ("\x1b[2J", "two\nlines", {"a\nkey": 1}, [{"x": ["\x9b"]}]):
        assert steers(value), value
    for value in ("plain", "größe", {"key": [1, None, "text"]}, "/not-utf8/\udcff"):
        assert not steers(value), value
    assert not steers("two\nlines", lines=True)
    assert steers({"a\nkey": "two\nlines"}, lines=True)  # a key has one line
