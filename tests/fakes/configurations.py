"""Random valid configurations, drawn from the catalog."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from nanotrain_tui.catalog import FIELDS, Config, ConfigError, Field, check, drop_inapplicable
from nanotrain_tui.catalog.fields import (
    BOOL,
    CHOICE,
    COMMAND,
    INT,
    LAYER_LIST,
    LAYERS,
    NAMES,
    PATH,
    WEIGHTS,
)

#: Each of their choices has keys that the others have not.
CHOICES = ("data.name", "optimizer.name", "loss.name", "schedule.name")


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
    if field.kind == PATH:
        return text
    low = field.low if field.low is not None else field.above
    high = field.high if field.high is not None else field.below
    return st.floats(
        low, high,
        exclude_min=field.low is None, exclude_max=field.high is None, allow_subnormal=False,
    )  # fmt: skip


@st.composite
def configurations(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Config:
    """Checked configurations with any of their keys changed."""
    keys = [*CHOICES, *draw(st.sets(st.sampled_from([*FIELDS])))]
    values = {key: draw(values_of(FIELDS[key])) for key in dict.fromkeys(keys)}
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
