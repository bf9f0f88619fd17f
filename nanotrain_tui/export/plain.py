"""Converts values to those that JSON has."""

import math
from typing import Any


def plain_json(value: Any) -> Any:
    """The value with None in place of NaN and infinity, and lists in place of tuples."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(item) for item in value]
    return value
