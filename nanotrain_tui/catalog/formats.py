"""Formats numbers, times and sizes for people: on screen, on the command line, in exported pages.

CONTRIBUTING.md has the rules. JSON and CSV have their own, exact forms.
"""

import math
from datetime import datetime
from typing import Any, Optional

from .fields import CHOICE, FIELDS
from .values import format_value

MISSING = "—"
_MOST_PERCENT = 1e4  # a larger percentage is written in short form


def count(number: int) -> str:
    """A whole number: ``1,200``."""
    return "{:,}".format(number)


def plural(number: int, one: str, many: str = "") -> str:
    """``1 session``, ``1,200 sessions``; ``many`` is the plural that does not end in s."""
    return "{:,} {}".format(number, one if number == 1 else many or one + "s")


def sentence(text: str) -> str:
    """The text with a full stop, unless it already ends a sentence, also inside brackets."""
    return text if text.rstrip(")'").endswith((".", "?", "!", "…")) else text + "."


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def value_text(key: str, value: Any) -> str:
    """A configuration's value as the form shows it; a choice is shown by its label."""
    field = FIELDS.get(key)
    if field is not None and field.kind == CHOICE and field.choices:
        entry = field.choices.get(value)
        return format_value(key, value) if entry is None else str(entry.label)
    return format_value(key, value)


def percent(fraction: Optional[float], missing: str = MISSING, digits: int = 2) -> str:
    """A fraction of 0..1: ``94.27%``; a very large one in short, ``nan`` and ``inf`` by name."""
    if fraction is None:
        return missing
    if not math.isfinite(fraction):
        return str(fraction)
    if abs(100 * fraction) > _MOST_PERCENT:
        return short(100 * fraction) + "%"
    return "{:.{}f}%".format(100 * fraction, digits)


def scalar(value: Optional[float], missing: str = MISSING) -> str:
    """A loss or another value, in a sentence or a table: four digits; nan and inf by name."""
    return missing if value is None else "{:.4g}".format(value)


def figure(value: Optional[float], missing: str = MISSING) -> str:
    """A value beside a chart: in five cells, with three digits even if it is small."""
    if value is not None and 1e-4 <= abs(value) < 0.1:
        return "{:.3g}".format(value)
    return short(value, missing)


def short(value: Optional[float], missing: str = MISSING) -> str:
    """A value in five cells (negative: six): ``0.212``, ``1234``, ``52.1k``, ``3e12``, ``nan``."""
    if value is None:
        return missing
    if not math.isfinite(value):
        return str(value)
    texts = [_rounded(value, digits) for digits in (3, 2, 1)]
    fitting = [text for text in texts if len(text) <= 5]
    return fitting[0] if fitting else _exponential("{:.0e}".format(value))


def three_digits(value: float) -> str:
    """A positive value by its first three digits; a large one is never a power of ten."""
    if not 999.5 <= value < math.inf:
        return "{:.3g}".format(value)
    exact = round(value)
    return "{:,}".format(round(exact, 3 - len(str(exact))))


def clock(seconds: Optional[float], missing: str = MISSING) -> str:
    """A duration, or a time of the session: ``0:05``, ``12:34``, ``1:02:03``, ``3d 04:05``."""
    if seconds is None:
        return missing
    whole = max(0, int(seconds + 1e-6))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if days:
        return "{}d {:02}:{:02}".format(days, hours % 24, minutes % 60)
    if hours:
        return "{}:{:02}:{:02}".format(hours, minutes % 60, whole % 60)
    return "{}:{:02}".format(minutes, whole % 60)


def moment(iso: Optional[str], missing: str = MISSING) -> str:
    """A recorded time of day to the minute: ``2024-05-06 07:08``."""
    if not iso:
        return missing
    try:
        return datetime.strptime(iso[:16], "%Y-%m-%dT%H:%M").strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return iso


def megabytes(mb: float) -> str:
    """An amount of memory or disk space: ``1,234 MB``."""
    return "{:,.0f} MB".format(mb)


def gigabytes(mb: float) -> str:
    """An amount of memory that is only known roughly, given in MB of 2**20 bytes: ``0.6 GB``."""
    return "{:,.1f} GB".format(mb / 1024)


def weights_size(mb: float) -> str:
    """The size of weights, given in MB of 2**20 bytes: ``3.1 MB``, ``4.6 kB``; ``0`` for none."""
    if not mb:
        return "0"
    return "{:,.1f} MB".format(mb) if mb >= 0.1 else "{:,.1f} kB".format(mb * 1024)


def file_size(size: Optional[int], missing: str = MISSING) -> str:
    """The size of a file, in bytes: ``6.5 MB``, ``4.7 kB``."""
    if size is None:
        return missing
    return "{:,.1f} MB".format(size / 1e6) if size >= 1e5 else "{:,.1f} kB".format(size / 1e3)


def joules(value: Optional[float], missing: str = "") -> str:
    """``840 J``, ``12.3 kJ``."""
    if value is None:
        return missing
    for limit, unit in ((1e6, "MJ"), (1e3, "kJ")):
        if value >= limit:
            return "{} {}".format(three_digits(value / limit), unit)
    return "{} J".format(three_digits(value))


def samples_per_joule(value: float) -> str:
    """``80.1 samples/J``, ``3,190 samples/J``."""
    return "{} samples/J".format(three_digits(value))


def _rounded(value: float, digits: int) -> str:
    size = abs(value)
    for limit, divisor, unit in ((1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if 0.99995 * limit <= size < 1e9:
            return _plain(value / divisor, digits) + unit
    return "{:.0f}".format(value) if 1000 <= size < 1e9 else _plain(value, digits)


def _plain(value: float, digits: int) -> str:
    text = "{:.{}g}".format(value, digits)
    if "e" not in text:
        return text
    return "{:.0f}".format(value) if 1 <= abs(value) < 1e4 else _exponential(text)


def _exponential(text: str) -> str:
    """``1e-05`` as ``1e-5``."""
    mantissa, _, exponent = text.partition("e")
    return "{}e{}".format(mantissa, int(exponent))
