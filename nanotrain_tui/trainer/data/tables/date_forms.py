"""Which form the dates of a column have."""

from typing import Dict, List, Optional

from .table_file import Place
from .values import DATES

_MOSTLY = 0.9  # of the cells: a column of dates with a few mistakes
_TRIED = 10  # cells that do not fit, after which a form that fits fewer is not tried again


class DateForms:
    """Tries the cells of a column that are no numbers."""

    def __init__(self) -> None:
        self._fitting: Dict[str, int] = dict.fromkeys(DATES, 0)
        self._misfits: Dict[str, List[Place]] = {form: [] for form in DATES}
        self._others = False  # cells that are numbers

    def add(self, place: Place) -> None:
        """Try a cell."""
        for form in list(self._fitting):
            if DATES[form](place.cell) is not None:
                self._fitting[form] += 1
                continue
            self._misfits[form].append(place)
            if len(self._misfits[form]) > max(_TRIED, self._fitting[form]):
                del self._fitting[form]

    def has_numbers(self) -> None:
        """The column has numbers, which are no dates."""
        self._others = True

    @property
    def form(self) -> str:
        """The form of a column of dates alone, "" for any other."""
        if self._others:
            return ""
        forms = (form for form, count in self._fitting.items() if count)
        return next((form for form in forms if not self._misfits[form]), "")

    def mistake(self, there: int) -> Optional[Place]:
        """The first cell that is no date, if nearly all of the cells that are there are dates."""
        for form, count in self._fitting.items():
            if self._misfits[form] and count > _MOSTLY * there:
                return self._misfits[form][0]
        return None
