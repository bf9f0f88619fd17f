"""What there is to say of a key in a few words, from the catalog."""

from nanotrain_tui.catalog import OPTIMIZERS, Field, format_value


def range_of(field: Field) -> str:
    """``at least 0 and below 1``; empty where anything goes."""
    low = (("at least", field.low), ("above", field.above))
    high = (("at most", field.high), ("below", field.below))
    bounds = [(word, bound) for word, bound in low + high if bound is not None]
    said = [f"{word} {_plain(bound)}" for word, bound in bounds]
    if field.kind == "bool":
        said = ["on or off"]
    return " and ".join(said)


def default_text(field: Field) -> str:
    """``default 0.9``, or one for each optimizer where they differ; empty where it is empty."""
    if field.default is not None:
        return f"default {format_value(field.default)}" if field.default != "" else ""
    name = field.key.partition(".")[2]
    own = {
        entry.name: format_value(entry.parameters[name])
        for entry in OPTIMIZERS.values()
        if name in entry.parameters
    }
    if len(set(own.values())) == 1:
        return f"default {next(iter(own.values()))}"
    return "default " + ", ".join(f"{value} for {optimizer}" for optimizer, value in own.items())


def belongs_to(field: Field) -> str:
    """``with optimizer.name sgd, rmsprop``; empty where it always means something."""
    if field.applies_to is None:
        return ""
    key, names = field.applies_to
    return f"with {key} {', '.join(names)}"


def _plain(bound: float) -> str:
    return f"{int(bound):,}" if bound == int(bound) else format_value(bound)
