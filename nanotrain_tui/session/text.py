"""Text from elsewhere made safe to show: no character of it steers a terminal or hides its order.

A recording, a file, a trainer and a host's reply may hold anything: ``ESC ]0;...`` renames the
terminal, ``ESC ]52`` writes its clipboard, U+202E turns what follows around.
"""

import re
from typing import Any, Callable

from nanotrain_tui.catalog.undecodable import shown

STAND_IN = "\ufffd"

# C0, DEL and C1; what turns the direction of text; line and paragraph separators; annotations and
# tags, which hide text; halves of surrogate pairs; code points that are no characters.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f{}]".format(
        "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    )
)
_BYTES = re.compile("[\udc80-\udcff]")  # of a path: see catalog.undecodable
_UNSAFE_IN_LINES = re.compile("(?![\n\t])" + _UNSAFE.pattern)
_UNSAFE_IN_PATH = re.compile("(?!" + _BYTES.pattern + ")" + _UNSAFE_IN_LINES.pattern)


def printable(text: str, lines: bool = False, same_length: bool = False) -> str:
    """The text with U+FFFD for every character that could steer a terminal.

    With ``lines`` line ends and tabs stay, and ``\\r\\n`` becomes ``\\n``. A byte of a path that is
    not UTF-8 becomes ``\\xe9``, with ``same_length`` one U+FFFD. What is printable stays as it is.
    """
    if text.isprintable():  # none of the unsafe ones is
        return text
    if not same_length and _BYTES.search(text):
        text = shown(text)
    if lines:
        return _UNSAFE_IN_LINES.sub(STAND_IN, text.replace("\r\n", "\n"))
    return _UNSAFE.sub(STAND_IN, text)


def safe_path(text: str) -> str:
    """The text printable, but bytes that are not UTF-8 kept: it still leads to its file.

    Line ends and tabs stay.
    """
    return text if text.isprintable() else _UNSAFE_IN_PATH.sub(STAND_IN, text)


def is_printable(text: str) -> bool:
    """Whether ``printable`` would leave the text as it is."""
    return text.isprintable() or printable(text) == text


def steers(value: Any, lines: bool = False) -> bool:
    """Whether a text in this value of JSON, or a key, could steer a terminal.

    Bytes of paths that are not UTF-8 could not: they are never written as they are.
    """
    if isinstance(value, str):
        text = _BYTES.sub("", value)
        return printable(text, lines) != text
    if isinstance(value, dict):
        return any(steers(key) or steers(part, lines) for key, part in value.items())
    return isinstance(value, (list, tuple)) and any(steers(part, lines) for part in value)


def printable_json(value: Any, lines: bool = False) -> Any:
    """A value of JSON with every text in it printable, keys of objects too."""
    return _cleaned(value, lambda text: printable(text, lines))


def safe_paths(value: Any) -> Any:
    """A value of JSON with ``safe_path`` of every text in it."""
    return _cleaned(value, safe_path)


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {printable(key): _cleaned(part, clean) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(part, clean) for part in value]
    return value
