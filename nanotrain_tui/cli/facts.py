"""Short facts about a configuration key: its range, its default and where it applies."""

from nanotrain_tui.catalog import FIELDS, Field, format_value


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
    """``default 0.9``, or one value for each choice if they differ; empty for an empty text."""
    if field.default is not None or field.applies_to is None:
        value = format_value(field.key, field.default)
        return f"default {value}" if value else ""
    name = field.key.partition(".")[2]
    choices = FIELDS[field.applies_to[0]].choices or {}
    choices_by_value: dict[str, list[str]] = {}
    for choice, entry in choices.items():
        if name in entry.parameters:
            value = format_value(field.key, entry.parameters[name])
            choices_by_value.setdefault(value, []).append(choice)
    if len(choices_by_value) == 1:
        value = next(iter(choices_by_value))
        return f"default {value}" if value else ""
    choices_by_value.pop("", None)
    texts = (f"{value} for {', '.join(names)}" for value, names in choices_by_value.items())
    return "default " + "; ".join(texts)


def applies_with(field: Field) -> str:
    """``with optimizer.name sgd, rmsprop``; empty if it always applies."""
    if field.applies_to is None:
        return ""
    key, names = field.applies_to
    return f"with {key} {', '.join(name or 'empty' for name in names)}"


def _plain(bound: float) -> str:
    return f"{int(bound):,}" if bound == int(bound) else f"{bound:g}"
