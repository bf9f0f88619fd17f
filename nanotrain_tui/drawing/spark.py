"""Draws a few values as a row of block characters, from their minimum to their maximum."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.follow.not_finite import INFINITE, NAN


def spark(values: Sequence[float | None], glyphs: Glyphs, cells: int) -> str:
    """The values as at most ``cells`` characters, each for the mean of some of them.

    None is a gap, drawn as a space. A cell with NaN or infinity among its values has the symbol of
    that. The result is empty if there are no values.
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
