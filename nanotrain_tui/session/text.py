"""Makes text from other sources safe to show in a terminal.

A recording, a file, a trainer's message and a host's reply may contain any characters: ``ESC ]0;``
sets the terminal's title, ``ESC ]52`` writes its clipboard, and U+202E reverses the text after it.
"""

import re
from typing import Any, Callable

from nanotrain_tui.catalog.undecodable import shown

REPLACEMENT = "\ufffd"

# C0, DEL and C1 control characters; line and paragraph separators; characters that change the
# direction of text; annotations and tags, which hide text; surrogates; noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f{}]".format(
        "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    )
)
_BYTES = re.compile("[\udc80-\udcff]")  # bytes of a path that are not UTF-8: catalog.undecodable
_UNSAFE_IN_LINES = re.compile("(?![\n\t])" + _UNSAFE.pattern)
_UNSAFE_IN_PATH = re.compile("(?!" + _BYTES.pattern + ")" + _UNSAFE_IN_LINES.pattern)


def printable(text: str, lines: bool = False, same_length: bool = False) -> str:
    """The text with U+FFFD in place of every character that could control a terminal.

    With ``lines`` line feeds and tabs are kept, and ``\\r\\n`` becomes ``\\n``. A byte of a path
    that is not UTF-8 becomes an escape like ``\\xe9``, or one U+FFFD with ``same_length``.
    """
    if text.isprintable():  # which excludes all unsafe characters
        return text
    if not same_length and _BYTES.search(text):
        text = shown(text)
    if lines:
        return _UNSAFE_IN_LINES.sub(REPLACEMENT, text.replace("\r\n", "\n"))
    return _UNSAFE.sub(REPLACEMENT, text)


def safe_path(text: str) -> str:
    """A path made printable, except for bytes that are not UTF-8: it still names the same file.

    Line feeds and tabs are kept.
    """
    return text if text.isprintable() else _UNSAFE_IN_PATH.sub(REPLACEMENT, text)


def is_printable(text: str) -> bool:
    """Whether ``printable`` returns the text unchanged."""
    return text.isprintable() or printable(text) == text


def steers(value: Any, lines: bool = False) -> bool:
    """Whether a text or a key in this JSON value could control a terminal.

    Bytes of paths that are not UTF-8 do not count: they are never written to a terminal as such.
    """
    if isinstance(value, str):
        text = _BYTES.sub("", value)
        return printable(text, lines) != text
    if isinstance(value, dict):
        return any(steers(key) or steers(part, lines) for key, part in value.items())
    return isinstance(value, (list, tuple)) and any(steers(part, lines) for part in value)


def printable_json(value: Any, lines: bool = False) -> Any:
    """A JSON value with ``printable`` applied to every text and every key in it."""
    return _cleaned(value, lambda text: printable(text, lines))


def safe_paths(value: Any) -> Any:
    """A JSON value with ``safe_path`` applied to every text, and ``printable`` to every key."""
    return _cleaned(value, safe_path)


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {printable(key): _cleaned(part, clean) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(part, clean) for part in value]
    return value
