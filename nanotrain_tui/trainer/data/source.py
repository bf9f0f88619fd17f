"""What a source of data is: see the modules in ``sources``."""

from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

from .dataset import Dataset, Progress

Config = Mapping[str, Any]
# source, shape, classes, train, test, task; note, where there is one; pictures, where asked for
Facts = Dict[str, Any]


class Source(NamedTuple):
    """A place where examples come from.

    ``inspect`` makes every check of ``load`` but keeps no image. ``source`` of its facts says on
    screen where the data come from; ``note`` is a sentence for a person who trains on them. Both
    functions raise DataError, naming a key and, where one is at fault, the file.
    """

    inspect: Callable[[Config], Facts]
    load: Callable[[Config, Progress], Dataset]
    keys: Tuple[str, ...] = ()  # of the configuration that it reads, besides data.name
    automatic: int = 0  # its place among those that data.name = auto tries; 0: not tried
    instead: str = ""  # what the screen says where auto takes it because others have no data
    download: Optional[Callable[[str, Progress], None]] = None  # into a folder, on demand alone
    # For the exported script, which copies it: (configuration, place or None) -> (images, labels)
    # for training and for testing. Its docstring says what the place may be.
    standalone: Optional[Callable[[Config, Optional[str]], Any]] = None
    # Of examples that are rows: the numbers that a person gives for one, if they are not the inputs
    # themselves, and the inputs (n, ...) for rows of these numbers (n, columns).
    columns: Optional[Callable[[Config], Sequence[str]]] = None
    inputs_of: Optional[Callable[[Config, Any], Any]] = None
    features: Optional[Callable[[Config], Sequence[str]]] = None  # the name of each input
    drawn_fraction: float = 1.0  # of an image's side, for sessions that did not record it
