"""Names of files that are not UTF-8, shown and written as text.

Python keeps a byte that is no UTF-8 as one of the characters U+DC80 to U+DCFF (PEP 383), so that the
name leads to its file again. No UTF-8 stream takes those characters: the error handler SHOWN
writes the byte 0xE9 as ``\\xe9``.
"""

import codecs
from typing import Tuple

SHOWN = "nanotrain-shown"  # for open(errors=...), str.encode and reconfigure


def shown(text: str) -> str:
    """The text to show, with each undecodable byte as ``\\xe9``; it no longer names the file."""
    return text.encode("utf-8", SHOWN).decode("utf-8")


def json_safe(text: str) -> str:
    """JSON that can be written as UTF-8; reading it back gives the same strings."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _handler(error: UnicodeError) -> Tuple[str, int]:
    """Show bytes by number, and a character that the encoding lacks as a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    return "".join(_shown(ord(character)) for character in characters), error.end


def _shown(code: int) -> str:
    return "\\x{:02x}".format(code - 0xDC00) if 0xDC80 <= code <= 0xDCFF else "?"


codecs.register_error(SHOWN, _handler)
