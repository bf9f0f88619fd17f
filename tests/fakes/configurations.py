"""Random valid configurations, drawn from the catalog."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from nanotrain_tui.catalog import (
    ACTIVATIONS,
    FIELDS,
    Config,
    ConfigError,
    Field,
    check,
    drop_inapplicable,
)
from nanotrain_tui.catalog.fields import (
    BOOL,
    CHOICE,
    CODE,
    COMMAND,
    INT,
    LAYER_LIST,
    LAYERS,
    NAMES,
    PATH,
    PICTURE_SIZE,
    SPLIT,
    TEXT,
    WEIGHTS,
)
from nanotrain_tui.catalog.layer_kinds import KINDS, RATE, SIZE, Kind

#: Each of their choices has keys that the others have not.
CHOICES = ("data.name", "optimizer.name", "loss.name", "schedule.name")
#: What data of a person's own needs.
NEEDED = {
    "csv": {"data.path": "readings.csv"},
    "npz": {"data.path": "arrays.npz"},
    "folder": {"data.path": "photos"},
    "tub": {"data.path": "tub"},
    "function": {"data.function": "loader.py:load"},
}


def values_of(field: Field) -> st.SearchStrategy[Any]:
    """Any value the field takes."""
    if field.kind == CHOICE:
        return st.sampled_from(list(field.choices or ()))
    if field.kind == BOOL:
        return st.booleans()
    if field.kind == INT:
        return st.integers(int(field.low or 0), int(field.high or 10))
    if field.kind == LAYERS:
        return st.sampled_from(["none", "5", "64 tanh", "512 relu, 256 softmax, 8"])
    if field.kind == LAYER_LIST:
        return st.sampled_from(["", "flatten, dense 5, dropout", "conv 8 3x3 tanh, global-pool"])
    if field.kind == WEIGHTS:
        return st.sampled_from(["none", "balanced", "1, 2.5"])
    if field.kind == NAMES:
        names = st.lists(st.sampled_from(list(field.choices or ())), min_size=1, unique=True)
        return names.map(", ".join)
    text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
    if field.kind == COMMAND:
        return st.lists(text, min_size=1, max_size=3)
    if field.kind in (PATH, TEXT):
        return text
    if field.kind == PICTURE_SIZE:
        return st.sampled_from(["auto", "96x96", "120x160"])
    if field.kind == SPLIT:
        return st.sampled_from(["0.2", "0.35", "part"])
    if field.kind == CODE:
        return st.sampled_from(["loader.py:load", "/my data/a:b.py:make_all"])
    low = field.low if field.low is not None else field.above
    high = field.high if field.high is not None else field.below
    return st.floats(
        low, high,
        exclude_min=field.low is None, exclude_max=field.high is None, allow_subnormal=False,
    )  # fmt: skip


@st.composite
def configurations(draw: Callable[[st.SearchStrategy[Any]], Any], scripts: bool = True) -> Config:
    """Checked configurations with any of their keys changed, those of scripts among them."""
    known = [key for key in FIELDS if scripts or not key.startswith("script.")]
    keys = [*CHOICES, *sorted(draw(st.sets(st.sampled_from(known))))]
    values = {key: draw(values_of(FIELDS[key])) for key in dict.fromkeys(keys)}
    values = {**values, **NEEDED.get(values["data.name"], {})}
    values = drop_inapplicable(values)
    if values.get("optimizer.nesterov"):
        values["optimizer.momentum"] = values.get("optimizer.momentum") or 0.5
    if values.get("trainer.xla") == "off":
        values.pop("trainer.update", None)
    without_loss = {k: v for k, v in values.items() if k.partition(".")[0] != "loss"}
    auto = {"model.output": "auto"}
    for attempt in (values, {**values, **auto}, {**without_loss, **auto}):
        try:
            return check(attempt)
        except ConfigError:
            continue
    raise AssertionError(values)


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
