"""The values of cells: what is missing, a number, a date."""

import datetime
import math
import re
from typing import Callable, List, Optional, Sequence

#: Cells that stand for no value; those of pandas' ``read_csv``, its missing date, and the question
#: mark of the UCI repository.
MISSING = frozenset(
    ("", "?", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
     "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "NaT", "None", "n/a", "nan", "null")
)  # fmt: skip
NAN = math.nan

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|[+-]?inf(inity)?$", re.I | re.A)
_WITH_COMMA = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$", re.A)
_THOUSANDS = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:([.,' \u00a0\u202f’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$", re.A
)
_UNIT = re.compile(
    r"(?:[$€£¥]\s?)?[+-]?\d+(?:[.,]\d+)?\s?[^\d\s.,:+-][^\d\s]{0,7}$|"
    r"(?:[A-Z]{3}\s|[$€£¥]\s?)[+-]?\d+(?:[.,]\d+)?$", re.A,
)  # fmt: skip
_SIGNS = "%‰$€£¥"
_ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(Z|[+-]\d{2}:?\d{2})?)?$",
    re.A,
)
_TIME = r"(?:,?[T ](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s?([AaPp][Mm])?)?$"
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})" + _TIME, re.A)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})" + _TIME, re.A)
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_EARLIEST, _LATEST = 1.0 - _EPOCH, datetime.date.max.toordinal() + 1.0 - _EPOCH  # of datetime
_DAY_S = 86400.0

DateReader = Callable[[str], Optional[float]]


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether a stripped cell is a number."""
    if decimal == ",":  # then a point may separate thousands
        return bool(_WITH_COMMA.match(cell) or (_PLAIN.match(cell) and not has_thousands(cell)))
    return bool(_PLAIN.match(cell))


def has_decimal_comma(cell: str) -> bool:
    """Whether a stripped cell is a number with a comma as its decimal mark."""
    return bool(_WITH_COMMA.match(cell))


def has_thousands(cell: str) -> bool:
    """Whether a stripped cell looks like a number with separators between thousands: 1,234.5."""
    return bool(_THOUSANDS.match(cell))


def has_unit(cell: str) -> bool:
    """Whether a stripped cell is a number with a unit: 12 kg, 5%, EUR 3.50."""
    return bool(_UNIT.match(cell))


def has_sign(cell: str) -> bool:
    """Whether a stripped cell is a number with a sign of its own: 5%, $3.50."""
    return any(sign in cell for sign in _SIGNS) and has_unit(cell)


def number_name(number: float) -> str:
    """``3`` for 3.0, ``2.5`` for 2.5."""
    return str(int(number)) if number % 1.0 == 0.0 and abs(number) < 1e15 else repr(float(number))


def number_of(cell: str, decimal: str = ".") -> float:
    """The number of a cell, NaN if it is missing. Raises ValueError if it is neither."""
    cell = cell.strip()
    if cell in MISSING:
        return NAN
    if not is_number(cell, decimal):
        raise ValueError(cell)
    return float(cell.replace(",", ".") if decimal == "," else cell)


def numbers_of(cells: Sequence[str], decimal: str) -> Optional[List[float]]:
    """The numbers of cells that all have one; None if some are missing or no numbers."""
    try:
        if decimal == ",":
            found = [float(cell.replace(",", ".")) for cell in cells]
        else:
            found = list(map(float, cells))
    except ValueError:
        return None
    # Python also reads "1_000", "nan" and the digits of other scripts as numbers.
    together = "".join(cells)
    if decimal == "," and "." in together:
        return None
    if any(number != number for number in found) or "_" in together:
        return None
    if len(together.encode("utf-8", "replace")) != len(together):
        return None
    return found


def iso_days(cell: str) -> Optional[float]:
    """Days since 1970-01-01 of 2024-03-31 or 2024-03-31 12:30:00; None if it is no date."""
    found = _ISO.match(cell)
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    return _moment(_days(year, month, day), hour, minute, second, zone=zone)


def day_first_days(cell: str) -> Optional[float]:
    """The same of 31.3.2024 or 31/3/2024, which may also have a time, as 14:30 or 2:30 PM."""
    found = _DOTTED.match(cell) or _SLASHED.match(cell)
    if not found:
        return None
    day, month, year, *time = found.groups()
    return _moment(_days(year, month, day), *time)


def month_first_days(cell: str) -> Optional[float]:
    """The same of 3/31/2024."""
    found = _SLASHED.match(cell)
    if not found:
        return None
    month, day, year, *time = found.groups()
    return _moment(_days(year, month, day), *time)


def _moment(
    days: Optional[float], hour: Optional[str], minute: str, second: Optional[str],
    half: Optional[str] = None, zone: Optional[str] = None,
) -> Optional[float]:  # fmt: skip
    """The days with a time of that day, which may be None."""
    if days is None or hour is None:
        return days
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    if hours > 23 or int(minute) > 59 or float(second or 0.0) >= 61.0:
        return None
    seconds = 3600.0 * hours + 60.0 * int(minute) + float(second or 0.0)
    if zone and zone != "Z":
        digits = zone[1:].replace(":", "")
        if int(digits[:2]) > 23 or int(digits[2:]) > 59:
            return None
        away = 3600.0 * int(digits[:2]) + 60.0 * int(digits[2:])
        seconds -= away if zone[0] == "+" else -away
    days += seconds / _DAY_S
    return days if _EARLIEST <= days < _LATEST else None


#: The forms of dates, the first that fits a whole column counts.
DATES = {
    "year-month-day": iso_days,
    "month/day/year": month_first_days,
    "day/month/year": day_first_days,
}


def date_text(days: float) -> str:
    """2024-03-31, with the time if it is not midnight."""
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(days=days)
    text = moment.isoformat(" ")
    return text[:10] if text.endswith("00:00:00") else text[:19]


def _days(year: str, month: str, day: str) -> Optional[float]:
    try:
        return float(datetime.date(int(year), int(month), int(day)).toordinal() - _EPOCH)
    except ValueError:
        return None
