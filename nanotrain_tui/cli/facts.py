"""Short facts about a configuration key: its range, its default and where it applies."""

from nanotrain_tui.catalog import OPTIMIZERS, Field, format_value


def range_of(field: Field) -> str:
    """``at least 0 and below 1``; empty if there is no limit."""
    low = (("at least", field.low), ("above", field.above))
    high = (("at most", field.high), ("below", field.below))
    bounds = [(word, bound) for word, bound in low + high if bound is not None]
    if field.kind == "bool":
        return "on or off"
    text = " and ".join(f"{word} {_plain(bound)}" for word, bound in bounds)
    return f"{text}, or {field.zero}" if field.zero else text


def default_text(field: Field) -> str:
    """``default 0.9``, or one value for each optimizer if they differ; empty for an empty text."""
    if field.default is not None:
        value = format_value(field.key, field.default)
        return f"default {value}" if value else ""
    name = field.key.partition(".")[2]
    by_optimizer = {
        entry.name: format_value(field.key, entry.parameters[name])
        for entry in OPTIMIZERS.values()
        if name in entry.parameters
    }
    if len(set(by_optimizer.values())) == 1:
        return f"default {next(iter(by_optimizer.values()))}"
    return "default " + ", ".join(f"{value} for {name}" for name, value in by_optimizer.items())


def applies_with(field: Field) -> str:
    """``with optimizer.name sgd, rmsprop``; empty if it always applies."""
    if field.applies_to is None:
        return ""
    key, names = field.applies_to
    return f"with {key} {', '.join(name or 'empty' for name in names)}"


def _plain(bound: float) -> str:
    return f"{int(bound):,}" if bound == int(bound) else f"{bound:g}"
