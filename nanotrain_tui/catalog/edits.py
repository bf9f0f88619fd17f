"""Changes to a running session: how each takes effect, and the scripted ones."""

from typing import Any, Dict, List, Mapping, NamedTuple

from .check import Config, check_values, drop_inapplicable, flatten
from .config_error import ConfigError, quoted
from .data_files import check_files
from .fields import LAYERS, MAX_STEPS, RESTART, SWAP
from .layers import parse_layers
from .values import field_of, parse_value

KEY = "edits"


class Edit(NamedTuple):
    """Values in effect from the update after ``step`` on."""

    step: int
    values: Dict[str, Any]


def check(values: Mapping[str, Any], task: str = "") -> Config:
    """Every key that applies, in its own type, defaults filled in; scripted edits by step.

    ``task`` is that of the data; if it is empty, the one that the data set usually has.
    Raises ConfigError for the first value that is wrong or does not fit the others.
    """
    config = check_values({key: value for key, value in values.items() if key != KEY}, task)
    check_files(config)
    edits = parse_edits(values.get(KEY, []), config)
    if edits:
        config[KEY] = [{"step": edit.step, "set": edit.values} for edit in edits]
    return config


def change_kind(key: str, before: Any, after: Any) -> str:
    """``live``, ``swap`` or ``restart``: how a change of the key takes effect during training."""
    field = field_of(key)
    if field.kind != LAYERS:
        return field.live
    if not before or not after:
        return RESTART  # one of the networks has no hidden layers of this kind
    same_units = _units(before) == _units(after)
    return SWAP if same_units else RESTART


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> List[str]:
    """The keys whose values differ between two checked configurations, in the catalog's order."""
    keys = list(dict.fromkeys(list(before) + list(after)))
    return [key for key in keys if before.get(key) != after.get(key)]


def edited(config: Mapping[str, Any], values: Mapping[str, Any]) -> Config:
    """The checked configuration after a change, without parameters of the old choices."""
    parsed = {key: parse_value(key, value) for key, value in values.items()}
    kept = {key: value for key, value in config.items() if key not in parsed and key != KEY}
    wanted = dict(kept, **parsed)
    stale = set(kept) - set(drop_inapplicable(wanted))
    return check_values({key: value for key, value in wanted.items() if key not in stale})


def parse_edits(given: Any, config: Mapping[str, Any]) -> List[Edit]:
    """``[[edits]]`` of a configuration, sorted by step; each is checked with the values in effect then.

    Raises ConfigError naming the edit's number and key.
    """
    if not isinstance(given, list):
        raise ConfigError(KEY, "must be written as [[edits]] tables with step and set.")
    numbered = [(number, _parse_edit(number, one)) for number, one in enumerate(given, 1)]
    numbered.sort(key=lambda pair: pair[1].step)
    now: Config = dict(config)
    for number, edit in numbered:
        where = "number {}, at step {}".format(number, edit.step)
        for key, value in edit.values.items():
            if change_kind(key, now.get(key), value) == RESTART:
                raise ConfigError(KEY, "{}: {} cannot change during training.".format(where, key))
        try:
            now = edited(now, edit.values)
        except ConfigError as error:
            raise ConfigError(KEY, "{}: {}".format(where, error)) from None
    return [edit for _, edit in numbered]


def _parse_edit(number: int, one: Any) -> Edit:
    where = "number {}".format(number)
    if not isinstance(one, dict) or set(one) != {"step", "set"}:
        raise ConfigError(KEY, "{} must have step and set, and nothing else.".format(where))
    step = one["step"]
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= MAX_STEPS:
        raise ConfigError(
            KEY,
            "{}: step must be a whole number of at least 0; it is {}.".format(where, quoted(step)),
        )
    if not isinstance(one["set"], dict) or not one["set"]:
        raise ConfigError(KEY, "{}: set must name at least one key.".format(where))
    try:
        values = {key: parse_value(key, value) for key, value in flatten(one["set"]).items()}
    except ConfigError as error:
        raise ConfigError(KEY, "{}: {}".format(where, error)) from None
    return Edit(step, values)


def _units(layers: Any) -> List[int]:
    return [layer.units for layer in parse_layers(str(layers))]
