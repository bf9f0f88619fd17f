"""A person's own data in the layers of a configuration: which layer names it, and what it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from nanotrain_tui.catalog import DATASETS, parse_value
from nanotrain_tui.catalog.data_files import FUNCTION, PATH, X, Y

from .guess import guess

NAME, TASK, AUTO = "data.name", "data.task", "auto"
_IMPLIED = {X: "npz", Y: "npz", FUNCTION: "function"}
Values = dict[str, Any]


def with_path(given: Mapping[str, Any], path: str) -> tuple[Values, str]:
    """The values of ``--set`` with the file or folder to train on, and a line for the person.

    If ``data.name`` is set, the path is that of this data; otherwise the data is guessed. Raises
    FileError.
    """
    name = parse_value(NAME, given.get(NAME, AUTO))
    if name != AUTO:
        parameters = DATASETS[name].parameters
        key = next((f"data.{one}" for one in ("path", "function") if one in parameters), "data.dir")
        return {key: path, **given}, ""
    found = guess(path)
    return {**given, **found.values}, found.text


def with_names(layers: Sequence[Mapping[str, Any]]) -> tuple[list[Values], str]:
    """The layers with the name of the data where only its files are given, and a line about it.

    The last layer is the strongest. Raises FileError.
    """
    named = [dict(layer) for layer in layers]
    name, at = _name_in(named)
    for index in reversed(range(len(named))):
        layer = named[index]
        if index < at or (index == at and name != AUTO):
            break
        keys = [key for key in (PATH, *_IMPLIED) if layer.get(key)]
        if not keys:
            continue
        if keys[0].partition(".")[2] in DATASETS[name].parameters:
            break  # a weaker layer has the name of such data
        if keys[0] != PATH:
            layer[NAME] = _IMPLIED[keys[0]]
            return named, f"data: {layer[NAME]}, because {keys[0]} is set"
        found = guess(str(layer.pop(PATH)))
        layer.update(found.values)
        return named, found.text
    return named, ""


def with_task(layers: Sequence[Mapping[str, Any]], task: str) -> list[Values]:
    """The layers with the task that was found, beside the name of the data."""
    found = [{key: value for key, value in layer.items() if key != TASK} for layer in layers]
    _, at = _name_in(found)
    found[at][TASK] = task
    return found


def _name_in(layers: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    """The name of the data, and the index of the layer that gives it; -1 if none does."""
    for index in reversed(range(len(layers))):
        if NAME in layers[index]:
            return str(parse_value(NAME, layers[index][NAME])), index
    return AUTO, -1
