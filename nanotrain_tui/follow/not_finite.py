"""Where a curve has NaN or infinities in place of values, and that in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nanotrain_tui.follow.series import Curve

NAN, INFINITE = "nan", "infinite"


class NotFinite(NamedTuple):
    """The NaN and infinities among the values of a bin, or of neighbouring bins."""

    nan: int  # how many
    infinite: int
    first: int  # x of the first of them
    last: int

    @property
    def total(self) -> int:
        return self.nan + self.infinite

    @property
    def kind(self) -> str:
        """The sign it is drawn with; where both are there, NaN weighs more."""
        return NAN if self.nan else INFINITE

    @property
    def kinds(self) -> list[str]:
        """Which kinds are there."""
        return [kind for kind, n in ((NAN, self.nan), (INFINITE, self.infinite)) if n]

    @property
    def what(self) -> str:
        """In words."""
        return " or ".join(self.kinds)

    @property
    def brief(self) -> str:
        """Where there is little room: ``nan``, ``inf``, ``nan, inf``."""
        return ", ".join(kind[:3] for kind in self.kinds)

    def moved(self, by: int) -> NotFinite:
        """The same with its origin elsewhere."""
        return self._replace(first=self.first + by, last=self.last + by)

    def joined(self, other: NotFinite | None) -> NotFinite:
        """Both together."""
        if other is None:
            return self
        return NotFinite(
            self.nan + other.nan,
            self.infinite + other.infinite,
            min(self.first, other.first),
            max(self.last, other.last),
        )


def all_of(curve: Curve) -> NotFinite | None:
    """All of a curve together; None where every value is finite."""
    found: NotFinite | None = None
    for one in curve.bad.values():
        found = one.joined(found)
    return found


def stretches(curve: Curve) -> list[NotFinite]:
    """Those of one kind that follow each other without a finite value between them, in order.

    Of a bin with finite values only its first and last one are known: it is one stretch.
    """
    found: list[NotFinite] = []
    for _, one in sorted(curve.bad.items()):
        if found and found[-1].last + 1 == one.first and found[-1].kind == one.kind:
            found[-1] = found[-1].joined(one)
        else:
            found.append(one)
    return found


def in_words(curve: Curve) -> str:
    """``nan from step 4``, ``infinite at step 7``, ``nan at steps 4-80``, ``nan 12 times, steps
    4-80``; empty where every value is finite. For curves over steps."""
    found = all_of(curve)
    if found is None:
        return ""
    first, last = f"{found.first:,}", f"{found.last:,}"
    if found.first == found.last:
        return f"{found.what} at step {first}"
    if not _is_solid(curve, found):
        return f"{found.what} {found.total:,} times, steps {first}-{last}"
    if found.last == curve.end:
        return f"{found.what} from step {first}"
    return f"{found.what} at steps {first}-{last}"


def as_object(curve: Curve) -> dict[str, int] | None:
    """As JSON names it; None where every value is finite."""
    found = all_of(curve)
    if found is None:
        return None
    return {
        "nan": found.nan,
        "infinite": found.infinite,
        "first_step": found.first,
        "last_step": found.last,
    }


def _is_solid(curve: Curve, found: NotFinite) -> bool:
    """Whether no finite value lies between the first and the last."""
    if found.total == found.last - found.first + 1:
        return True
    first, last = ((x - curve.start) // curve.width for x in (found.first, found.last))
    return not any(curve.counts[first : last + 1])
