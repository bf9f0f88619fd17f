"""Binned series: limited memory, the same for rows of any length, and safe with NaN."""

import math
from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.follow.not_finite import NotFinite
from nanotrain_tui.follow.not_finite_ranges import all_of, in_words, stretches
from nanotrain_tui.follow.series import WORTH_NUMPY, Curve, Series
from nanotrain_tui.follow.totals import LARGEST, totals, totals_between

FLOATS = st.floats(width=32)  # NaN and infinities too
FINITE = st.floats(min_value=-1e6, max_value=1e6, width=32)
BAD = st.sampled_from([math.nan, math.inf, -math.inf])


def covered(curve: Curve) -> int:
    return sum(curve.counts) + sum(one.total for one in curve.not_finite.values())


def bad_counts(curve: Curve) -> list[int]:
    return [
        curve.not_finite[i].total if i in curve.not_finite else 0 for i in range(len(curve.counts))
    ]


def curve_of(values: list[float], bins: int = 512) -> Curve:
    series = Series(bins)
    for x, value in enumerate(values):
        series.add(x, value)
    return series.curve()


def test_a_curve_jumps_if_it_is_constant_between_few_places() -> None:
    edited = [0.1] * 700 + [0.05] * 33 + [0.01] * 800
    assert curve_of(edited).jumps and curve_of([0.1, 0.05]).jumps and Curve().jumps
    assert curve_of([1e-4] * 5000, bins=64).jumps, "the means of bins are rounded"
    assert not curve_of([0.1 * 0.999**i for i in range(1000)]).jumps
    assert not curve_of([(i * 7919 % 13) / 13 for i in range(1000)], bins=64).jumps


def test_a_bin_with_a_jump_has_the_value_after_it() -> None:
    """A mean of both was never in force."""
    edited = curve_of([0.1] * 703 + [0.05] * 30 + [0.01] * 800, bins=64)
    assert len({round(mean, 9) for mean in edited.means}) == 4, "two bins have a jump"
    stepped = list(edited.stepped().means)
    assert {round(mean, 9) for mean in stepped} == {0.1, 0.05, 0.01}
    assert sorted(stepped, reverse=True) == stepped
    assert curve_of([0.1] * 31 + [0.01], bins=4).stepped().means[-1] == 0.01
    assert curve_of([0.1] * 31 + [0.4], bins=4).stepped().means[-1] == 0.4
    assert Curve().stepped() == Curve()


def test_values_that_are_not_finite_are_named_by_their_kinds() -> None:
    """A NaN is the more important one: its symbol is drawn where there are both."""
    both, nan, infinite = NotFinite(1, 2, 5, 9), NotFinite(2, 0, 5, 9), NotFinite(0, 3, 5, 9)
    assert [one.total for one in (both, nan, infinite)] == [3, 2, 3]
    assert [one.kind for one in (both, nan, infinite)] == ["nan", "nan", "infinite"]
    assert [one.what for one in (both, nan, infinite)] == ["nan or infinite", "nan", "infinite"]
    assert [one.brief for one in (both, nan, infinite)] == ["nan, inf", "nan", "inf"]
    assert both.moved(100) == NotFinite(1, 2, 105, 109)
    assert nan.joined(NotFinite(0, 3, 2, 7)) == NotFinite(2, 3, 2, 9)
    assert nan.joined(None) == nan


def test_an_empty_series_has_no_values() -> None:
    curve = Series().curve()
    assert not curve and curve.last is None and curve.low is None and curve.high is None


def test_a_series_that_is_not_full_has_a_bin_for_each_value() -> None:
    series = Series(8)
    series.extend(1, [3.0, 1.0, 2.0])
    curve = series.curve()
    assert (curve.width, list(curve.counts)) == (1, [0, 1, 1, 1])
    assert (curve.last, curve.low, curve.high, curve.end) == (2.0, 1.0, 3.0, 3)


def test_a_full_series_doubles_its_bins_and_keeps_its_extremes() -> None:
    series = Series(4)
    series.extend(0, [5.0, 1.0, 2.0, 9.0, 4.0])
    curve = series.curve()
    assert curve.width == 2
    assert list(curve.lows) == [1.0, 2.0, 4.0] and list(curve.highs) == [5.0, 9.0, 4.0]
    assert list(curve.means) == [3.0, 5.5, 4.0]


@given(st.lists(FINITE | BAD, max_size=200), st.integers(2, 16))
def test_the_length_of_the_rows_makes_no_difference(values: list[float], capacity: int) -> None:
    whole, pieces = Series(capacity), Series(capacity)
    whole.extend(1, array("f", values))
    for x, value in enumerate(array("f", values), 1):
        pieces.add(x, value)
    a, b = whole.curve(), pieces.curve()
    assert (a.width, a.counts, a.not_finite, a.lows, a.highs) == (
        b.width,
        b.counts,
        b.not_finite,
        b.lows,
        b.highs,
    )
    assert repr(a.last) == repr(b.last)
    for one, other in zip(a.means, b.means, strict=True):
        assert one == pytest.approx(other, abs=1e-6, nan_ok=True)


@given(st.lists(st.tuples(st.integers(-5, 10**6), st.lists(FLOATS, max_size=20)), max_size=30))
def test_no_value_is_lost_or_counted_twice(rows: list[tuple[int, list[float]]]) -> None:
    series = Series(16)
    expected: list[float] = []
    for x, values in rows:
        series.extend(x, values)
        expected += values[-x:] if x < 0 else values
    curve = series.curve()
    assert covered(curve) == len(expected)
    assert len(curve.counts) <= 16
    finite = [value for value in expected if math.isfinite(value)]
    assert curve.low == (min(finite) if finite else None)
    assert curve.high == (max(finite) if finite else None)


@given(st.lists(FINITE, min_size=1, max_size=300), st.integers(0, 310))
def test_a_cut_deletes_every_value_after_it(values: list[float], cut: int) -> None:
    series = Series(8)
    series.extend(0, values)
    series.cut(cut)
    curve = series.curve()
    kept = values[:cut]
    assert covered(curve) <= len(kept)
    assert len(kept) - covered(curve) < curve.width
    assert curve.low is None or curve.low in kept
    assert curve.high is None or curve.high in kept


def test_nan_and_infinities_are_counted_and_may_be_the_last_value() -> None:
    series = Series(4)
    series.extend(0, array("f", [1.0, math.nan, math.inf, -math.inf]))
    curve = series.curve()
    assert bad_counts(curve) == [0, 1, 1, 1] and list(curve.counts) == [1, 0, 0, 0]
    assert curve.last == -math.inf and (curve.low, curve.high) == (1.0, 1.0)
    series.extend(4, [2.0])
    assert bad_counts(series.curve()) == [1, 2, 0]


def test_a_value_beyond_float32_counts_as_infinite() -> None:
    series = Series()
    series.extend(0, [1e300, 2.0, LARGEST])
    assert series.curve().high == LARGEST and bad_counts(series.curve()) == [1, 0, 0]


def test_a_gap_stays_a_gap() -> None:
    series = Series(64)
    series.add(0, 1.0)
    series.add(20, 2.0)
    curve = series.curve()
    assert list(curve.counts) == [1] + [0] * 19 + [1]
    assert all(math.isnan(mean) for mean in curve.means[1:20])


def test_the_memory_does_not_grow_with_the_values() -> None:
    series = Series(64)
    row = array("f", [0.25, 0.75] * 50_000)
    for x in range(0, 10**7, len(row)):
        series.extend(x, row)
    curve = series.curve()
    assert covered(curve) == 10**7 and len(curve.counts) <= 64
    assert (curve.low, curve.high, curve.end) == (0.25, 0.75, 10**7 - 1)


@given(st.lists(FLOATS, min_size=1, max_size=500), st.sets(st.integers(1, 499), max_size=20))
def test_values_in_bulk_have_the_same_totals(values: list[float], edges: set[int]) -> None:
    block = array("f", values)
    begins = [0, *sorted(edge for edge in edges if edge < len(block))]
    parts = [block[a:b] for a, b in pairwise([*begins, len(block)])]
    for one, other in zip(totals_between(block, begins), map(totals, parts), strict=True):
        assert one._replace(total=0) == other._replace(total=0)
        largest = max(abs(one.low), abs(one.high)) if one.values else 0.0
        assert one.total == pytest.approx(other.total, abs=1e-9 * largest)


def test_many_values_make_the_same_series_in_bulk_and_one_by_one() -> None:
    block = array("f", ((x * 7919) % 1000 / 8 for x in range(2 * WORTH_NUMPY)))
    block[5] = block[40_000] = math.nan
    bulk, plain = Series(), Series()
    for x in range(0, len(block), 4096):
        bulk.extend(3 + x, block[x : x + 4096])
    for x in range(0, len(block), 50):
        plain.extend(3 + x, block[x : x + 50])
        plain.curve()
    assert repr(bulk.curve()) == repr(plain.curve())


def test_a_large_gap_needs_no_memory() -> None:
    series = Series(16)
    series.add(0, 1.0)
    series.add(1 << 52, 2.0)
    assert len(series.curve().counts) <= 16 and covered(series.curve()) == 2


def test_curves_are_cached_and_do_not_change() -> None:
    series = Series(8)
    series.extend(0, [1.0, 2.0])
    before = series.curve()
    assert series.curve() is before
    series.extend(2, [3.0] * 40)
    assert before.last == 2.0 and len(before.counts) == 2


def test_a_series_needs_two_bins() -> None:
    with pytest.raises(ValueError, match="two bins"):
        Series(1)


@given(st.lists(FINITE | BAD, min_size=1, max_size=120), st.integers(2, 16), st.integers(0, 130))
def test_values_that_are_not_finite_are_counted_exactly(
    values: list[float], capacity: int, cut: int
) -> None:
    """For any width of bins, for single values and for many at once."""
    block = array("f", values)
    series = Series(capacity)
    series.extend(1, block)
    series.cut(cut)
    kept = block[: max(0, series.curve().end)]
    not_finite = [(x, value) for x, value in enumerate(kept, 1) if not math.isfinite(value)]
    found = all_of(series.curve())
    if not not_finite:
        assert found is None
        return
    nan = sum(math.isnan(value) for _, value in not_finite)
    assert found == NotFinite(nan, len(not_finite) - nan, not_finite[0][0], not_finite[-1][0])
    joined = stretches(series.curve())
    assert sum(one.total for one in joined) == len(not_finite)
    assert all(a.last < b.first for a, b in pairwise(joined))


def test_neighbours_of_one_kind_are_one_range() -> None:
    series = Series(64)
    series.extend(1, array("f", [math.nan, math.nan, math.inf, 1.0, math.nan, -math.inf]))
    assert stretches(series.curve()) == [
        NotFinite(2, 0, 1, 2), NotFinite(0, 1, 3, 3), NotFinite(1, 0, 5, 5), NotFinite(0, 1, 6, 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1.0, 2.0], ""),
        ([1.0, math.nan, math.nan], "nan from step 2"),
        ([1.0, math.nan], "nan at step 2"),
        ([math.inf, 1.0], "infinite at step 1"),
        ([1.0, math.nan, -math.inf, 2.0], "nan or infinite at steps 2-3"),
        ([math.nan, 1.0, math.nan], "nan 2 times, steps 1-3"),
        ([math.nan] * 5000, "nan from step 1"),
        ([1.0] * 5000 + [math.nan] * 5000, "nan from step 5,001"),
    ],
)
def test_text_about_values_that_are_not_finite(values: list[float], text: str) -> None:
    series = Series(64)
    series.extend(1, array("f", values))
    assert in_words(series.curve()) == text


def test_text_about_evaluations_that_are_not_finite() -> None:
    series = Series(64)
    for step, loss in ((1, 2.0), (101, math.nan), (201, math.nan), (301, 1.0)):
        series.add(step, loss)
    assert in_words(series.curve()) == "nan at steps 101-201"
