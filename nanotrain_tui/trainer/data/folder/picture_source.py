"""A source of picture files: class folders and tubs differ in how a folder is looked at."""

from typing import Any, Callable, Mapping, Sequence

from ..dataset import Dataset, Progress
from ..source import Config, Facts, Source
from .layout import PATH
from .picture_data import CACHE_MB, PictureData, dataset_of, facts_of
from .preflight import SKIP
from .preparation import COLOR, FIT, SIZE
from .standalone import pictures_from


def picture_source(
    look: Callable[[Mapping[str, Any]], PictureData], what: str, keys: Sequence[str]
) -> Source:
    """The source of what ``look`` finds; ``what`` is shown meanwhile, ``keys`` are its own."""

    def inspect(config: Config) -> Facts:
        return facts_of(look(config), config)

    def load(config: Config, progress: Progress) -> Dataset:
        progress(what, 0.0)
        return dataset_of(look(config), config, progress)

    every = (PATH, *keys, SIZE, FIT, COLOR, SKIP, CACHE_MB, "data.split", "data.seed")
    return Source(inspect, load, keys=every, standalone=pictures_from)
