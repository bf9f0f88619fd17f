"""Names that a session may have."""

import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def is_name(text: str) -> bool:
    """Whether a session can have this name: a letter or digit, then also ``.`` ``_`` ``-``."""
    return _NAME.match(text) is not None
