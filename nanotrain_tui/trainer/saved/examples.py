"""New examples, as the network of a session takes them."""

from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence

Array = Any


def _nothing(_: int) -> Dict[str, Any]:
    return {}


class Examples(NamedTuple):
    """``take(first, end)`` makes the inputs of some of ``size`` examples, (n, ...).

    ``targets`` are known classes int (size,), or numbers float64 (size, outputs) in the units of
    the targets. ``numbers`` are what a person calls each example: the row in the file, from 1.
    ``about`` is what to say of an example besides what is predicted, ``filled`` what had to be made
    up or was left out, and ``notes`` the same in sentences.
    """

    size: int
    take: Callable[[int, int], Array]
    targets: Optional[Array] = None
    about: Callable[[int], Dict[str, Any]] = _nothing
    numbers: Sequence[int] = ()
    filled: Optional[Dict[str, Any]] = None
    notes: Sequence[str] = ()
