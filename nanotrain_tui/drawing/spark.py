"""A few values as one row of block eighths, from the least to the greatest of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.follow.not_finite import INFINITE, NAN


def spark(values: Sequence[float | None], glyphs: Glyphs, cells: int) -> str:
    """Values averaged down to at most ``cells``; a space is a gap, empty where there is nothing.

    A cell with NaN or an infinity among its values has the sign of that.
    """
    size = min(cells, len(values))
    parts = [values[i * len(values) // size : (i + 1) * len(values) // size] for i in range(size)]
    known = [[value for value in part if value is not None] for part in parts]
    means = [sum(part) / len(part) if part else None for part in known]
    there = [mean for mean in means if mean is not None and math.isfinite(mean)]
    low, high = min(there, default=0.0), max(there, default=0.0)
    rise = (len(glyphs.eighths) - 1) / (high - low) if high > low else 0.0

    def sign(part: Sequence[float], mean: float | None) -> str:
        if mean is None:
            return " "
        if not math.isfinite(mean):
            return glyphs.not_finite(NAN if any(map(math.isnan, part)) else INFINITE)
        return glyphs.eighths[round((mean - low) * rise)]

    text = "".join(map(sign, known, means))
    return text if text.strip() else ""
