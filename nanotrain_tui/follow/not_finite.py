"""The number and the place of the NaN and infinite values of a bin."""

from __future__ import annotations

from typing import NamedTuple

NAN, INFINITE = "nan", "infinite"


class NotFinite(NamedTuple):
    """The NaN and infinite values of a bin, or of neighbouring bins."""

    nan: int  # the number of NaN values
    infinite: int  # the number of infinite values
    first: int  # the x of the first of them
    last: int  # the x of the last of them

    @property
    def total(self) -> int:
        return self.nan + self.infinite

    @property
    def kind(self) -> str:
        """The kind whose symbol is drawn: NAN if there is any NaN, else INFINITE."""
        return NAN if self.nan else INFINITE

    @property
    def kinds(self) -> list[str]:
        """The kinds that occur."""
        return [kind for kind, n in ((NAN, self.nan), (INFINITE, self.infinite)) if n]

    @property
    def what(self) -> str:
        """The kinds in words: ``nan or infinite``."""
        return " or ".join(self.kinds)

    @property
    def brief(self) -> str:
        """The kinds in a short form: ``nan``, ``inf``, ``nan, inf``."""
        return ", ".join(kind[:3] for kind in self.kinds)

    def moved(self, by: int) -> NotFinite:
        """A copy with ``by`` added to its x values."""
        return self._replace(first=self.first + by, last=self.last + by)

    def joined(self, other: NotFinite | None) -> NotFinite:
        """The sum of this one and another."""
        if other is None:
            return self
        return NotFinite(
            self.nan + other.nan,
            self.infinite + other.infinite,
            min(self.first, other.first),
            max(self.last, other.last),
        )
