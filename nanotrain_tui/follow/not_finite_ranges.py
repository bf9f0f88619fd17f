"""The NaN and infinite values of a curve: their total, their ranges, and a text about them."""

from __future__ import annotations

from nanotrain_tui.follow.not_finite import NotFinite
from nanotrain_tui.follow.series import Curve


def all_of(curve: Curve) -> NotFinite | None:
    """The sum over a curve; None if every value is finite."""
    found: NotFinite | None = None
    for one in curve.not_finite.values():
        found = one.joined(found)
    return found


def stretches(curve: Curve) -> list[NotFinite]:
    """The ranges of consecutive values of one kind, in order.

    A bin that also has finite values is one range, because only its first and its last value that
    is not finite are known.
    """
    found: list[NotFinite] = []
    for _, one in sorted(curve.not_finite.items()):
        if found and found[-1].last + 1 == one.first and found[-1].kind == one.kind:
            found[-1] = found[-1].joined(one)
        else:
            found.append(one)
    return found


def in_words(curve: Curve) -> str:
    """A text about a curve over steps; empty if every value is finite.

    Examples: ``nan from step 4``, ``infinite at step 7``, ``nan at steps 4-80``, ``nan 12 times,
    steps 4-80``.
    """
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
    """The sum over a curve as a JSON object; None if every value is finite."""
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
    """Whether there is no finite value between the first and the last of them."""
    if found.total == found.last - found.first + 1:
        return True
    first, last = ((x - curve.start) // curve.width for x in (found.first, found.last))
    return not any(curve.counts[first : last + 1])
