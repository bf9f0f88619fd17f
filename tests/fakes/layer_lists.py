"""Random lists of layers, possible ones and others."""

from typing import Any

from hypothesis import strategies as st

from nanotrain_tui.catalog import ACTIVATIONS
from nanotrain_tui.catalog.layer_kinds import KINDS, RATE, SIZE, Kind

ACTIVATION = st.sampled_from([None, None, *ACTIVATIONS])
LENGTH = st.integers(1, 6)
SHAPES = st.one_of(
    st.sampled_from([(28, 28), (12, 12, 3), (9,), (16, 2), (1,), (4,)]),
    st.lists(st.integers(1, 12), min_size=1, max_size=4).map(tuple),
)


@st.composite
def entries_of(draw: Any, kind: Kind) -> dict[str, Any]:
    """A layer of this kind as the trainer gets it."""
    found: dict[str, Any] = {"kind": kind.name}
    pictures_alone = kind.name in ("depthwise", "separable")
    for name in kind.numbers:
        if name == SIZE:
            least = 2 if pictures_alone else 1
            found[name] = draw(st.lists(LENGTH, min_size=least, max_size=2))
        elif name == RATE:
            found[name] = draw(st.sampled_from([None, 0.0, 0.25, 0.5]))
        else:
            found[name] = draw(st.integers(1, 9))
    if kind.activation:
        found["activation"] = draw(ACTIVATION)
    if kind.padding:
        size = found["size"]
        own = list(size) if kind.padding == "valid" else [1] * len(size)
        found["stride"] = draw(
            st.one_of(
                st.just(own),
                LENGTH.map(lambda step: [step] * len(size)),
                st.lists(LENGTH, min_size=len(size), max_size=len(size)),
            )
        )
        found["padding"] = draw(st.sampled_from(["same", "valid"]))
    return found


def layer_lists(most: int = 6) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Layers of any kinds; most of these lists fit no data."""
    one = st.sampled_from(list(KINDS.values())).flatmap(entries_of)
    return st.lists(one, min_size=1, max_size=most)
