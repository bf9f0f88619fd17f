"""Which form the dates of a column have."""

from typing import Dict, Optional, Sequence

from .table_file import Place
from .values import DATES

_MOSTLY = 0.5  # of the cells: a column of dates with mistakes
_WHY = "is not a date, and most others of the column are."
_OTHER = "is no date of the form {}, and others of the column are."
_TRIED = 1000  # cells that do not fit, after which a form that fits fewer is not tried again


class DateForms:
    """Tries the cells of a column that are no numbers."""

    def __init__(self) -> None:
        self._fitting: Dict[str, int] = dict.fromkeys(DATES, 0)
        self._misfits: Dict[str, int] = dict.fromkeys(DATES, 0)
        self._first: Dict[str, Place] = {}  # the first misfit
        self._dates = 0  # cells that have one of the forms
        self._others = False  # cells that are numbers

    def add(self, place: Place) -> None:
        """Try a cell."""
        is_date = False
        for form in list(self._fitting):
            if DATES[form](place.cell) is not None:
                self._fitting[form] += 1
                is_date = True
                continue
            self._first.setdefault(form, place)
            self._misfits[form] += 1
            if self._misfits[form] > max(_TRIED, self._fitting[form]):
                del self._fitting[form]
        self._dates += is_date

    def has_numbers(self) -> None:
        """The column has numbers, which are no dates."""
        self._others = True

    @property
    def forms(self) -> Sequence[str]:
        """The forms that all cells of a column of dates have; none for any other."""
        fitting = () if self._others else self._fitting.items()
        return tuple(form for form, count in fitting if count and not self._misfits[form])

    def mistake(self, there: int) -> Optional[Place]:
        """The first cell that is no date like most, if most cells that are there are dates."""
        if self._dates <= _MOSTLY * there or not self._fitting:
            return None
        form = max(self._fitting, key=lambda one: self._fitting[one])
        place = self._first.get(form)
        if place is None:
            return None
        is_date = any(read(place.cell) is not None for read in DATES.values())
        return place._replace(why=_OTHER.format(form) if is_date else _WHY)
