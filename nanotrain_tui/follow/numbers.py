"""Figures out of recorded JSON."""

from __future__ import annotations

from typing import Any

from nanotrain_tui.follow.totals import is_finite


def number(value: Any) -> float | None:
    """A finite number, else None: a missing figure is never drawn as nought."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if is_finite(value) else None
