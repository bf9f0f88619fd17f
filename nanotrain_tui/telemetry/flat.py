"""A telemetry sample as single figures, each with a dotted name."""

from typing import Any, Iterator, List, Mapping, Tuple, Union


def flat(body: Any, prefix: str = "") -> Iterator[Tuple[str, Union[int, float, str]]]:
    """The numbers and texts of a sample with dotted names; what is null is left out."""
    if isinstance(body, Mapping):
        inside: Iterator[Tuple[Any, Any]] = iter(body.items())
    elif isinstance(body, (list, tuple)):
        inside = iter(enumerate(body))
    else:
        if isinstance(body, bool):
            yield prefix, int(body)
        elif isinstance(body, (int, float, str)):
            yield prefix, body
        return
    for key, value in inside:
        yield from flat(value, "{}.{}".format(prefix, key) if prefix else str(key))


def natural(name: str) -> List[Tuple[int, str]]:
    """The key to sort names by: ``cpus.2`` before ``cpus.10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in name.split(".")]
