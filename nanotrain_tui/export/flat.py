"""A telemetry sample as single figures, each with a dotted name."""

from collections.abc import Iterator, Mapping
from typing import Any


def flat(body: Any, prefix: str = "") -> Iterator[tuple[str, int | float | str]]:
    """The numbers and texts of a sample with dotted names; what is null is left out."""
    if isinstance(body, Mapping):
        inside: Iterator[tuple[Any, Any]] = iter(body.items())
    elif isinstance(body, (list, tuple)):
        inside = iter(enumerate(body))
    else:
        if isinstance(body, bool):
            yield prefix, int(body)
        elif isinstance(body, (int, float, str)):
            yield prefix, body
        return
    for key, value in inside:
        yield from flat(value, f"{prefix}.{key}" if prefix else str(key))


def natural(name: str) -> list[tuple[int, str]]:
    """The key to sort names by: ``cpus.2`` before ``cpus.10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in name.split(".")]
