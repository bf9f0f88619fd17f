"""Random values of the types of ``session/events.py``, valid ones and odd ones."""

from typing import Any

from hypothesis import strategies as st

from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.session import events

TEXTS = st.text(max_size=12)
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), TEXTS,
    st.lists(st.integers(), max_size=2), st.dictionaries(TEXTS, st.integers(), max_size=2),
)  # fmt: skip
KEYS = st.sampled_from([*FIELDS, "unknown.key", ""])
VALUES = st.one_of(st.integers(-3, 10**6), st.floats(), TEXTS, st.booleans(), st.none())
METRICS = st.dictionaries(st.sampled_from(["loss", "accuracy", "iou", ""]), st.floats() | TEXTS)
_SINGLE: dict[str, st.SearchStrategy[Any]] = {
    events.TEXT: TEXTS,
    events.PROSE: TEXTS,
    events.FILE: st.from_regex(r"step-[0-9]{9}\.npz", fullmatch=True) | TEXTS,
    events.FLAG: st.booleans(),
    events.COUNT: st.integers(0, 2**63 - 1),
    events.NUMBER: st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["nan", "inf", "-inf"]),
    events.TABLE: METRICS,
    events.ANY: ODD,
    events.CONFIG: st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES, max_size=3), max_size=3),
    events.CHANGES: st.dictionaries(KEYS, st.tuples(VALUES, VALUES).map(list), max_size=3),
    events.EDITS: st.lists(
        st.fixed_dictionaries(
            {"step": st.integers(0, 1000), "set": st.dictionaries(KEYS, VALUES, max_size=2)}
        ),
        max_size=2,
    ),
    "step": st.integers(0, 2**53 - 1),
    "positive count": st.integers(1, 9),
    "time": st.floats(0, 1e9),
    "finite number": st.floats(0, 1e9),
}


def values(shape: Any) -> st.SearchStrategy[Any]:
    """Values of a type; one in some is of another type."""
    return st.one_of(_valid(shape), _valid(shape), _valid(shape), ODD)


def objects(fields: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with any of these keys, and perhaps one more."""
    known = st.fixed_dictionaries({}, optional={key: values(of) for key, of in fields.items()})
    return st.tuples(known, st.dictionaries(TEXTS, ODD, max_size=1)).map(lambda p: {**p[1], **p[0]})


def _valid(shape: Any) -> st.SearchStrategy[Any]:
    if isinstance(shape, dict):
        return objects(shape)
    if isinstance(shape, events.OneOf):
        return st.sampled_from(shape.words) | TEXTS
    if isinstance(shape, events.ListOf):
        return st.lists(values(shape.item), max_size=2)
    if isinstance(shape, events.MapOf):
        return st.dictionaries(TEXTS, values(shape.value), max_size=2)
    if isinstance(shape, events.LinesOf):
        return st.lists(TEXTS, max_size=2)
    return _SINGLE[shape]
