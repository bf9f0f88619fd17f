"""Flattens a telemetry sample to single values with dotted names."""

from typing import Any, Iterable, Iterator, List, Tuple, Union


def flat(body: Any, prefix: str = "") -> Iterator[Tuple[str, Union[int, float, str]]]:
    """The numbers and texts of a sample with their dotted names; null values are left out.

    A list of texts, for example of what is throttled, becomes one text with spaces.
    """
    inside: Iterable[Tuple[Any, Any]] = ()
    if isinstance(body, dict):
        inside = body.items()
    elif isinstance(body, (list, tuple)):
        inside = enumerate(body)
    for key, value in inside:
        name = prefix + str(key)
        if isinstance(value, bool):
            yield name, int(value)
        elif isinstance(value, (int, float, str)):
            yield name, value
        elif isinstance(value, (list, tuple)) and value and _are_texts(value):
            yield name, " ".join(value)
        else:
            yield from flat(value, name + ".")


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def natural(name: str) -> List[Tuple[int, str]]:
    """A sort key for dotted names: ``cpus.2`` comes before ``cpus.10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in name.split(".")]
