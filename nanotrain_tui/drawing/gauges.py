"""The text, the role and the scale of a gauge, the same before a session and in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.scale import Scale, ceiling
from nanotrain_tui.follow.run_state import Gauge, HeatLimits

ALARMS = ("warning", "error")  # roles
_HOT_C = 85.0  # where the board names no limits of its own; Jetsons slow down from about 97 °C
_FULL = 0.92  # fraction of the memory
_OF_THE_CHIP = ("gpu_temperature", "cpu_temperature")  # the limits of the board are for these


class Heat(NamedTuple):
    """The limits at which the heat guard acts, and the parts that are slowed down."""

    limits: HeatLimits | None
    throttling: Sequence[str]


def gauge_text(gauge: Gauge, digits: int = 2) -> str:
    """The present value with its unit, and the total if there is one: ``2.67/3.9 GB``.

    Gigabytes in use have ``digits`` decimals. The gauge has a value.
    """
    now = gauge.now or 0.0
    if gauge.unit == "W":
        return f"{now:.1f} W"
    if gauge.unit != "MB":
        return f"{now:.0f}{'' if gauge.unit == '%' else ' '}{gauge.unit}"
    if gauge.total is None:
        return f"{now:.0f} MB" if now < 1000 else f"{now / 1024:.{digits}f} GB"
    if gauge.total < 1000:
        return f"{now:.0f}/{gauge.total:.0f} MB"
    return f"{now / 1024:.{digits}f}/{gauge.total / 1024:.1f} GB"


def gauge_role(name: str, gauge: Gauge, heat: Heat) -> str:
    """``warning`` or ``error`` for a hot part of the chip and for full memory, else empty."""
    now = gauge.now
    if now is None:
        return ""
    if name in _OF_THE_CHIP:
        return _heat_role(name.partition("_")[0], now, heat)
    return "warning" if name == "ram" and gauge.total and now >= _FULL * gauge.total else ""


def _heat_role(part: str, degrees: float, heat: Heat) -> str:
    limits = heat.limits
    if any(part in what.lower() for what in heat.throttling):
        return "error"
    if limits is not None and degrees >= limits.pause:
        return "error"
    return "warning" if degrees >= (_HOT_C if limits is None else limits.warn) else ""


def marked(text: str, role: str) -> str:
    """The text, with ``!`` before it if the role is an alarm: it must show without colours."""
    return f"! {text}" if role in ALARMS else text


def gauge_scale(gauge: Gauge) -> Scale:
    """The scale of its small chart."""
    if gauge.unit == "%":
        return Scale(0.0, 100.0)
    if gauge.unit == "°C":
        return Scale(20.0, 100.0)
    return Scale(0.0, gauge.total or ceiling(max(gauge.curve.high or 0.0, gauge.peak or 0.0)))


def core_bars(cores: Sequence[float | None], glyphs: Glyphs) -> list[str]:
    """A character for the load of each core in percent; None: the core is off."""
    last = len(glyphs.eighths) - 1
    return [
        glyphs.missing
        if load is None
        else glyphs.eighths[round(max(0.0, min(100.0, load)) / 100 * last)]
        for load in cores
    ]
